"""A database in trouble: whoever waits for a commit is told, and nobody waits for ever."""

import asyncio
from contextlib import suppress

import pytest
from sqlalchemy.exc import OperationalError

from robot.errors import BusyError
from robot.store.database import Database
from robot.store.portals import Portal
from robot.work import accept
from tests.store.store_rig import writing
from tests.work.test_accept import accept_for, accepting, delivery

pytestmark = pytest.mark.anyio


async def test_a_request_that_was_given_up_holds_up_nobody(
    database: Database, portal: Portal
) -> None:
    async with accepting(database) as accepts:
        async with writing(database):  # the disk is slow
            given_up = asyncio.create_task(accepts.put(delivery(1)))
            other = asyncio.create_task(accepts.put(delivery(2)))
            await asyncio.sleep(0)
            given_up.cancel()
        assert await asyncio.wait_for(other, 60)


async def test_when_the_writer_dies_nobody_waits_for_ever(
    database: Database, portal: Portal
) -> None:
    async with accept_for(database) as accepts:
        work = asyncio.create_task(accepts.run())
        async with writing(database):  # what comes now waits for this transaction
            under_way = asyncio.create_task(accepts.put(delivery(1)))
            for _ in range(5):
                await asyncio.sleep(0)
            late = asyncio.create_task(accepts.put(delivery(2)))
            await asyncio.sleep(0)
            work.cancel()
            with suppress(asyncio.CancelledError):
                await work

            for put in (under_way, late):
                with pytest.raises(BusyError):
                    await asyncio.wait_for(put, 60)
        with pytest.raises(BusyError):
            await accepts.put(delivery(3))


async def test_a_locked_database_is_told_to_all_who_wait_after_one_try(
    database: Database, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = 0

    async def locked(_work: object) -> None:
        nonlocal tries
        tries += 1
        raise OperationalError("BEGIN IMMEDIATE", {}, Exception("database is locked"))

    monkeypatch.setattr(database, "write", locked)
    async with accepting(database) as accepts:
        found = await asyncio.gather(
            *(accepts.put(delivery(n)) for n in range(100)), return_exceptions=True
        )

    assert {type(error) for error in found} == {BusyError}
    assert tries <= 2


async def test_while_one_commit_takes_long_nobody_else_is_kept_waiting(
    database: Database, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accept, "SLOW", 0.0)
    async with accepting(database) as accepts:
        async with writing(database):  # the disk is slow
            waiting = asyncio.create_task(accepts.put(delivery(1)))
            for _ in range(5):
                await asyncio.sleep(0)

            with pytest.raises(BusyError):
                await accepts.put(delivery(2))
        assert await waiting
