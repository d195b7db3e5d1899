"""One portal's burst of runs while it is worked off: as `history.progress`, without our own."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, false, func, select

from robot.store.found_runs import IS_OWN, IS_WAITING, TAKEN
from robot.store.tables import runs

PACE_OVER = timedelta(seconds=10)  # as `linkrobot runs --watch` has it
LOOKS_BACK = timedelta(hours=1)  # whatever a page asks for: it counts all that ran since then
BEGAN_WITHIN = timedelta(minutes=15)  # what waits for longer is not of this burst


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """What waits, and what became of those that waited with it."""

    since: datetime  # done and failed are counted from then on
    waiting: int
    done: int  # the outcome is good, and with whoever waited for it
    failed: int
    pace: float  # runs finished per second, lately

    @property
    def ends_in(self) -> float | None:
        """Seconds; None: not known yet, or nothing waits."""
        return self.waiting / self.pace if self.waiting and self.pace else None


def burst(conn: Connection, portal_id: int, *, now: datetime, since: datetime | None) -> Burst:
    """As it is now; `since` is what an earlier look told."""
    of_portal = runs.c.portal_id == portal_id
    oldest = func.min(runs.c.received_at, type_=runs.c.received_at.type)
    waiting, began_at = conn.execute(
        select(func.count(), oldest).where(of_portal, IS_WAITING, ~IS_OWN)
    ).one()
    since = since or max(began_at or now, now - BEGAN_WITHIN)
    since = max(since, now - LOOKS_BACK)
    by_time = runs.c.portal_id + 0 == portal_id  # not by the portal: it may have a million runs
    is_done = and_(func.coalesce(runs.c.succeeded, false()), runs.c.ending.in_(TAKEN))
    lately = max(since, now - PACE_OVER)
    done, failed, recent = conn.execute(
        select(
            func.count().filter(is_done),
            func.count().filter(~is_done),
            func.count().filter(runs.c.finished_at >= lately),
        ).where(by_time, runs.c.finished_at >= since, ~IS_OWN)
    ).one()
    seconds = (now - lately).total_seconds()
    return Burst(
        since=since,
        waiting=waiting,
        done=done,
        failed=failed,
        pace=recent / seconds if seconds > 0 else 0.0,
    )
