"""PostgreSQL: many write side by side; whatever becomes of the server, nothing is half done."""

import asyncio
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from robot.store import backlog
from robot.store.check_value import open_vault
from robot.store.database import Database
from robot.store.portals import Portal
from robot.store.server_schema import COMPATIBLE_FROM
from robot.store.tables import check_values
from robot.store.transactions import TRIES
from robot.store.trouble import AbortedError, concerns_database, explain
from tests.postgres import Server
from tests.store.store_rig import ONLY_POSTGRESQL, install, new_run, record, writing

pytestmark = [pytest.mark.anyio, ONLY_POSTGRESQL]


async def names(database: Database) -> set[str]:
    found = await database.read(lambda conn: conn.scalars(select(check_values.c.name)).all())
    return set(found) - {COMPATIBLE_FROM}


def add(conn: Connection, name: str) -> None:
    conn.execute(check_values.insert().values(name=name, value=b""))


def terminate_others(conn: Connection) -> None:
    conn.execute(
        text(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    )


async def test_nothing_waits_for_ever_and_a_commit_is_on_disk(database: Database) -> None:
    wanted = {
        "statement_timeout": "10s",
        "lock_timeout": "5s",
        "idle_in_transaction_session_timeout": "30s",
        "synchronous_commit": "on",
        "TimeZone": "UTC",
        "transaction_isolation": "read committed",
    }
    found = await database.write(
        lambda conn: {name: conn.scalar(text(f"SHOW {name}")) for name in wanted}
    )

    assert found == wanted


async def test_writers_work_side_by_side(database: Database) -> None:
    async with writing(database):
        await asyncio.wait_for(install(database), 60)


async def test_readers_change_nothing(database: Database) -> None:
    with pytest.raises(DBAPIError, match="read-only"):
        await database.read(lambda conn: add(conn, "x"))


async def test_a_transaction_whose_error_was_passed_over_is_not_taken_for_done(
    database: Database,
) -> None:
    def passes_over(conn: Connection) -> None:
        add(conn, "kept?")
        with pytest.raises(IntegrityError):
            add(conn, "kept?")

    with pytest.raises(AbortedError):
        await database.write(passes_over)

    assert await names(database) == set()
    await database.write(lambda conn: add(conn, "next"))


async def test_an_error_keeps_the_connection(database: Database) -> None:
    def fail(conn: Connection) -> None:
        raise ZeroDivisionError(conn.scalar(text("SELECT pg_backend_pid()")))

    seen = set()
    for _ in range(3):
        with pytest.raises(ZeroDivisionError) as caught:
            await database.write(fail)
        seen.add(caught.value.args)
        await database.write(lambda conn: conn.execute(text("SELECT 1")))

    assert len(seen) == 1


async def test_of_two_replicas_with_different_keys_the_second_is_refused(
    database: Database, tmp_path: Path
) -> None:
    keys = [Fernet.generate_key().decode() for _ in range(2)]

    opened = await asyncio.gather(
        *(open_vault(database, [key], tmp_path) for key in keys), return_exceptions=True
    )

    assert sorted(type(one).__name__ for one in opened) == ["SettingsError", "Vault"]


async def test_connections_that_broke_while_idle_are_replaced(database: Database) -> None:
    await database.write(lambda conn: add(conn, "before"))
    await database.read(terminate_others)

    await database.write(lambda conn: add(conn, "after"))

    assert "after" in await names(database)


async def test_a_server_that_was_started_again_is_found_again(
    database: Database, postgresql: Server
) -> None:
    await database.write(lambda conn: add(conn, "before"))
    postgresql.stop()
    try:
        with pytest.raises(OperationalError) as caught:
            await database.write(lambda conn: add(conn, "lost"))
    finally:
        postgresql.start()

    await database.write(lambda conn: add(conn, "after"))
    assert await names(database) == {"before", "after"}
    assert concerns_database(caught.value)
    assert "PostgreSQL server" in explain(caught.value)


async def test_a_connection_that_breaks_in_the_middle_undoes_all_and_is_not_kept(
    database: Database,
) -> None:
    def cut_off(conn: Connection) -> None:
        add(conn, "half")
        conn.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(OperationalError):
        await database.write(cut_off)

    await database.write(lambda conn: add(conn, "after"))
    assert await names(database) == {"after"}


async def test_transactions_that_wait_for_each_other_are_both_done(database: Database) -> None:
    tries, met = [], threading.Barrier(2)

    def change(conn: Connection, first: str, second: str) -> None:
        tries.append(first)
        for name in (first, second):
            conn.execute(
                check_values.update().where(check_values.c.name == name).values(value=b"x")
            )
            if name == first and len(tries) <= 2:
                met.wait(5)

    for name in "ab":
        await database.write(lambda conn, name=name: add(conn, name))  # type: ignore[misc]
    await asyncio.gather(
        database.write(lambda conn: change(conn, "a", "b")),
        database.write(lambda conn: change(conn, "b", "a")),
    )

    assert 3 <= len(tries) <= 2 * TRIES


DEFER = """
CREATE FUNCTION fail() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION 'too late' USING ERRCODE = '40001'; END $$ LANGUAGE plpgsql;
CREATE CONSTRAINT TRIGGER late AFTER INSERT ON check_values DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION fail();
"""


@pytest.mark.parametrize(
    ("order", "tries"),
    [
        pytest.param("SELECT 1", 1, id="at the commit, never again"),
        pytest.param("SET CONSTRAINTS ALL IMMEDIATE", TRIES, id="before it, a few times"),
    ],
)
async def test_only_what_was_not_committed_for_certain_is_tried_again(
    database: Database, order: str, tries: int
) -> None:
    await database.write(lambda conn: conn.exec_driver_sql(DEFER))
    done = []

    def work(conn: Connection) -> None:
        done.append(1)
        add(conn, "x")
        conn.execute(text(order))

    with pytest.raises(OperationalError):
        await database.write(work)

    assert len(done) == tries


async def test_a_lock_that_is_held_for_long_is_told_in_words(
    database: Database, portal: Portal
) -> None:
    def wait(conn: Connection) -> None:
        conn.execute(text("SET LOCAL lock_timeout = '20ms'"))
        conn.execute(text("LOCK TABLE check_values"))

    async with writing(database):
        with pytest.raises(OperationalError) as caught:
            await database.write(wait)

    assert concerns_database(caught.value)
    assert "lock" in explain(caught.value)


async def test_what_no_database_takes_is_stored_without_it(
    database: Database, portal: Portal
) -> None:
    strange = "a\0b\ud800c"
    run = new_run(portal.id, document_id=strange * 100, inputs={strange: [strange, 1, None]})

    number = await record(database, run)

    (found,) = await database.read(lambda conn: backlog.fetch(conn, [number]))
    assert found.document_id == "a\ufffdb\ufffdc" * 100
    assert found.inputs == {"a\ufffdb\ufffdc": ["a\ufffdb\ufffdc", 1, None]}
    assert found.sent_at.utcoffset() == timedelta(0)
