"""What waits for a time that a wrong clock wrote."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, true, update

from robot.store.tables import runs, unverified

LONGEST_PAUSE = timedelta(minutes=15)  # nothing is ever put off for longer


def bring_forward(conn: Connection, *, now: datetime, latest: datetime) -> None:
    """What is due only after `latest` is due now: the clock was ahead when that was written."""
    for table, waits in ((runs, runs.c.finished_at.is_(None)), (unverified, true())):
        conn.execute(update(table).where(waits, table.c.due_at > latest).values(due_at=now))
