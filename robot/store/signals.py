"""Signals between replicas, by PostgreSQL's NOTIFY and LISTEN. One that is lost costs a sweep.

Never sent in a transaction that stores something: a commit with a NOTIFY takes a lock that all
such commits of a database wait for.
"""

from collections.abc import AsyncIterator, Collection, Sequence
from typing import Any

from sqlalchemy import URL, Connection, func, select

from robot.errors import RobotError

WHOEVER_WORKS = "linkrobot"
IN_ONE = 400  # portals; a payload has less than 8,000 bytes
SILENCE = 15.0  # seconds, then the connection is tried
_NOTICES_A_DEAD_LINE: dict[str, Any] = {
    "connect_timeout": 5,  # seconds
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 10_000,  # milliseconds without an answer to what was sent
}


class CutOffError(RobotError):
    """The connection that listens is gone, or never came about."""


def channel_of(owner: str) -> str:
    """Where one replica listens."""
    return f"{WHOEVER_WORKS}_{owner}"


def send(conn: Connection, channel: str, portal_ids: Collection[int]) -> None:
    """There is something to do for these portals."""
    ids = [str(portal_id) for portal_id in portal_ids]
    for start in range(0, len(ids), IN_ONE):
        payload = ",".join(ids[start : start + IN_ONE])
        conn.execute(select(func.pg_notify(channel, payload)))


async def received(server: URL, channels: Sequence[str], *, name: str) -> AsyncIterator[list[int]]:
    """The portals of each signal, from now on, on a connection with that name.

    Raises:
        CutOffError: nothing is heard any more.
    """
    # Loaded where there are replicas: with SQLite it would only cost 10 MB of memory.
    import psycopg
    from psycopg import sql

    address = server.set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        async with await psycopg.AsyncConnection.connect(
            address, autocommit=True, application_name=name, **_NOTICES_A_DEAD_LINE
        ) as conn:
            for channel in channels:
                await conn.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
            while True:
                async for notice in conn.notifies(timeout=SILENCE):
                    yield [int(portal_id) for portal_id in notice.payload.split(",")]
                await conn.execute("SELECT 1")
    except psycopg.Error as error:
        raise CutOffError(type(error).__name__) from None
