"""Forgetting what is old."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import Table, func, select

from robot.flows.flow import LinkChange, succeeded
from robot.store import audit, days, register, runs, settling
from robot.store.database import Database
from robot.store.days import day_of
from robot.store.links import Origin
from robot.store.portals import Portal
from robot.store.runs import Ended, Ending, Source
from robot.store.settling import Settled
from robot.store.tables import runs as run_rows
from robot.store.vault import Vault
from robot.work import housekeeping
from robot.work.tools import Tools
from tests.store.store_rig import new_run, record
from tests.work.portal_function import PortalFunction, row, tools_for

pytestmark = pytest.mark.anyio


@pytest.fixture
def function() -> PortalFunction:
    return PortalFunction()


@pytest.fixture
async def tools(function: PortalFunction, database: Database, vault: Vault) -> AsyncIterator[Tools]:
    async with tools_for(function, database, vault) as opened:
        yield opened


async def count(database: Database, table: Table) -> int:
    query = select(func.count()).select_from(table)
    return await database.read(lambda conn: int(conn.scalar(query) or 0))


async def test_runs_that_ended_long_ago_are_forgotten_and_those_that_never_did_end(
    tools: Tools, database: Database, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "STEP", 3)
    now = datetime.now(UTC)
    for number in range(8):
        run_id = await record(database, new_run(portal.id, f"event-{number}"))
        ended_at = now - timedelta(days=91 if number < 7 else 89)
        await database.write(
            partial(runs.finish, ended={run_id: Ended(ending=Ending.REPORTED)}, now=ended_at)
        )
    unanswered = new_run(portal.id, "waits for ever", received_at=now - timedelta(days=999))
    unanswered_id = await record(database, unanswered)

    assert await housekeeping.forget_old(tools) == 8
    assert await count(database, run_rows) == 2
    found = await row(database, unanswered_id)
    assert (found.state, found.secrets) == ("finished", None)  # it is history from now on


async def test_how_a_day_was_is_kept_when_its_runs_are_forgotten(
    tools: Tools, database: Database, portal: Portal
) -> None:
    now = datetime.now(UTC)
    decided_at = now - timedelta(days=2)
    run_id = await record(database, new_run(portal.id, received_at=decided_at))
    decide = partial(runs.decide, outcomes={run_id: succeeded("On.")}, now=decided_at)
    await database.write(decide)
    ended = {run_id: Ended(ending=Ending.REPORTED)}
    await database.write(partial(runs.finish, ended=ended, now=now - timedelta(days=91)))

    assert await housekeeping.forget_old(tools) == 1

    kept = await database.read(partial(days.kept, portal_id=portal.id, since=day_of(decided_at)))
    assert [one.done for one in kept.values()] == [1]


async def test_a_delivery_that_comes_again_a_day_later_is_still_known(
    tools: Tools, database: Database, portal: Portal
) -> None:
    now = datetime.now(UTC)
    first = new_run(portal.id)
    run_id = await record(database, first)
    ended = {run_id: Ended(ending=Ending.REPORTED)}
    await database.write(partial(runs.finish, ended=ended, now=now - timedelta(days=1)))
    await housekeeping.forget_old(tools)

    again = replace(first, received_at=now, due_at=now, secrets=b"of today")
    await database.write(lambda conn: runs.record(conn, [again]))

    assert await count(database, run_rows) == 1
    found = await row(database, run_id)
    assert (found.state, found.secrets) == ("finished", None)


async def test_links_and_their_audit_are_not_forgotten_with_the_runs(
    tools: Tools, database: Database, portal: Portal
) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=999)
    run_id = await record(database, new_run(portal.id, received_at=long_ago))
    origin = Origin(
        portal_id=portal.id,
        run_id=run_id,
        item="DEAL_7",
        source=Source.ROBOT,
        user_id=1,
        sent_at=long_ago,
    )
    for public in (True, False):
        change = LinkChange(document_id=5, public=public, url="https://acme.bitrix24.com/~71q5j")
        settled = [Settled(origin=origin, changes=[change])]
        await database.write(partial(settling.settle, settled=settled, now=long_ago))
    ended = {run_id: Ended(ending=Ending.REPORTED)}
    await database.write(partial(runs.finish, ended=ended, now=long_ago))

    assert await housekeeping.forget_old(tools) == 1
    lines = await database.read(partial(audit.newest, limit=9))
    assert [(line.action, line.run_id) for line in lines] == [("off", run_id), ("on", run_id)]
    (link,) = await database.read(partial(register.listed, every=True))
    assert (link.state, link.ended_by) == ("off", "robot")
