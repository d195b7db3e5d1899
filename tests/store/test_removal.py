"""What goes when a portal removes the app."""

from functools import partial

import pytest
from sqlalchemy import Connection, insert, select

from robot.store import audit, backlog, history, portals, removal, robots, runs, tokens
from robot.store.database import Database
from robot.store.portals import Portal
from robot.store.runs import Ended, Ending
from robot.store.tables import links
from robot.store.tables import runs as run_rows
from robot.store.vault import Vault
from tests.store.store_rig import NOW, OTHER_MEMBER, install, later, new_run, record
from tests.store.store_rig import tokens as pair

pytestmark = pytest.mark.anyio


async def end(database: Database, portal: Portal, *, limit: int = 10) -> int:
    return await database.write(
        lambda conn: removal.end_runs(conn, portal.id, now=NOW, limit=limit)
    )


async def test_removing_forgets_every_secret_and_ends_the_runs(
    database: Database, portal: Portal, vault: Vault
) -> None:
    run_id = await record(database, new_run(portal.id))
    refused = await record(database, new_run(portal.id, "refused"))

    def write(conn: Connection) -> None:
        runs.finish(conn, {refused: Ended(ending=Ending.REFUSED)}, now=NOW)
        tokens.save(conn, vault, portal, pair(), overrule=False)
        robots.save(conn, portal.id, {"linkrobot_enable": "f"}, user_id=1, now=NOW)

    await database.write(write)

    await database.write(lambda conn: removal.remove(conn, portal.id, now=NOW))
    assert await end(database, portal) == 1

    def look(conn: Connection) -> None:
        (past,) = history.by_ids(conn, [run_id])
        assert (past.state, past.ending) == ("finished", "app_removed")
        assert tokens.of_portal(conn, vault, portal) == []
        assert robots.registered(conn, portal.id) == {}
        assert portals.find(conn, portal.id) is None
        assert conn.scalars(select(run_rows.c.secrets)).all() == [None, None]

    await database.read(look)
    assert await database.read(removal.removed_with_runs) == []


async def test_a_backlog_ends_in_steps_and_what_a_later_installation_brought_stays(
    database: Database, portal: Portal
) -> None:
    for number in range(5):
        await record(database, new_run(portal.id, f"event-{number}"))
    await database.write(lambda conn: removal.remove(conn, portal.id, now=NOW))

    assert await end(database, portal, limit=2) == 2
    assert await database.read(removal.removed_with_runs) == [(portal.id, NOW)]
    await install(database)
    later_id = await record(database, new_run(portal.id, "new", received_at=later(1)))

    assert [await end(database, portal, limit=2) for _ in range(3)] == [2, 1, 0]
    assert await database.read(lambda conn: backlog.fetch(conn, [later_id]))


async def test_runs_that_came_before_the_clock_was_set_back_end_as_well(
    database: Database, portal: Portal
) -> None:
    await record(database, new_run(portal.id, received_at=later(3_600)))
    await database.write(lambda conn: removal.remove(conn, portal.id, now=NOW))

    assert await end(database, portal) == 1


async def test_all_that_is_stored_of_a_portal_can_be_deleted_and_nothing_of_others(
    database: Database, portal: Portal
) -> None:
    other = await install(database, member_id=OTHER_MEMBER)
    for one in (portal, other):
        await record(database, new_run(one.id, f"event of {one.id}"))
        await database.write(partial(keep_link, portal_id=one.id))
    await database.write(lambda conn: removal.remove(conn, portal.id, now=NOW))

    steps = [await database.write(partial(removal.forget_step, portal_id=portal.id, limit=1))]
    while steps[-1]:
        step = partial(removal.forget_step, portal_id=portal.id, limit=1)
        steps.append(await database.write(step))

    assert steps == [1, 1, 1, 1, 0]
    everything = await database.read(portals.listed)
    assert [one.id for one in everything] == [other.id]
    kept = await database.read(lambda conn: removal.data_of(conn, other.id))
    assert kept == {"links": 2, "runs": 1, "audit": 1}


def keep_link(conn: Connection, *, portal_id: int) -> None:
    row = {"portal_id": portal_id, "run_id": 1, "asked_at": NOW, "changed_at": NOW}
    conn.execute(
        insert(links),
        [{**row, "document_id": 5, "state": state} for state in ("public", "off")],
    )
    entry = audit.Entry(
        portal_id=portal_id, at=NOW, action=audit.Action.ON, document_id=5, source="robot"
    )
    audit.write(conn, [entry])
