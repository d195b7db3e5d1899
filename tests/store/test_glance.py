"""What a look at one portal tells at once."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import Connection, insert

from robot.flows.catalogue import CHECK, DISABLE
from robot.flows.flow import succeeded
from robot.store import glance, runs
from robot.store.database import Database
from robot.store.portals import Portal
from robot.store.runs import Ended, Ending
from robot.store.tables import links
from tests.store.store_rig import MEMBER, NOW, OTHER_MEMBER, install, later, new_run, record

pytestmark = pytest.mark.anyio


async def last_run(database: Database, portal: Portal) -> glance.LastRun | None:
    return await database.read(partial(glance.last_run, portal_id=portal.id))


async def add_link(database: Database, portal: Portal, number: int, **values: object) -> None:
    row = {
        "portal_id": portal.id,
        "document_id": number,
        "run_id": 1,
        "state": "on",
        "asked_at": NOW,
        "changed_at": NOW,
        "expires_at": NOW,
        "due_at": NOW,
        **values,
    }
    await database.write(lambda conn: conn.execute(insert(links).values(**row)))


async def test_the_last_run_is_a_robots(database: Database, portal: Portal) -> None:
    assert await last_run(database, portal) is None
    other = await install(database, member_id=OTHER_MEMBER)
    await record(database, new_run(portal.id, "first"))
    run_id = await record(database, new_run(portal.id, "last", code=DISABLE))
    await record(database, new_run(portal.id, "ours", code=CHECK))
    await record(database, new_run(other.id, "another portal's"))

    found = await last_run(database, portal)

    assert found
    assert (found.id, found.code, found.is_over, found.succeeded) == (run_id, DISABLE, False, None)

    def end(conn: Connection) -> None:
        runs.decide(conn, {run_id: succeeded("Off.")}, now=later(1))
        runs.finish(conn, {run_id: Ended(ending=Ending.REPORTED)}, now=later(2))

    await database.write(end)
    ended = await last_run(database, portal)
    assert ended
    assert (ended.succeeded, ended.is_over, ended.decided_at) == (True, True, later(1))


async def test_what_waits_at_a_portal_is_counted(database: Database, portal: Portal) -> None:
    waiting = partial(glance.waiting, portal_id=portal.id, member_id=MEMBER)
    assert await database.read(waiting) is None
    for number in range(3):
        await record(database, new_run(portal.id, f"{number}", received_at=later(-number)))
    await record(database, new_run(portal.id, "ours", code=CHECK, received_at=later(-9)))

    found = await database.read(waiting)

    assert found
    assert (found.count, found.oldest_received_at) == (3, later(-2))


async def test_links_past_their_end_are_counted(database: Database, portal: Portal) -> None:
    other = await install(database, member_id=OTHER_MEMBER)
    await add_link(database, portal, 1)
    await add_link(database, portal, 2, state="off")
    await add_link(database, portal, 3, expires_at=NOW + timedelta(days=1))
    await add_link(database, portal, 4, expires_at=None)
    await add_link(database, portal, 5, due_at=None)  # nothing is to be done about it
    await add_link(database, other, 6)

    found = await database.read(
        lambda conn: glance.overdue(conn, portal.id, before=NOW + timedelta(minutes=1))
    )

    assert found == 1


async def test_links_with_an_end_are_seen(database: Database, portal: Portal) -> None:
    has_ends = partial(glance.has_ends, portal_id=portal.id)
    await add_link(database, portal, 1, state="off")
    await add_link(database, portal, 2, expires_at=None, due_at=None)
    assert not await database.read(has_ends)

    await add_link(database, portal, 3)

    assert await database.read(has_ends)
