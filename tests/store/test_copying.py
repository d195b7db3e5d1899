"""A backup: one moment of the database, whole or not at all, and nothing else is harmed."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from robot.errors import SettingsError
from robot.store.copying import back_up
from robot.store.database import Database
from robot.store.portals import Portal
from robot.store.server_schema import COMPATIBLE_FROM
from tests.store.store_rig import ONLY_SQLITE, new_run, record, writing

pytestmark = pytest.mark.anyio


def count(path: Path, table: str) -> int:
    with closing(sqlite3.connect(path)) as conn:
        names = [row[0] for row in conn.execute(f"SELECT * FROM {table}")]  # noqa: S608
    return len([name for name in names if name != COMPATIBLE_FROM])


@ONLY_SQLITE
async def test_a_backup_holds_what_was_committed_and_nothing_half_done(
    database: Database, portal: Portal, tmp_path: Path
) -> None:
    await record(database, new_run(portal.id))
    copy = tmp_path / "backup.sqlite"

    async with writing(database):
        await asyncio.to_thread(back_up, tmp_path / "linkrobot.sqlite", copy)

    assert (count(copy, "runs"), count(copy, "check_values")) == (1, 0)


@ONLY_SQLITE
async def test_it_is_one_file_that_only_its_owner_reads(database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()

    back_up(tmp_path / "linkrobot.sqlite", folder / "b")

    assert list(folder.iterdir()) == [folder / "b"]
    assert (folder / "b").stat().st_mode & 0o777 == 0o600


@ONLY_SQLITE
async def test_it_overwrites_nothing(database: Database, tmp_path: Path) -> None:
    copy = tmp_path / "backup.sqlite"
    copy.write_bytes(b"of yesterday")

    with pytest.raises(SettingsError, match="there already"):
        back_up(tmp_path / "linkrobot.sqlite", copy)

    assert copy.read_bytes() == b"of yesterday"


@ONLY_SQLITE
async def test_where_it_cannot_be_written_nothing_is_left(
    database: Database, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError, match="Nothing was left"):
        back_up(tmp_path / "linkrobot.sqlite", tmp_path / "nowhere" / "b")


@ONLY_SQLITE
async def test_a_damaged_database_makes_no_backup(
    database: Database, portal: Portal, tmp_path: Path
) -> None:
    for number in range(200):
        await record(database, new_run(portal.id, f"event-{number}"))
    await database.close()
    path, folder = tmp_path / "linkrobot.sqlite", tmp_path / "backups"
    folder.mkdir()
    content = bytearray(path.read_bytes())
    content[len(content) // 2 :] = b"\xff" * (len(content) - len(content) // 2)
    path.write_bytes(content)

    with pytest.raises(SettingsError, match="damaged"):
        back_up(path, folder / "b")

    assert list(folder.iterdir()) == []


async def test_an_empty_database_makes_no_backup_and_keeps_its_log(tmp_path: Path) -> None:
    path, log = tmp_path / "linkrobot.sqlite", tmp_path / "linkrobot.sqlite-wal"
    path.touch()
    log.write_bytes(b"what may still be saved")

    with pytest.raises(SettingsError, match="empty or missing"):
        back_up(path, tmp_path / "b")

    assert log.read_bytes() == b"what may still be saved"
    assert not (tmp_path / "b").exists()
