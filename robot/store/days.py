"""How a portal's days (UTC) were: runs done and failed, and how long links took.

A day that is over is counted once and kept, longer than the runs themselves.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Float, Select, delete, extract, func, select

from robot.flows.catalogue import ENABLING, RULES
from robot.store.tables import days, runs
from robot.store.upsert import insert

DAY = timedelta(days=1)
MOST_RUNS = 50_000  # of a day that is not over: a person waits


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The runs that were decided on it."""

    day: datetime  # its first moment
    done: int = 0
    failed: int = 0
    median_ms: int | None = None  # from received to decided, of those that turned a link on
    is_whole: bool = True  # else there were more

    @property
    def busy(self) -> bool:
        """Whether there was any."""
        return bool(self.done or self.failed)


def day_of(at: datetime) -> datetime:
    """The first moment of that moment's day."""
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def kept(conn: Connection, portal_id: int, *, since: datetime) -> dict[datetime, Day]:
    """The days that were counted, from that one on."""
    rows = conn.execute(select(days).where(days.c.portal_id == portal_id, days.c.day >= since))
    return {
        row.day: Day(day=row.day, done=row.done, failed=row.failed, median_ms=row.median_ms)
        for row in rows
    }


def first_and_last(conn: Connection, portal_id: int) -> tuple[datetime, datetime] | None:
    """The oldest and the newest day that was counted."""
    query = select(days.c.day).where(days.c.portal_id == portal_id)
    first = conn.scalar(query.order_by(days.c.day).limit(1))
    last = conn.scalar(query.order_by(days.c.day.desc()).limit(1))
    return (first, last) if first and last else None


def next_busy(conn: Connection, portal_id: int, *, since: datetime) -> datetime | None:
    """The first day from that moment on at which a run was decided."""
    first = select(runs.c.decided_at).where(
        runs.c.portal_id == portal_id, runs.c.decided_at >= since
    )
    at = conn.scalar(first.order_by(runs.c.decided_at).limit(1))
    return day_of(at) if at else None


def count(conn: Connection, portal_id: int, day: datetime, *, most: int | None = None) -> Day:
    """Count a day; of its newest runs, where it had more than `most`."""
    of_day = decided_on(portal_id, day, most=most)
    within = of_day.subquery()
    is_done, is_link = within.c.succeeded.is_(True), within.c.code.in_(ENABLING)
    is_rule = within.c.code.in_(RULES)
    row = conn.execute(
        select(
            func.count().label("number"),
            func.count().filter(is_rule, is_done).label("done"),
            func.count().filter(is_rule, within.c.succeeded.is_(False)).label("failed"),
            func.count().filter(is_link, is_done).label("links"),
        ).select_from(within)
    ).one()
    median = None
    if row.links:
        took = _milliseconds(conn, within.c.received_at, within.c.decided_at)
        times = select(took).where(is_link, is_done).order_by(took)
        median = conn.scalar(times.offset((row.links - 1) // 2).limit(1))
    return Day(
        day=day,
        done=row.done,
        failed=row.failed,
        median_ms=None if median is None else max(round(median), 0),
        is_whole=most is None or row.number < most,
    )


def decided_on(portal_id: int, day: datetime, *, most: int | None = None) -> Select[Any]:
    """The runs of a portal that were decided on that day, the newest first."""
    found = select(runs.c.code, runs.c.succeeded, runs.c.received_at, runs.c.decided_at).where(
        runs.c.portal_id == portal_id, runs.c.decided_at >= day, runs.c.decided_at < day + DAY
    )
    return found if most is None else found.order_by(runs.c.decided_at.desc()).limit(most)


def keep(conn: Connection, portal_id: int, day: Day) -> None:
    """Remember a day that is over; the first count stands."""
    row = insert(conn, days).values(
        portal_id=portal_id,
        day=day.day,
        done=day.done,
        failed=day.failed,
        median_ms=day.median_ms,
    )
    conn.execute(row.on_conflict_do_nothing())


def forget(conn: Connection, portal_id: int, *, before: datetime) -> None:
    """Nobody asks for days that old."""
    conn.execute(delete(days).where(days.c.portal_id == portal_id, days.c.day < before))


def _milliseconds(
    conn: Connection, begin: ColumnElement[Any], end: ColumnElement[Any]
) -> ColumnElement[Any]:
    if conn.dialect.name == "sqlite":
        of_day = func.julianday(end, type_=Float) - func.julianday(begin, type_=Float)
        return of_day * 86_400_000.0
    return extract("epoch", end - begin) * 1000.0
