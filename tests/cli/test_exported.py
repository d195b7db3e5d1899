"""`linkrobot runs export`: to a new file or to the standard output."""

import json
from pathlib import Path

import pytest

from robot.errors import SettingsError
from robot.store.database import Database
from robot.store.portals import Portal
from tests.cli.conftest import Command
from tests.store.store_rig import later, new_run, record

pytestmark = pytest.mark.anyio


async def test_runs_go_to_the_standard_output_in_the_order_in_which_they_were_sent(
    database: Database, portal: Portal, command: Command
) -> None:
    late = await record(database, new_run(portal.id, "late", sent_at=later(5)))
    early = await record(database, new_run(portal.id, "early"))

    done = await command("runs", "export", str(late), str(early), str(late))

    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert [run["times"]["sent"] for run in found["runs"]] == [0.0, 5.0]


async def test_a_file_is_written_but_never_over_another(
    database: Database, portal: Portal, command: Command, tmp_path: Path
) -> None:
    run_id = str(await record(database, new_run(portal.id)))
    file = tmp_path / "runs.json"

    done = await command("runs", "export", run_id, "--output", str(file))
    again = await command("runs", "export", run_id, "--output", str(file))

    assert (done.exit_code, done.stdout) == (0, "")
    assert f"sandbox --replay {file}" in done.stderr
    assert json.loads(file.read_text(encoding="utf-8"))["format"] == "linkrobot-runs"
    assert isinstance(again.exception, SettingsError)
    assert "nothing is overwritten" in str(again.exception)


async def test_a_run_that_is_not_there_is_named(database: Database, command: Command) -> None:
    done = await command("runs", "export", "77")

    assert isinstance(done.exception, SettingsError)
    assert "There is no run 77" in str(done.exception)
