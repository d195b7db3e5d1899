"""What the administrators of portals were told: at most once a day for each cause."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, or_

from robot.store.tables import notices
from robot.store.upsert import insert

DAY = timedelta(days=1)


def take(conn: Connection, portal_id: int, cause: str, *, now: datetime) -> bool:
    """Whether it is to be told: it was not yet on this day, by UTC. From now on it is told.

    What seems to be told on a later day was told before the clock was set back: it does not count.
    """
    begins = now.replace(hour=0, minute=0, second=0, microsecond=0)
    row = insert(conn, notices).values(portal_id=portal_id, cause=cause, told_at=now)
    told = row.on_conflict_do_update(
        index_elements=["portal_id", "cause"],
        set_={"told_at": now},
        where=or_(notices.c.told_at < begins, notices.c.told_at >= begins + DAY),
    )
    return conn.execute(told.returning(notices.c.cause)).one_or_none() is not None


def forget(conn: Connection, *, before: datetime) -> None:
    """What was told last before that time: an earlier day, which no clock still shows."""
    conn.execute(delete(notices).where(notices.c.told_at < before))


def forget_portal(conn: Connection, portal_id: int) -> None:
    """The portal removed the app, or is forgotten."""
    conn.execute(delete(notices).where(notices.c.portal_id == portal_id))
