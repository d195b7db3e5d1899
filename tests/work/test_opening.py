"""One process works on a data folder; what it opens is in order or refused with a remedy."""

import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from robot.errors import SettingsError
from robot.settings import Settings
from robot.store import backlog, leases, schema
from robot.store.vault import KEY_FILE
from robot.work.opening import (
    LOCK_FILE,
    AlreadyRunningError,
    open_tools,
    working_alone,
)
from tests.store.store_rig import install, new_run, record

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


@pytest.mark.parametrize("lost", ["deleted", "emptied"])
@pytest.mark.parametrize("trace", [KEY_FILE, LOCK_FILE, "linkrobot.sqlite-wal"])
async def test_a_database_that_got_lost_is_not_taken_for_a_new_one(
    tmp_path: Path, trace: str, lost: str
) -> None:
    lose(await used(tmp_path), trace, is_emptied=lost == "emptied")
    before = names(tmp_path)

    with pytest.raises(SettingsError, match="your backup") as caught:
        async with open_tools(settings(tmp_path)):
            pass

    assert str(tmp_path / trace) in str(caught.value)
    assert names(tmp_path) == before


async def test_with_its_traces_moved_away_a_new_one_is_begun(tmp_path: Path) -> None:
    move_away(await used(tmp_path), tmp_path / KEY_FILE, tmp_path / LOCK_FILE)

    with working_alone(tmp_path):
        async with open_tools(settings(tmp_path)) as tools:
            assert (await install(tools.database)).id == 1


async def test_a_first_start_that_was_cut_off_is_begun_again(tmp_path: Path) -> None:
    with working_alone(tmp_path):
        pass  # killed before there was a database
    schema.prepare(tmp_path / "linkrobot.sqlite")  # and once more before there was a key

    with working_alone(tmp_path):
        async with open_tools(settings(tmp_path)) as tools:
            assert (await install(tools.database)).id == 1


async def test_at_start_what_a_clock_that_was_ahead_put_off_is_due(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    async with open_tools(settings(tmp_path)) as tools:
        portal = await install(tools.database)
        for hours in (0, 1, 24):
            due_at = now + timedelta(hours=hours, minutes=5)
            await record(tools.database, new_run(portal.id, f"event-{hours}", due_at=due_at))

    async with open_tools(settings(tmp_path)) as tools:
        due = partial(backlog.due_ids, portal_id=portal.id, now=datetime.now(UTC), limit=9)
        assert len(await tools.database.read(due)) == 2  # a pause of five minutes is usual


def lose(path: Path, trace: str, *, is_emptied: bool) -> None:
    """The database is gone, and of all that was beside it only that file is left."""
    path.with_name("linkrobot.sqlite-wal").write_bytes(b"the newest part")
    for name in {KEY_FILE, LOCK_FILE, "linkrobot.sqlite-wal"} - {trace}:
        path.with_name(name).unlink()
    path.unlink()
    if is_emptied:
        path.touch()


def move_away(*files: Path) -> None:
    for file in files:
        file.rename(file.with_name(f"old-{file.name}"))


def names(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


async def used(folder: Path) -> Path:
    """A data folder where an app has worked; its database."""
    with working_alone(folder):
        async with open_tools(settings(folder)) as tools:
            await install(tools.database)
    return folder / "linkrobot.sqlite"
