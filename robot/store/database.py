"""The database: a few threads that write and a few that read, each with a connection of its own."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sqlalchemy import URL, Connection

from robot.steady import to_the_end
from robot.store import postgresql, sqlite
from robot.store.tables import check_values
from robot.store.transactions import Transactions
from robot.store.upsert import insert

_MARK = "written"
T = TypeVar("T")


class Database:
    """One SQLite file, or one database of a PostgreSQL server; its tables must be there."""

    def __init__(self, place: Path | URL) -> None:
        kind = postgresql if isinstance(place, URL) else sqlite
        self.is_shared = isinstance(place, URL)  # with other processes that work on it
        writing, reading = kind.engines(place)
        self._writer = Transactions(writing, kind.WRITERS)
        self._readers = Transactions(reading, kind.READERS)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """A transaction that may write; on disk when this returns, undone where `work` raises.

        Writers begin in the order of their calls, with SQLite one after the other. What has begun
        is done to its end, also where its caller is cancelled: nobody is left with a lock.
        """
        return await self._writer.do(work)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """A transaction that only reads; it sees one moment and waits for no writer."""
        return await self._readers.do(work)

    async def close(self) -> None:
        """End what is under way and close all connections."""
        for threads in (self._writer, self._readers):
            await to_the_end(asyncio.to_thread(threads.close))


def leave_mark(conn: Connection) -> None:
    """Write something, as storing a run does: it shows whether that is possible."""
    mark = {"value": str(time.time_ns()).encode()}
    row = insert(conn, check_values).values(name=_MARK, **mark)
    conn.execute(row.on_conflict_do_update(index_elements=["name"], set_=mark))
