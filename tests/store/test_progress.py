"""What `runs --watch` counts: what is waiting, what arrived, and what did not."""

import pytest
from sqlalchemy import Connection

from robot.flows.flow import Outcome, failed, succeeded
from robot.store import history, runs
from robot.store.database import Database
from robot.store.portals import Portal
from robot.store.runs import Ended, Ending
from tests.store.store_rig import NOW, install, later, new_run, record

pytestmark = pytest.mark.anyio
ON = succeeded("On.")


async def ended(
    database: Database, portal: Portal, outcome: Outcome | None, ending: Ending, *, at: float = 1
) -> None:
    run_id = await record(database, new_run(portal.id, f"{outcome} {ending} {at}"))

    def write(conn: Connection) -> None:
        if outcome:
            runs.decide(conn, {run_id: outcome}, now=later(at))
        runs.finish(conn, {run_id: Ended(ending=ending)}, now=later(at))

    await database.write(write)


async def test_done_is_what_the_workflow_took_and_failed_is_all_else(
    database: Database, portal: Portal
) -> None:
    await record(database, new_run(portal.id, "waits"))
    await ended(database, portal, ON, Ending.REPORTED)
    await ended(database, portal, ON, Ending.NOT_AWAITED)
    await ended(database, portal, failed("no_rights", "Why."), Ending.REPORTED)
    await ended(database, portal, ON, Ending.REFUSED)
    await ended(database, portal, None, Ending.APP_REMOVED)
    await ended(database, portal, ON, Ending.REPORTED, at=-1)  # before the look began

    (found,) = await database.read(lambda conn: history.progress(conn, since=NOW))

    assert (found.waiting, found.done, found.failed) == (1, 2, 3)
    assert found.host == "acme.bitrix24.com"


async def test_two_applications_of_one_portal_are_two_rows(
    database: Database, portal: Portal
) -> None:
    other = await install(database, client_id="local.another")
    for one in (portal, other):
        await record(database, new_run(one.id, "waits"))

    found = await database.read(lambda conn: history.progress(conn, since=NOW))

    assert sorted(row.portal_id for row in found) == sorted([portal.id, other.id])
