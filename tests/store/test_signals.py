"""Signals between replicas: told to the holder or to whoever works, and heard again after a cut."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from sqlalchemy import URL

from robot.store import leases, signals
from robot.store.database import Database
from robot.store.signals import IN_ONE, WHOEVER_WORKS, CutOffError, channel_of
from robot.work.signals import Signals
from tests.postgres import Server
from tests.store.store_rig import NOW, install, later

pytestmark = pytest.mark.anyio
WITHIN = 60.0  # seconds
END_LISTENERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"


@pytest.fixture
def url(postgresql: Server) -> Iterator[URL]:
    made = postgresql.create()
    yield made
    postgresql.take_back(made)


@pytest.fixture
async def shared(url: URL) -> AsyncIterator[Database]:
    opened = Database(url)
    try:
        yield opened
    finally:
        await opened.close()


async def heard(listening: Signals, telling: Signals, told: list[int]) -> list[int]:
    """What a replica hears until it has heard all that was told, which is told until then."""
    found: list[int] = []
    everything = asyncio.Event()

    def wake(portal_id: int) -> None:
        found.append(portal_id)
        if set(told) <= set(found):
            everything.set()

    async with asyncio.timeout(WITHIN), asyncio.TaskGroup() as group:
        tasks = [group.create_task(listening.listen(wake)), group.create_task(telling.send())]
        while not everything.is_set():
            for portal_id in told:
                telling.tell(portal_id)
            await asyncio.wait([asyncio.ensure_future(everything.wait())], timeout=0.2)
        for task in tasks:
            task.cancel()
    return found


async def test_the_holder_is_told(shared: Database, url: URL) -> None:
    mine, others = (Signals(shared, url, owner, name="a test") for owner in ("me", "another"))
    portal = await install(shared)
    await shared.write(
        lambda conn: leases.take(conn, portal.id, owner="me", now=NOW, until=later(10))
    )

    assert set(await heard(mine, others, [portal.id])) == {portal.id}


async def test_of_a_portal_that_nobody_holds_whoever_works_is_told(
    shared: Database, url: URL
) -> None:
    mine, others = (Signals(shared, url, owner, name="a test") for owner in ("me", "another"))
    portal = await install(shared)

    assert set(await heard(mine, others, [portal.id])) == {portal.id}


async def test_more_portals_than_one_signal_holds_are_all_told(shared: Database, url: URL) -> None:
    many = list(range(1, 3 * IN_ONE))
    found: set[int] = set()

    async def hear() -> None:
        async for portal_ids in signals.received(url, [channel_of("me")], name="a test"):
            assert len(portal_ids) <= IN_ONE
            found.update(portal_ids)
            if found == set(many):
                return

    async with asyncio.timeout(WITHIN):
        hearing = asyncio.create_task(hear())
        while not hearing.done():
            await shared.write(lambda conn: signals.send(conn, channel_of("me"), many))
            await asyncio.wait([hearing], timeout=0.2)
    await hearing


async def test_a_cut_connection_is_told_and_another_one_listens_again(
    shared: Database, url: URL, postgresql: Server
) -> None:
    async def hear() -> None:
        async for _ in signals.received(url, [WHOEVER_WORKS], name="a test"):
            pass

    hearing = asyncio.create_task(hear())
    async with asyncio.timeout(WITHIN):
        while not hearing.done():
            await asyncio.to_thread(postgresql.do, END_LISTENERS)
            await asyncio.wait([hearing], timeout=0.2)
    with pytest.raises(CutOffError):
        await hearing

    mine, others = (Signals(shared, url, owner, name="a test") for owner in ("me", "another"))
    portal = await install(shared)
    assert set(await heard(mine, others, [portal.id])) == {portal.id}
