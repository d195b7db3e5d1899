"""The database: a few threads that write and a few that read, each with a connection of its own."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection

from robot.steady import to_the_end
from robot.store import sqlite
from robot.store.tables import check_values
from robot.store.transactions import Transactions
from robot.store.upsert import insert

_MARK = "written"
T = TypeVar("T")


class Database:
    """One SQLite file, opened; it must be there."""

    def __init__(self, path: Path) -> None:
        writing, reading = sqlite.engines(path)
        self._writer = Transactions(writing, sqlite.WRITERS)
        self._readers = Transactions(reading, sqlite.READERS)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """A transaction that may write; on disk when this returns, undone where `work` raises.

        Writers take turns in the order of their calls. What has begun is done to its end, also
        where its caller is cancelled meanwhile: nobody is left with a lock.
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
