"""Many runs, one commit: an answer of 200 is a promise that the run is on disk."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import event

from handlers.connections import MOST
from robot.errors import BusyError
from robot.store import backlog, history
from robot.store.database import Database
from robot.store.portals import Portal
from robot.store.vault import Vault
from robot.work.accept import Accept, Delivery, Proven
from robot.work.claims import Claims
from robot.work.crew import Crew
from tests.store.store_rig import (
    APPLICATION_TOKEN,
    MEMBER,
    NOW,
    OTHER_MEMBER,
    install,
    new_run,
)
from tests.work.portal_function import PortalFunction, tools_for

pytestmark = pytest.mark.anyio


class Noticing(Crew):
    """A crew that only notices whose runs were stored."""

    woken: list[int]

    def go(self, _claims: Claims, portal_ids: Collection[int]) -> None:
        self.woken += portal_ids


@asynccontextmanager
async def accept_for(database: Database, woken: list[int] | None = None) -> AsyncIterator[Accept]:
    """An Accept that nobody runs yet."""
    vault = Vault([Fernet.generate_key().decode()])
    async with tools_for(PortalFunction(), database, vault) as tools:
        crew = Noticing(tools)
        crew.woken = [] if woken is None else woken
        yield Accept(database, crew)


@asynccontextmanager
async def accepting(database: Database, woken: list[int] | None = None) -> AsyncIterator[Accept]:
    """An Accept at work; it has written all it took when the block ends."""
    async with accept_for(database, woken) as found, running(found):
        yield found


@asynccontextmanager
async def running(found: Accept) -> AsyncIterator[None]:
    """It writes meanwhile, and has written all it took when the block ends."""
    work = asyncio.create_task(found.run())
    try:
        yield
    finally:
        found.close()
        await asyncio.wait_for(work, 60)


def delivery(number: int = 1, *, token: str = APPLICATION_TOKEN, **changes: object) -> Delivery:
    return Delivery(
        member_id=MEMBER,
        application_token=token,
        run=lambda portal_id: new_run(portal_id, f"event-{number}", **changes),
    )


async def stored(database: Database) -> int:
    return await database.read(lambda conn: len(history.newest(conn, limit=10_000)))


async def test_when_a_delivery_is_accepted_it_is_on_disk_and_its_portal_woken(
    database: Database, portal: Portal
) -> None:
    woken: list[int] = []
    async with accepting(database, woken) as accepts:
        assert await accepts.put(delivery())

        assert await stored(database) == 1
        assert woken == [portal.id]


async def test_many_at_once_share_commits(database: Database, portal: Portal) -> None:
    commits = 0

    def count(_connection: object) -> None:
        nonlocal commits
        commits += 1

    event.listen(database._writer.engine, "commit", count)
    async with accepting(database) as accepts:
        found = await asyncio.gather(*(accepts.put(delivery(n)) for n in range(100)))

    assert found == [True] * 100
    assert await stored(database) == 100
    assert commits <= 5


async def test_a_repeat_is_accepted_and_stored_once(database: Database, portal: Portal) -> None:
    async with accepting(database) as accepts:
        assert await accepts.put(delivery())
        assert await accepts.put(delivery())

    assert await stored(database) == 1


@pytest.mark.parametrize("token", ["", "wrong"])
async def test_a_delivery_with_another_token_is_not_stored(
    database: Database, portal: Portal, token: str
) -> None:
    woken: list[int] = []
    async with accepting(database, woken) as accepts:
        assert not await accepts.put(delivery(token=token))

    assert await stored(database) == 0
    assert woken == []


async def test_a_delivery_of_an_unknown_portal_is_not_stored(
    database: Database, portal: Portal
) -> None:
    unknown = Delivery(member_id=OTHER_MEMBER, application_token=APPLICATION_TOKEN, run=new_run)
    async with accepting(database) as accepts:
        assert not await accepts.put(unknown)

    assert await stored(database) == 0


async def test_a_delivery_that_was_verified_needs_no_token(
    database: Database, portal: Portal
) -> None:
    proven = Delivery(
        member_id=MEMBER,
        application_token="wrong",
        run=new_run,
        proven=Proven(portal=portal, user_id=1),
    )
    async with accepting(database) as accepts:
        assert await accepts.put(proven)

    assert await stored(database) == 1


async def test_a_delivery_that_cannot_be_stored_harms_no_neighbour(
    database: Database, portal: Portal
) -> None:
    bad = delivery(2, document_id=None)
    async with accepting(database) as accepts:
        found = await asyncio.gather(
            accepts.put(delivery(1)),
            accepts.put(bad),
            accepts.put(delivery(3)),
            return_exceptions=True,
        )

    assert [found[0], found[2]] == [True, True]
    assert isinstance(found[1], BusyError)
    assert await stored(database) == 2


async def test_after_closing_nothing_is_taken_but_what_waited_is_written(
    database: Database, portal: Portal
) -> None:
    async with accepting(database) as accepts:
        waiting = [asyncio.create_task(accepts.put(delivery(n))) for n in range(10)]
        await asyncio.sleep(0)
        accepts.close()

        with pytest.raises(BusyError, match="stopping"):
            await accepts.put(delivery(99))
        assert await asyncio.gather(*waiting) == [True] * 10

    assert await stored(database) == 10


async def test_whoever_comes_while_thousands_wait_is_stored_too(
    database: Database, portal: Portal
) -> None:
    many = MOST
    async with accept_for(database) as accepts:
        waiting = [asyncio.create_task(accepts.put(delivery(n))) for n in range(many)]
        await asyncio.sleep(0)
        async with running(accepts):
            assert all(await asyncio.gather(*waiting))

    assert await stored(database) == many


@pytest.mark.parametrize("named", [1, None])
async def test_a_token_that_browsers_know_stores_a_run_of_nobody_yet(
    database: Database, portal: Portal, named: int | None
) -> None:
    await install(database, by_frame=True)
    async with accepting(database) as accepts:
        assert not await accepts.put(replace(delivery(1, user_id=named), has_tokens=False))
        assert await accepts.put(delivery(2, user_id=named))

    due = await database.read(partial(backlog.due, portal_id=portal.id, now=NOW, room=9))
    (found,) = due.runs
    assert found.is_unproven
