"""Who works when: a portal is worked on from its first wake, and no wake is lost."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx2 as httpx
import pytest
from sqlalchemy import event, func, select

from robot.settings import Settings
from robot.store.database import Database
from robot.store.portals import Portal
from robot.store.tables import runs
from robot.store.vault import Vault
from robot.work import crew, housekeeping
from robot.work.crew import Crew
from robot.work.link_watch import LinkWatch
from tests.store.store_rig import record
from tests.work.portal_function import SEND, PortalFunction, called, tools_for

pytestmark = pytest.mark.anyio
FAST = Settings(_env_file=None, portal_rate=10_000, portal_burst=10_000)  # type: ignore[call-arg]
UNFINISHED = select(func.count()).select_from(runs).where(runs.c.finished_at.is_(None))


@pytest.fixture(autouse=True)
def wakes_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only wakes count: the sweep would find what they missed. Nothing else writes."""

    async def nothing(*_: object) -> int:
        return 0

    monkeypatch.setattr(crew, "SWEEP_EVERY", 1_000.0)
    monkeypatch.setattr(housekeeping, "forget_old", nothing)
    monkeypatch.setattr(crew, "queue_daily", nothing)
    monkeypatch.setattr(LinkWatch, "look", nothing)


@asynccontextmanager
async def working(
    function: PortalFunction,
    database: Database,
    vault: Vault,
    verify_kept: Callable[[], Awaitable[object]] | None = None,
) -> AsyncIterator[Crew]:
    async with tools_for(function, database, vault) as tools:
        found = Crew(replace(tools, settings=FAST))
        work = asyncio.create_task(found.run(verify_kept))
        await asyncio.sleep(0)
        try:
            yield found
        finally:
            await found.stop()
            work.cancel()
            await asyncio.wait([work])


async def all_finished(database: Database) -> None:
    async with asyncio.timeout(60):
        while await database.read(lambda conn: conn.scalar(UNFINISHED)):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_a_run_that_comes_at_any_moment_of_anothers_work_is_done(
    database: Database, portal: Portal, vault: Vault
) -> None:
    function = PortalFunction()
    async with working(function, database, vault) as at_work:
        for number in range(60):
            inputs = {"document_id": f"{number + 1}"}
            await record(database, called(vault, portal, f"event-{number}", inputs=inputs))
            at_work.wake(portal.id)
            await asyncio.sleep(number % 20 / 1_000)  # from its beginning to after its end
        await all_finished(database)

    assert len(function.sent(SEND)) == 60


@pytest.mark.parametrize("number", range(1, 6))
async def test_a_run_that_comes_right_after_any_commit_of_anothers_work_is_done(
    database: Database, portal: Portal, vault: Vault, number: int
) -> None:
    function, loop, commits = PortalFunction(), asyncio.get_running_loop(), list[object]()
    first, second = called(vault, portal), called(vault, portal, "event-2")
    await record(database, first)
    async with working(function, database, vault) as at_work:

        async def come() -> None:
            await record(database, second)
            at_work.wake(portal.id)

        def committing(connection: object) -> None:
            commits.append(connection)
            if len(commits) == number:
                asyncio.run_coroutine_threadsafe(come(), loop)

        event.listen(database._writer.engine, "commit", committing)
        at_work.wake(portal.id)
        async with asyncio.timeout(60):
            while len(function.sent(SEND)) < 2:  # noqa: ASYNC110 # the portal is no task of ours
                await asyncio.sleep(0.01)
        await all_finished(database)


async def test_a_lone_run_costs_few_transactions(
    database: Database, portal: Portal, vault: Vault
) -> None:
    function, commits, costs = PortalFunction(), list[object](), list[int]()
    async with working(function, database, vault) as at_work:
        event.listen(database._writer.engine, "commit", commits.append)
        for number in range(3):  # a sweep may look after one of them in vain
            commits.clear()
            await record(database, called(vault, portal, f"event-{number}"))
            at_work.wake(portal.id)
            await all_finished(database)
            costs.append(len(commits))

    # Stored; taken; its user's tokens kept; its document chosen; decided; finished and given back.
    assert min(costs) <= 6


async def test_what_was_learned_of_a_portals_pace_passes_on_with_its_lease(
    database: Database, portal: Portal, vault: Vault
) -> None:
    function = PortalFunction()
    function.failing = [httpx.Response(503, json={"error": "QUERY_LIMIT_EXCEEDED"})]
    await record(database, called(vault, portal))
    async with working(function, database, vault) as at_work:
        at_work.wake(portal.id)
        await all_finished(database)
        learned = at_work._traffic[portal.id].bucket.pace
    await record(database, called(vault, portal, "event-2"))

    async with working(PortalFunction(), database, vault) as another:
        another.wake(portal.id)
        await all_finished(database)
        taken_over = another._traffic[portal.id].bucket

    assert learned < 0.7 * taken_over.rate
    assert learned == pytest.approx(taken_over.pace, rel=0.05)
