"""An idle portal is taken in the transaction that stores its run: its work starts at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, select, text

from robot.store import leases
from robot.store.database import Database
from robot.store.portals import Portal
from robot.store.tables import portals, runs
from robot.store.vault import Vault
from robot.work.accept import Accept, Delivery
from robot.work.crew import Crew
from tests.store.store_rig import APPLICATION_TOKEN, MEMBER, ONLY_POSTGRESQL, record
from tests.work.portal_function import SEND, PortalFunction, called
from tests.work.test_accept import running
from tests.work.test_crew import all_finished, wakes_alone, working  # noqa: F401 # a fixture

pytestmark = pytest.mark.anyio
OWNER = select(portals.c.owner)


@asynccontextmanager
async def accepting(
    function: PortalFunction, database: Database, vault: Vault
) -> AsyncIterator[tuple[Accept, Crew]]:
    """The work as the app does it, with that function as the portal."""
    async with working(function, database, vault) as crew:
        accept = Accept(database, crew)
        async with running(accept):
            yield accept, crew


def delivery(vault: Vault, portal: Portal, number: int = 1) -> Delivery:
    run = called(vault, portal, f"event-{number}", inputs={"document_id": f"{number}"})
    return Delivery(
        member_id=MEMBER, application_token=APPLICATION_TOKEN, run=lambda _portal_id: run
    )


async def test_a_run_that_comes_alone_has_cost_one_commit_when_its_first_request_leaves(
    database: Database, portal: Portal, vault: Vault
) -> None:
    commits, before_request = list[object](), list[int]()
    event.listen(database._writer.engine, "commit", commits.append)
    function = PortalFunction()

    async def count() -> None:
        before_request.append(len(commits))

    function.before = [count]
    async with accepting(function, database, vault) as (accept, _crew):
        assert await accept.put(delivery(vault, portal))
        await all_finished(database)

    assert before_request[0] == 1
    assert len(commits) <= 4  # its user's tokens kept; decided; finished and given back


async def test_runs_that_are_accepted_at_any_moment_of_anothers_work_are_done(
    database: Database, portal: Portal, vault: Vault
) -> None:
    function = PortalFunction()
    async with accepting(function, database, vault) as (accept, _crew):
        for number in range(1, 61):
            assert await accept.put(delivery(vault, portal, number))
            await asyncio.sleep(number % 20 / 1_000)  # from its beginning to after its end
        await all_finished(database)

    assert len(function.sent(SEND)) == 60
    assert await database.read(lambda conn: conn.scalar(OWNER)) is None


async def test_a_portal_that_is_woken_while_its_run_is_stored_is_drained_by_one(
    database: Database, portal: Portal, vault: Vault
) -> None:
    function = PortalFunction()
    async with accepting(function, database, vault) as (accept, crew):
        for number in range(1, 41):
            storing = asyncio.create_task(accept.put(delivery(vault, portal, number)))
            for _ in range(number % 8):
                await asyncio.sleep(0)
            crew.wake(portal.id)  # as the sweep may, before the portal is known to be taken
            assert await storing
            await all_finished(database)

    assert len(function.sent(SEND)) == 40


async def test_a_portal_that_another_worker_holds_is_left_to_it(
    database: Database, portal: Portal, vault: Vault
) -> None:
    now = datetime.now(UTC)
    until = now + timedelta(hours=1)
    await database.write(
        lambda conn: leases.take(conn, portal.id, owner="another", now=now, until=until)
    )
    function = PortalFunction()
    async with accepting(function, database, vault) as (accept, _crew):
        assert await accept.put(delivery(vault, portal))

    assert await database.read(lambda conn: conn.scalar(OWNER)) == "another"
    assert function.requests == 0


async def test_a_run_is_stored_although_the_work_on_its_portal_cannot_begin(
    database: Database, portal: Portal, vault: Vault
) -> None:
    broken = await record(database, called(vault, portal, "broken"))
    await database.write(
        lambda conn: conn.execute(
            text("UPDATE runs SET chosen = '5' WHERE id = :id"), {"id": broken}
        )
    )
    async with accepting(PortalFunction(), database, vault) as (accept, _crew):
        assert await accept.put(delivery(vault, portal))

    stored = select(runs.c.id).where(runs.c.id != broken)
    assert await database.read(lambda conn: conn.scalar(stored)) is not None
    assert await database.read(lambda conn: conn.scalar(OWNER)) is None


@ONLY_POSTGRESQL
async def test_a_statement_that_fails_where_the_work_begins_does_not_undo_the_run(
    database: Database, portal: Portal, vault: Vault
) -> None:
    await database.write(lambda conn: conn.execute(text("DROP TABLE tokens")))
    async with accepting(PortalFunction(), database, vault) as (accept, _crew):
        assert await accept.put(delivery(vault, portal))

        assert await database.read(lambda conn: conn.scalar(select(runs.c.id))) is not None
