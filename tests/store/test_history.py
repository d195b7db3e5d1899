"""What people ask about runs, and forgetting what is old in steps."""

import pytest
from sqlalchemy import Connection

from robot.flows.flow import failed, succeeded
from robot.store import history, links, register, runs
from robot.store.database import Database
from robot.store.links import Origin
from robot.store.portals import Portal
from robot.store.runs import Ended, Ending
from tests.store.store_rig import NOW, OTHER_MEMBER, install, later, new_run, record

pytestmark = pytest.mark.anyio


async def finish(database: Database, run_id: int, *, at: float = 0) -> None:
    await database.write(
        lambda conn: runs.finish(conn, {run_id: Ended(ending=Ending.REPORTED)}, now=later(at))
    )


async def test_the_newest_runs_come_first(database: Database, portal: Portal) -> None:
    other = await install(database, member_id=OTHER_MEMBER)
    ids = [await record(database, new_run(portal.id, f"event-{n}")) for n in range(3)]
    await record(database, new_run(other.id))

    found = await database.read(lambda conn: history.newest(conn, limit=2, portal_id=portal.id))
    everywhere = await database.read(lambda conn: history.newest(conn, limit=1))

    assert [run.id for run in found] == ids[:0:-1]
    assert everywhere[0].member_id == OTHER_MEMBER


async def test_a_past_run_shows_its_outcome_and_no_secret(
    database: Database, portal: Portal
) -> None:
    good, bad, waiting = [
        await record(database, new_run(portal.id, f"event-{n}")) for n in range(3)
    ]

    def write(conn: Connection) -> None:
        runs.decide(conn, {good: succeeded("On.", public_url="https://a/~1")}, now=NOW)
        runs.decide(conn, {bad: failed("no_rights", "Why.")}, now=NOW)

    await database.write(write)

    found = await database.read(lambda conn: history.by_ids(conn, [waiting, good, bad]))

    assert [run.id for run in found] == [good, bad, waiting]
    assert [run.failed for run in found] == [False, True, False]
    assert found[0].outputs["public_url"] == "https://a/~1"
    assert found[0].host == "acme.bitrix24.com"
    assert "sealed" not in repr(found)


async def test_what_waits_is_counted_portal_by_portal(database: Database, portal: Portal) -> None:
    done = await record(database, new_run(portal.id, "a"))
    await record(database, new_run(portal.id, "b", received_at=later(-5)))
    await record(database, new_run(portal.id, "c"))
    await finish(database, done)

    (found,) = await database.read(lambda conn: history.waiting(conn))

    assert (found.member_id, found.count) == (portal.member_id, 2)
    assert found.oldest_received_at == later(-5)


async def test_only_what_ended_before_is_forgotten_step_by_step(
    database: Database, portal: Portal
) -> None:
    ids = [await record(database, new_run(portal.id, f"event-{n}")) for n in range(5)]
    for number, run_id in enumerate(ids[:4]):
        await finish(database, run_id, at=number)

    forgotten = [
        await database.write(lambda conn: history.forget(conn, before=later(3), limit=2))
        for _ in range(3)
    ]

    left = await database.read(lambda conn: history.newest(conn, limit=10))
    assert forgotten == [2, 1, 0]
    assert [run.id for run in left] == [ids[4], ids[3]]


async def test_a_link_is_still_known_when_its_run_is_forgotten(
    database: Database, portal: Portal
) -> None:
    run_id = await record(database, new_run(portal.id))

    asking = Origin(
        portal_id=portal.id,
        run_id=run_id,
        item="DEAL_7",
        source="robot",
        user_id=1,
        sent_at=NOW,
    )
    await database.write(lambda conn: links.ask(conn, {asking: ([5], None)}, now=NOW))
    await finish(database, run_id)
    await database.write(lambda conn: history.forget(conn, before=later(1), limit=10))
    found = await database.read(register.listed)

    assert [link.document_id for link in found] == [5]
    assert await record(database, new_run(portal.id)) > run_id


async def test_of_runs_to_be_dropped_those_that_wait_stay(
    database: Database, portal: Portal
) -> None:
    ended, waiting, other = [
        await record(database, new_run(portal.id, f"event-{n}")) for n in range(3)
    ]
    await finish(database, ended)
    await finish(database, other)

    await database.write(lambda conn: history.drop(conn, [ended, waiting]))

    found = await database.read(lambda conn: history.newest(conn, limit=9))
    assert {run.id for run in found} == {waiting, other}
