"""A day of a portal is counted from its runs, and outlives them."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection, delete

from robot.flows.catalogue import CHECK, DISABLE
from robot.flows.flow import Outcome, failed, succeeded
from robot.store import days, runs
from robot.store.database import Database
from robot.store.days import DAY, Day, day_of
from robot.store.portals import Portal
from robot.store.tables import runs as run_rows
from tests.store.plans import plan_of
from tests.store.store_rig import NOW, OTHER_MEMBER, install, new_run

pytestmark = pytest.mark.anyio
ON, NOT_ON = succeeded("On."), failed("no_rights", "Why.")
TODAY = day_of(NOW)


async def decided(
    database: Database,
    portal: Portal,
    outcome: Outcome,
    *,
    at: timedelta = timedelta(),
    took: float = 0,
    **changes: object,
) -> None:
    """A run that was decided so long after NOW, and took so many seconds."""
    decided_at = NOW + at

    def write(conn: Connection) -> None:
        begun = decided_at - timedelta(seconds=took)
        name = f"{outcome.outputs} {at} {took} {changes}"
        run_id = runs.record_one(conn, new_run(portal.id, name, received_at=begun, **changes))
        runs.decide(conn, {run_id: outcome}, now=decided_at)

    await database.write(write)


async def counted(database: Database, portal: Portal, *, most: int | None = None) -> Day:
    return await database.read(lambda conn: days.count(conn, portal.id, TODAY, most=most))


async def test_a_day_counts_what_was_done_and_failed_on_it(
    database: Database, portal: Portal
) -> None:
    other = await install(database, member_id=OTHER_MEMBER)
    await decided(database, other, ON)
    await decided(database, portal, NOT_ON)
    await decided(database, portal, ON, code=CHECK)  # an errand of ours
    await decided(database, portal, ON, at=TODAY + DAY - NOW)  # the next day's first moment
    await decided(database, portal, ON, at=TODAY - NOW)
    await decided(database, portal, ON, at=TODAY + DAY - NOW - timedelta(microseconds=1))

    found = await counted(database, portal)

    assert (found.done, found.failed, found.is_whole) == (2, 1, True)


async def test_the_median_is_of_runs_that_turned_a_link_on(
    database: Database, portal: Portal
) -> None:
    for took in (0.2, 0.4, 0.9, 30.0):
        await decided(database, portal, ON, took=took)
    await decided(database, portal, NOT_ON, took=500)
    await decided(database, portal, ON, took=600, code=DISABLE)

    assert (await counted(database, portal)).median_ms == 400


async def test_where_no_link_was_turned_on_there_is_no_median(
    database: Database, portal: Portal
) -> None:
    await decided(database, portal, NOT_ON, took=1)

    assert (await counted(database, portal)).median_ms is None


async def test_of_a_day_with_too_many_runs_the_newest_are_counted(
    database: Database, portal: Portal
) -> None:
    await decided(database, portal, NOT_ON)
    await decided(database, portal, ON, at=timedelta(seconds=1))
    await decided(database, portal, ON, at=timedelta(seconds=2))

    found = await counted(database, portal, most=2)

    assert (found.done, found.failed, found.is_whole) == (2, 0, False)


async def test_a_kept_day_outlives_its_runs_until_it_is_too_old(
    database: Database, portal: Portal
) -> None:
    first = Day(day=TODAY - DAY, done=3, failed=1, median_ms=250)

    def write(conn: Connection) -> None:
        days.keep(conn, portal.id, first)
        days.keep(conn, portal.id, Day(day=TODAY - DAY))  # somebody else was later
        days.keep(conn, portal.id, Day(day=TODAY - 9 * DAY))
        conn.execute(delete(run_rows))

    await database.write(write)
    known = await database.read(lambda conn: days.kept(conn, portal.id, since=TODAY - 2 * DAY))
    span = await database.read(lambda conn: days.first_and_last(conn, portal.id))
    await database.write(lambda conn: days.forget(conn, portal.id, before=TODAY))

    assert known == {first.day: first}
    assert span == (TODAY - 9 * DAY, TODAY - DAY)
    assert await database.read(lambda conn: days.first_and_last(conn, portal.id)) is None


async def test_the_next_busy_day_is_found(database: Database, portal: Portal) -> None:
    await decided(database, portal, ON, at=-3 * DAY)

    def next_busy(conn: Connection) -> list[object]:
        return [days.next_busy(conn, portal.id, since=TODAY - number * DAY) for number in (9, 3, 2)]

    assert await database.read(next_busy) == [TODAY - 3 * DAY, TODAY - 3 * DAY, None]


async def test_a_day_is_read_by_its_index(database: Database, portal: Portal) -> None:
    for most in (None, 5):
        query = days.decided_on(portal.id, TODAY, most=most)
        assert "runs_decided" in await plan_of(database, query)
