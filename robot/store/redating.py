"""What waits for a time that a wrong clock wrote."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from robot.store.links import LinkState
from robot.store.tables import links, runs, unverified

LONGEST_PAUSE = timedelta(minutes=15)  # nothing is ever put off for longer


def bring_forward(conn: Connection, *, now: datetime, latest: datetime) -> None:
    """What is due only after `latest` is due now: the clock was ahead when that was written."""
    waits = runs.c.finished_at.is_(None), runs.c.look_at.is_(None)
    conn.execute(update(runs).where(*waits, runs.c.due_at > latest).values(due_at=now))
    conn.execute(update(runs).where(runs.c.look_at > latest).values(look_at=now))
    conn.execute(update(unverified).where(unverified.c.due_at > latest).values(due_at=now))
    _bring_ends_forward(conn, now=now, latest=latest)


def _bring_ends_forward(conn: Connection, *, now: datetime, latest: datetime) -> None:
    """A link that was changed in the future ends as much too late."""
    late = select(links).where(links.c.changed_at > latest, links.c.state != LinkState.OFF)
    for row in conn.execute(late).all():
        too_late = row.changed_at - now
        values = {
            name: row._mapping[name] - too_late
            for name in ("asked_at", "changed_at", "expires_at", "due_at")
            if row._mapping[name]
        }
        conn.execute(update(links).where(links.c.id == row.id).values(**values))
