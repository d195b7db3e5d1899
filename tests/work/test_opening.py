"""One process works on a data folder; what it opens is in order or refused with a remedy."""

import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from robot.errors import SettingsError
from robot.settings import Settings
from robot.store import leases
from robot.work.opening import (
    LOCK_FILE,
    AlreadyRunningError,
    open_tools,
    working_alone,
)
from tests.store.store_rig import install

pytestmark = pytest.mark.anyio
HOLDER = """
import sys
from pathlib import Path
from robot.work.opening import working_alone
with working_alone(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def settings(folder: Path) -> Settings:
    return Settings(data_dir=folder, _env_file=None)  # type: ignore[call-arg]


def test_a_second_process_is_refused_until_the_first_is_gone(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with (
            pytest.raises(AlreadyRunningError, match="LINKROBOT_DATA_DIR"),
            working_alone(tmp_path),
        ):
            pass
        holder.kill()
        holder.wait(10)

        with working_alone(tmp_path):
            pass


def test_the_lock_is_given_back(tmp_path: Path) -> None:
    for _ in range(3):
        with working_alone(tmp_path):
            assert stat.S_IMODE((tmp_path / LOCK_FILE).stat().st_mode) == 0o600


def test_folders_of_their_own_do_not_disturb_each_other(tmp_path: Path) -> None:
    with working_alone(tmp_path / "one"), working_alone(tmp_path / "two"):
        assert (tmp_path / "one" / LOCK_FILE).exists()


async def test_everything_is_made_where_nothing_is(tmp_path: Path) -> None:
    folder = tmp_path / "not" / "there"

    async with open_tools(settings(folder)) as tools:
        portal = await install(tools.database)

    assert portal.id == 1
    assert (folder / "linkrobot.sqlite").exists()
    assert (folder / "secret.key").exists()


async def test_at_start_the_leases_of_a_dead_process_are_over(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    async with open_tools(settings(tmp_path)) as tools:
        portal = await install(tools.database)
        await tools.database.write(
            lambda conn: leases.take(
                conn, portal.id, owner="dead", now=now, until=now + timedelta(hours=1)
            )
        )

    async with open_tools(settings(tmp_path)) as tools:
        later = datetime.now(UTC)
        taken = await tools.database.write(
            lambda conn: leases.take(conn, portal.id, owner="new", now=later, until=later)
        )

    assert taken is not None
    assert not taken.was_released


async def test_without_its_key_a_database_is_not_opened(tmp_path: Path) -> None:
    async with open_tools(settings(tmp_path)):
        pass
    (tmp_path / "secret.key").unlink()

    with pytest.raises(SettingsError, match="key"):
        async with open_tools(settings(tmp_path)):
            pass


async def test_each_process_has_a_name_of_its_own(tmp_path: Path) -> None:
    owners = set()
    for _ in range(2):
        async with open_tools(settings(tmp_path)) as tools:
            owners.add(tools.owner)

    assert len(owners) == 2
    assert all(len(owner) <= 64 for owner in owners)
