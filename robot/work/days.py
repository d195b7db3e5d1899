"""A portal's days, counted once they are over: by housekeeping, or when somebody asks for them."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.engine import Connection

from robot.store import days, portals
from robot.store.database import Database
from robot.store.days import DAY, MOST_RUNS, Day, day_of

SHOWN = 30  # days, with today
KEPT = timedelta(days=400)
# What was decided at the very end of a day may be written a moment later.
OVER_AFTER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recent:
    """The last days, the oldest first."""

    days: Sequence[Day]
    is_complete: bool  # else some are not counted yet


async def recent(database: Database, portal_id: int, *, now: datetime, within: float) -> Recent:
    """The last days up to today; those that were never counted are, for so many seconds."""
    today = day_of(now)
    first = today - (SHOWN - 1) * DAY
    is_complete = await count_over(database, portal_id, since=first, now=now, within=within)

    def read(conn: Connection) -> list[Day]:
        known = days.kept(conn, portal_id, since=first)
        live = [today] if now - today >= OVER_AFTER else [today - DAY, today]
        counted = {day: days.count(conn, portal_id, day, most=MOST_RUNS) for day in live}
        known = counted | known | {today: counted[today]}
        shown = [first + number * DAY for number in range(SHOWN)]
        return [known.get(day, Day(day=day)) for day in shown]

    return Recent(days=await database.read(read), is_complete=is_complete)


async def count_over(
    database: Database, portal_id: int, *, since: datetime, now: datetime, within: float
) -> bool:
    """Count and keep the days from that one on that are over; False where the time was too short.

    Each day is a transaction of its own: nobody waits long for it.
    """
    ends, at = time.monotonic() + within, since
    known = await database.read(lambda conn: days.kept(conn, portal_id, since=since))
    while True:
        day = await database.read(partial(days.next_busy, portal_id=portal_id, since=at))
        if day is None or day + DAY + OVER_AFTER > now:
            return True
        if day not in known:
            if time.monotonic() > ends:
                return False
            await _count(database, portal_id, day)
        at = day + DAY


async def _count(database: Database, portal_id: int, day: datetime) -> None:
    counted = await database.read(lambda conn: days.count(conn, portal_id, day))
    await database.write(lambda conn: days.keep(conn, portal_id, counted))


async def keep_days(database: Database, *, now: datetime) -> None:
    """Of all portals, before their runs are forgotten; days that are too old are forgotten."""
    installed = [portal.id for portal in await database.read(portals.listed)]
    too_old = day_of(now) - KEPT
    for portal_id in installed:
        known = await database.read(partial(days.first_and_last, portal_id=portal_id))
        since = known[1] + DAY if known else day_of(now) - SHOWN * DAY
        await count_over(database, portal_id, since=since, now=now, within=float("inf"))
        if known and known[0] < too_old:
            await database.write(partial(days.forget, portal_id=portal_id, before=too_old))
