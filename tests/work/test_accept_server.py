"""A server that is away for a moment costs no call: what comes meanwhile is stored, once."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import Connection

from robot.errors import BusyError
from robot.store.database import Database
from robot.store.portals import Portal
from robot.work import accept
from robot.work.accept import Accept
from tests.postgres import Server
from tests.store.store_rig import ONLY_POSTGRESQL
from tests.work.test_accept import accepting, delivery, stored

pytestmark = [pytest.mark.anyio, ONLY_POSTGRESQL]


async def test_a_server_that_is_started_again_is_waited_for_and_runs_are_stored_once(
    database: Database, portal: Portal, postgresql: Server
) -> None:
    async with accepting(database) as accepts:
        assert await accepts.put(delivery(1))
        await asyncio.to_thread(postgresql.stop, "immediate")
        waiting = [asyncio.create_task(accepts.put(delivery(n))) for n in range(1, 4)]
        await asyncio.sleep(0)
        await asyncio.to_thread(postgresql.start)

        assert await asyncio.gather(*waiting) == [True] * 3

    assert await stored(database) == 3


async def test_a_server_that_stays_away_is_waited_for_once(
    database: Database, portal: Portal, postgresql: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, tries = database.write, 0

    def counted(work: Callable[[Connection], object]) -> Awaitable[object]:
        nonlocal tries
        tries += 1
        return write(work)

    async def refused(accepts: Accept, number: int) -> int:
        before = tries
        with pytest.raises(BusyError):
            await accepts.put(delivery(number))
        return tries - before

    monkeypatch.setattr(accept, "WAITS_FOR_SERVER", 1.0)
    monkeypatch.setattr(database, "write", counted)
    await asyncio.to_thread(postgresql.stop, "immediate")
    try:
        async with accepting(database) as accepts:
            assert await refused(accepts, 1) > 1
            assert await refused(accepts, 2) == 1
            await asyncio.to_thread(postgresql.start)
            assert await accepts.put(delivery(3))
    finally:
        await asyncio.to_thread(postgresql.start)
