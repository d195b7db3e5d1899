"""The threads in which transactions run, one connection for each.

A transaction is a function of a connection, and runs as a whole in such a thread: one hop there
and back, whatever it does (a hop for each statement cost 60 to 100 us each, 20 ms for a run).
It must touch nothing of the event loop, and must be safe to begin anew: what PostgreSQL refuses
for the sake of others was not done.
"""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from sqlalchemy import Connection, Engine, RootTransaction
from sqlalchemy.exc import DBAPIError

from robot.steady import outlast

# A function's transactions until others' no longer get in its way.
TRIES = 5
PAUSE = 0.01  # seconds before the second one; each later one is twice as long
# PostgreSQL undid the transaction for the sake of others: deadlock, serialization.
_UNDONE = frozenset({"40P01", "40001"})
T = TypeVar("T")


class Transactions:
    """Run in the order of their calls, as many at once as there are threads."""

    def __init__(self, engine: Engine, number: int) -> None:
        self.engine = engine
        self._pool = ThreadPoolExecutor(number, thread_name_prefix="database")
        self._idle: list[Connection] = []  # kept open: checking one out costs 0.2 ms

    async def do(self, work: Callable[[Connection], T]) -> T:
        """Committed when this returns, undone where it raises.

        Only an error of the commit itself leaves open which: the connection may have broken
        after the database had it on disk. It is never tried again here.
        """
        begun = self._pool.submit(self._do, work)
        done = asyncio.wrap_future(begun)
        try:
            return await asyncio.shield(done)
        except asyncio.CancelledError:
            if not begun.cancel():  # its turn has come: the cancellation waits
                await outlast(done)
            raise

    def _do(self, work: Callable[[Connection], T]) -> T:
        for number in range(TRIES - 1):
            with suppress(_UndoneError):
                return self._transact(work)
            time.sleep(PAUSE * 2**number)  # whoever was in the way goes first
        try:
            return self._transact(work)
        except _UndoneError as undone:
            raise undone.error from None

    def _transact(self, work: Callable[[Connection], T]) -> T:
        conn, transaction = self._begin()
        try:
            result = work(conn)
        except BaseException as error:
            self._undo(conn, transaction)
            if isinstance(error, DBAPIError) and _code(error) in _UNDONE:
                raise _UndoneError(error) from None
            raise
        try:
            transaction.commit()
        except BaseException:
            _drop(conn)
            raise
        self._idle.append(conn)
        return result

    def _begin(self) -> tuple[Connection, RootTransaction]:
        """An idle connection that broke meanwhile is replaced; a new one that fails is not."""
        while (conn := self._idle_one()) is not None:
            try:
                return conn, conn.begin()
            except BaseException as error:
                _drop(conn)
                if not (isinstance(error, DBAPIError) and error.connection_invalidated):
                    raise
        conn = self.engine.connect()
        try:
            return conn, conn.begin()
        except BaseException:
            _drop(conn)
            raise

    def _idle_one(self) -> Connection | None:
        try:
            return self._idle.pop()
        except IndexError:  # asked by several threads: looking first would not help
            return None

    def _undo(self, conn: Connection, transaction: RootTransaction) -> None:
        """Keep the connection for the next one, unless it is broken."""
        try:
            transaction.rollback()
        except Exception:  # what went wrong first is what counts
            _drop(conn)
            return
        if conn.invalidated:
            _drop(conn)
        else:
            self._idle.append(conn)

    def close(self) -> None:
        """End what is under way. Blocking."""
        self._pool.shutdown()
        while self._idle:
            self._idle.pop().close()
        self.engine.dispose()


class _UndoneError(Exception):
    """Before its commit the database undid the transaction, for the sake of others."""

    def __init__(self, error: DBAPIError) -> None:
        super().__init__()
        self.error = error


def _code(error: DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)


def _drop(conn: Connection) -> None:
    """Whatever state it is in, nobody uses it again."""
    conn.invalidate()
    conn.close()
