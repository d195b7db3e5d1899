"""Days are counted once they are over, by whoever comes first."""

from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import Connection, delete

from robot.flows.flow import succeeded
from robot.store import days as stored
from robot.store import runs
from robot.store.database import Database
from robot.store.days import DAY, Day, day_of
from robot.store.portals import Portal
from robot.store.tables import runs as run_rows
from robot.work import days
from robot.work.days import KEPT, OVER_AFTER, SHOWN, keep_days, recent
from tests.store.store_rig import NOW, new_run

pytestmark = pytest.mark.anyio
TODAY = day_of(NOW)


async def decide(database: Database, portal: Portal, at: datetime, *, number: int = 1) -> None:
    def write(conn: Connection) -> None:
        for one in range(number):
            run = new_run(portal.id, f"{at} {one}", received_at=at - timedelta(seconds=1))
            runs.decide(conn, {runs.record_one(conn, run): succeeded("On.")}, now=at)

    await database.write(write)


async def kept(database: Database, portal: Portal) -> list[datetime]:
    found = await database.read(partial(stored.kept, portal_id=portal.id, since=TODAY - 2 * KEPT))
    return sorted(found)


async def test_the_last_days_are_counted_and_those_that_are_over_kept(
    database: Database, portal: Portal
) -> None:
    await decide(database, portal, NOW, number=2)
    await decide(database, portal, NOW - 2 * DAY, number=3)
    await decide(database, portal, NOW - SHOWN * DAY)  # too old to be shown

    found = await recent(database, portal.id, now=NOW, within=60)

    assert found.is_complete
    assert len(found.days) == SHOWN
    assert [one.day for one in found.days] == [TODAY - n * DAY for n in reversed(range(SHOWN))]
    assert found.days[-1].done == 2
    assert found.days[-3] == Day(day=TODAY - 2 * DAY, done=3, median_ms=1000)
    assert sum(one.done for one in found.days) == 5
    assert await kept(database, portal) == [TODAY - 2 * DAY]


async def test_a_day_that_was_just_over_is_not_kept_yet(database: Database, portal: Portal) -> None:
    await decide(database, portal, TODAY - timedelta(seconds=1))

    found = await recent(database, portal.id, now=TODAY + OVER_AFTER / 2, within=60)

    assert found.days[-2].done == 1
    assert await kept(database, portal) == []


async def test_where_the_time_is_too_short_the_rest_is_counted_next_time(
    database: Database, portal: Portal
) -> None:
    await decide(database, portal, NOW - DAY)

    hurried = await recent(database, portal.id, now=NOW, within=-1)
    again = await recent(database, portal.id, now=NOW, within=60)

    assert (hurried.is_complete, hurried.days[-2].done) == (False, 0)
    assert (again.is_complete, again.days[-2].done) == (True, 1)


async def test_today_is_counted_up_to_a_bound(
    database: Database, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(days, "MOST_RUNS", 2)
    await decide(database, portal, NOW, number=3)

    found = await recent(database, portal.id, now=NOW, within=60)

    assert (found.days[-1].done, found.days[-1].is_whole) == (2, False)


async def test_housekeeping_keeps_days_before_their_runs_go(
    database: Database, portal: Portal
) -> None:
    await decide(database, portal, NOW)
    await decide(database, portal, NOW - 3 * DAY, number=2)

    await keep_days(database, now=NOW)
    await database.write(lambda conn: conn.execute(delete(run_rows)))
    await keep_days(database, now=NOW)

    assert await kept(database, portal) == [TODAY - 3 * DAY]
    assert (await recent(database, portal.id, now=NOW, within=60)).days[-4].done == 2


async def test_days_are_forgotten_after_a_year_and_more(database: Database, portal: Portal) -> None:
    for ago in (KEPT + DAY, KEPT, DAY):
        day = Day(day=TODAY - ago, done=1)
        await database.write(partial(stored.keep, portal_id=portal.id, day=day))

    await keep_days(database, now=NOW)

    assert await kept(database, portal) == [TODAY - KEPT, TODAY - DAY]
