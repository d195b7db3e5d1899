"""What is done once in a while over all processes on one database."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, or_

from robot.store.tables import check_values
from robot.store.upsert import insert


def take(conn: Connection, name: str, *, every: timedelta, now: datetime) -> bool:
    """Whether it is this process's turn: nobody has had one for so long.

    A turn that seems to come much later was had before the clock was set back: it does not count.
    """
    last = check_values.c.value
    row = insert(conn, check_values).values(name=f"done {name}", value=_sortable(now))
    turn = row.on_conflict_do_update(
        index_elements=["name"],
        set_={"value": _sortable(now)},
        where=or_(last <= _sortable(now - every), last > _sortable(now + every)),
    )
    return conn.execute(turn.returning(check_values.c.name)).one_or_none() is not None


def _sortable(at: datetime) -> bytes:
    return f"{at.timestamp():020.3f}".encode("ascii")
