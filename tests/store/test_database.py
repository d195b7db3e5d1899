"""One connection writes, a few read; times keep their zone; the key fits the database."""

import asyncio
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from robot.errors import SettingsError
from robot.store import portals
from robot.store.check_value import open_vault
from robot.store.database import Database
from robot.store.server_schema import COMPATIBLE_FROM
from robot.store.tables import metadata
from tests.store.store_rig import (
    MEMBER,
    NOW,
    ONLY_SQLITE,
    OTHER_MEMBER,
    install,
    new_run,
    record,
    writing,
)

pytestmark = pytest.mark.anyio
KEY, OTHER_KEY = Fernet.generate_key().decode(), Fernet.generate_key().decode()


async def count(database: Database, name: str) -> int:
    """What tests put there: a check value of the migrations is none of it."""
    table = metadata.tables[name]
    query = select(func.count()).select_from(table)
    if name == "check_values":
        query = query.where(table.c.name != COMPATIBLE_FROM)
    return await database.read(lambda conn: int(conn.scalar(query) or 0))


async def test_times_come_back_in_utc_wherever_they_were_written(database: Database) -> None:
    tokyo = datetime(2026, 11, 24, 3, 4, tzinfo=timezone(timedelta(hours=9)))
    await install(database, now=tokyo)

    (portal,) = await database.read(lambda conn: portals.listed(conn))

    assert portal.installed_at == tokyo
    assert portal.installed_at.tzinfo is UTC


async def test_a_time_without_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="without zone"):
        await install(database, now=NOW.replace(tzinfo=None))

    assert await count(database, "portals") == 0


@ONLY_SQLITE
async def test_what_was_committed_survives_a_power_cut(database: Database) -> None:
    pragmas = ("synchronous", "journal_mode")
    found = await database.write(
        lambda conn: [conn.scalar(text(f"PRAGMA {pragma}")) for pragma in pragmas]
    )

    assert found == [2, "wal"]  # 2 is FULL


async def test_a_failed_transaction_writes_nothing(database: Database) -> None:
    def write_and_fail(conn: Connection) -> None:
        conn.execute(text("INSERT INTO check_values VALUES ('x', '0')"))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await database.write(write_and_fail)

    assert await count(database, "check_values") == 0


@ONLY_SQLITE
async def test_writers_take_turns_and_readers_wait_for_nobody(database: Database) -> None:
    async with writing(database):
        second = asyncio.create_task(install(database))
        before = await count(database, "check_values")
        assert not second.done()
    await asyncio.wait_for(second, 60)

    assert (before, await count(database, "check_values")) == (0, 1)


async def test_a_caller_that_is_cancelled_leaves_no_lock_and_nothing_half_done(
    database: Database,
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def write(conn: Connection) -> None:
        begun.set()
        assert go_on.wait(10)
        conn.execute(text("INSERT INTO check_values VALUES ('x', '0')"))

    writing = asyncio.create_task(database.write(write))
    assert await asyncio.to_thread(begun.wait, 10)
    for _ in range(3):
        writing.cancel()
        await asyncio.sleep(0)
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await writing

    assert await count(database, "check_values") == 1
    await asyncio.wait_for(install(database), 60)


@ONLY_SQLITE
async def test_a_caller_that_is_cancelled_before_its_turn_writes_nothing(
    database: Database,
) -> None:
    async with writing(database):
        waiting = asyncio.create_task(install(database))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(waiting, 60)

    await asyncio.wait_for(install(database, member_id=OTHER_MEMBER), 60)
    assert await count(database, "portals") == 1


async def test_closing_ends_what_is_under_way(database: Database) -> None:
    async with writing(database):
        closing = asyncio.create_task(database.close())
        await asyncio.sleep(0)
        assert not closing.done()

    await asyncio.wait_for(closing, 60)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("database")]


async def test_a_row_of_a_portal_that_is_not_there_is_refused(database: Database) -> None:
    with pytest.raises(IntegrityError):
        await record(database, new_run(5))


async def test_the_key_is_made_with_an_empty_database_and_opens_it_again(
    database: Database, tmp_path: Path
) -> None:
    vault = await open_vault(database, [], tmp_path)
    sealed = vault.seal(MEMBER, {"access": "a"})

    again = await open_vault(database, [], tmp_path)

    assert again.open(MEMBER, sealed) == {"access": "a"}


async def test_another_key_than_the_databases_is_refused(
    database: Database, tmp_path: Path
) -> None:
    await open_vault(database, [KEY], tmp_path)

    with pytest.raises(SettingsError, match="does not fit the database"):
        await open_vault(database, [OTHER_KEY], tmp_path)


async def test_keys_may_be_rotated(database: Database, tmp_path: Path) -> None:
    sealed = (await open_vault(database, [KEY], tmp_path)).seal(MEMBER, {"access": "a"})

    rotated = await open_vault(database, [OTHER_KEY, KEY], tmp_path)

    assert rotated.open(MEMBER, sealed) == {"access": "a"}


async def test_a_key_is_never_made_beside_a_database_that_holds_something(
    database: Database, tmp_path: Path
) -> None:
    await open_vault(database, [], tmp_path)
    (tmp_path / "secret.key").unlink()

    with pytest.raises(SettingsError, match="is missing"):
        await open_vault(database, [], tmp_path)

    assert not (tmp_path / "secret.key").exists()
