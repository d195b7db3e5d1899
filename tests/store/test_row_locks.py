"""On PostgreSQL many write side by side: who waits for whom, and who for nobody."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from robot.store import leases, portals, removal, runs
from robot.store.database import Database
from robot.store.portals import Portal
from tests.store.store_rig import MEMBER, NOW, ONLY_POSTGRESQL, install, later, new_run, record

pytestmark = [pytest.mark.anyio, ONLY_POSTGRESQL]


@asynccontextmanager
async def under_way(database: Database, work: Callable[[Connection], Any]) -> AsyncIterator[None]:
    """That transaction did its work, and is not committed for as long as the block lasts."""
    done, may_commit = threading.Event(), threading.Event()

    def write(conn: Connection) -> None:
        work(conn)
        done.set()
        assert may_commit.wait(10)

    task = asyncio.create_task(database.write(write))
    assert await asyncio.to_thread(done.wait, 10)
    try:
        yield
    finally:
        may_commit.set()
        await task


def accept(conn: Connection, portal: Portal, event: str) -> bool:
    """As storing a run does it."""
    known = portals.recognise(conn, [MEMBER])
    runs.record(conn, [new_run(portal.id, event)] if known else [])
    leases.take(conn, portal.id, owner=event, now=datetime.now(UTC), until=later(10), waits=False)
    return bool(known)


async def without_waiting(database: Database, work: Callable[[Connection], Any]) -> Any:
    """Written while others are under way, who go on only then."""
    return await asyncio.wait_for(database.write(work), 60)


async def test_runs_of_one_portal_are_stored_side_by_side(
    database: Database, portal: Portal
) -> None:
    async with under_way(database, lambda conn: accept(conn, portal, "one")):
        assert await without_waiting(database, lambda conn: accept(conn, portal, "two"))


async def test_who_stores_runs_waits_for_no_holder(database: Database, portal: Portal) -> None:
    await database.write(
        lambda conn: leases.take(conn, portal.id, owner="it", now=NOW, until=later(10))
    )
    async with under_way(database, lambda conn: leases.check(conn, portal.id, epoch=1)):
        assert await without_waiting(database, lambda conn: accept(conn, portal, "one"))


async def test_holders_of_different_portals_do_not_wait_for_each_other(
    database: Database, portal: Portal
) -> None:
    other = await install(database, member_id="c" * 32)
    async with under_way(database, lambda conn: leases.check(conn, portal.id, epoch=0)):
        await without_waiting(database, lambda conn: leases.check(conn, other.id, epoch=0))


async def test_a_removal_waits_for_those_who_store_runs(database: Database, portal: Portal) -> None:
    async with under_way(database, lambda conn: accept(conn, portal, "one")):
        removing = asyncio.create_task(
            database.write(lambda conn: removal.remove(conn, portal.id, now=NOW))
        )
        done, _ = await asyncio.wait([removing], timeout=0.2)
        assert not done
    await asyncio.wait_for(removing, 60)


async def test_no_run_is_stored_for_a_portal_that_is_being_removed(
    database: Database, portal: Portal
) -> None:
    async with under_way(database, lambda conn: removal.remove(conn, portal.id, now=NOW)):
        storing = asyncio.create_task(database.write(lambda conn: accept(conn, portal, "one")))
        done, _ = await asyncio.wait([storing], timeout=0.2)
        assert not done

    assert not await asyncio.wait_for(storing, 60)


async def test_leases_go_by_the_servers_clock(database: Database) -> None:
    def ahead(conn: Connection) -> timedelta:
        one = leases.moment(conn)
        return leases.moment(conn) - one

    assert timedelta(0) < await database.write(ahead) < timedelta(seconds=5)


async def test_a_lease_is_taken_by_one_of_many(database: Database, portal: Portal) -> None:
    await record(database, new_run(portal.id))
    taken = await asyncio.gather(
        *(
            database.write(
                lambda conn: leases.take(
                    conn, portal.id, owner="one of many", now=NOW, until=later(10)
                )
            )
            for _ in range(8)
        )
    )

    assert [one.epoch for one in taken if one] == [1]
