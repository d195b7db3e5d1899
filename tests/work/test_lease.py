"""Holding a portal: nothing is sent once the lease may have run out."""

import asyncio
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, select

from robot.settings import Settings
from robot.store import leases
from robot.store.database import Database
from robot.store.leases import LeaseLostError, Taken
from robot.store.portals import Portal
from robot.store.tables import portals
from robot.store.vault import Vault
from robot.work import crew, lease
from robot.work.lease import HIDES_WAIT, Holder, Lease
from tests.work.portal_function import PortalFunction, tools_for

pytestmark = pytest.mark.anyio


async def take(
    database: Database, portal: Portal, owner: str, *, length: timedelta = timedelta(seconds=8)
) -> Lease | None:
    holder = Holder(owner=owner, length=length)
    taken = await lease.take(database, portal.id, holder=holder, begin=lambda _conn: None)
    return taken[0] if taken else None


async def test_a_portal_that_is_held_is_not_taken(database: Database, portal: Portal) -> None:
    first = await take(database, portal, "one")
    second = await take(database, portal, "two")

    assert first is not None
    assert second is None
    first.may_send()
    await first.release()
    third = await take(database, portal, "two")
    assert third is not None
    assert (third.epoch, third.was_released) == (first.epoch + 1, True)


async def test_a_worker_that_was_paused_sends_nothing_more(
    database: Database, portal: Portal
) -> None:
    now = [100.0]
    held = Lease(
        database,
        portal.id,
        Taken(epoch=1, was_released=True),
        length=timedelta(seconds=8),
        until=110.0,
        clock=lambda: now[0],
    )

    held.may_send()
    now[0] = 110.0

    with pytest.raises(LeaseLostError):
        held.may_send()


async def test_renewing_holds_the_portal_longer(database: Database, portal: Portal) -> None:
    held = await take(database, portal, "one", length=timedelta(milliseconds=300))
    assert held is not None
    before = await database.read(lambda conn: conn.scalar(select(portals.c.lease_until)))
    renewing = asyncio.create_task(held.keep())

    async def is_renewed() -> bool:
        return await database.read(
            lambda conn: bool(conn.scalar(select(portals.c.lease_until)) != before)
        )

    async with asyncio.timeout(60):
        while not await is_renewed():  # noqa: ASYNC110 # another task writes to the database
            await asyncio.sleep(0.01)

    held.let_go()
    await renewing


async def test_who_lost_the_portal_learns_it_at_the_next_renewal(
    database: Database, portal: Portal
) -> None:
    held = await take(database, portal, "one", length=timedelta(milliseconds=30))
    assert held is not None
    later = datetime.now(UTC) + timedelta(hours=1)

    def write(conn: Connection) -> None:
        leases.expire_all(conn, now=datetime.now(UTC))
        leases.take(conn, portal.id, owner="two", now=later, until=later)

    await database.write(write)

    with pytest.raises(LeaseLostError):
        await held.keep()


async def test_letting_go_ends_the_renewing(database: Database, portal: Portal) -> None:
    held = await take(database, portal, "one")
    assert held is not None

    held.let_go()

    await held.keep()


async def test_a_minute_after_a_death_no_link_is_turned_off_whoever_held_the_portal_meanwhile(
    database: Database, portal: Portal
) -> None:
    await take(database, portal, "dies")
    await database.write(lambda conn: leases.expire_all(conn, now=datetime.now(UTC)))

    began = time.monotonic()
    second = await take(database, portal, "two")
    assert second is not None
    await second.release()
    third = await take(database, portal, "three")

    assert third is not None
    assert second.hides_from >= began + HIDES_WAIT
    assert third.hides_from == pytest.approx(second.hides_from, abs=1)


async def test_after_a_clean_release_links_are_turned_off_at_once(
    database: Database, portal: Portal
) -> None:
    first = await take(database, portal, "one")
    assert first is not None
    await first.release()

    second = await take(database, portal, "two")

    assert second is not None
    assert second.hides_from <= time.monotonic()


async def test_a_clock_that_was_set_back_makes_nobody_wait_for_longer_than_a_death(
    database: Database, portal: Portal
) -> None:
    taken = Taken(epoch=1, was_released=True, late_for=timedelta(hours=1))

    held = Lease(
        database,
        portal.id,
        taken,
        length=timedelta(seconds=8),
        until=110.0,
        clock=lambda: 100.0,
    )

    assert held.hides_from == 100.0 + HIDES_WAIT


@pytest.mark.parametrize("after", [5, 10, 60])
async def test_a_dead_workers_portals_are_taken_over_in_the_time_that_was_set(
    database: Database, vault: Vault, after: int
) -> None:
    async with tools_for(PortalFunction(), database, vault) as tools:
        set_so = replace(tools, settings=Settings(take_over_after=timedelta(seconds=after)))

        length = lease.holder_of(set_so).length

    assert length.total_seconds() + crew.SWEEP_EVERY < after
