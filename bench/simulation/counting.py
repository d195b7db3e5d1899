"""Statements and transactions of every SQLAlchemy engine in this process, counted."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, event

WRITES = ("BEGIN IMMEDIATE", "BEGIN ISOLATION LEVEL READ COMMITTED")


@dataclass(slots=True)
class Count:
    """What the database was asked."""

    writes: int = 0  # transactions that may write
    statements: int = 0  # in them, BEGIN and COMMIT not counted
    seconds: float = 0.0  # that they took until COMMIT
    commit: float = 0.0  # seconds of all COMMITs that wrote
    cpu: float = 0.0  # seconds of our own core for them, COMMIT included
    reads: int = 0  # transactions that only read
    read_statements: int = 0

    def minus(self, other: "Count") -> "Count":
        """What came since then."""
        return Count(
            self.writes - other.writes,
            self.statements - other.statements,
            self.seconds - other.seconds,
            self.commit - other.commit,
            self.cpu - other.cpu,
            self.reads - other.reads,
            self.read_statements - other.read_statements,
        )

    def copy(self) -> "Count":
        """As it is now."""
        return self.minus(Count())


class _Listener:
    """SQLAlchemy's events, counted."""

    def __init__(self) -> None:
        self.count = Count()
        # Connections that may write, and since when: by the clock, and of the thread's own time.
        self._begun: dict[int, tuple[float, float]] = {}
        self.hooks = (
            ("before_cursor_execute", self._asked),
            ("commit", self._ends),
            ("engine_connect", self._used),
            ("connect", _no_checkpoints),
        )

    def _asked(self, conn: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("BEGIN"):
            self._begun.pop(id(conn), None)
            if statement.startswith(WRITES):
                self._begun[id(conn)] = time.perf_counter(), time.thread_time()
        elif id(conn) in self._begun:
            self.count.statements += 1
        else:
            self.count.read_statements += 1

    def _ends(self, conn: Connection) -> None:
        if id(conn) in self._begun:
            self.count.writes += 1
            began, cpu = self._begun[id(conn)]
            self.count.seconds += time.perf_counter() - began
            self.count.cpu += time.thread_time() - cpu
        else:
            self.count.reads += 1

    def _used(self, conn: Connection) -> None:
        commit = conn.dialect.do_commit

        def timed(connection: Any) -> None:
            began, cpu = time.perf_counter(), time.thread_time()
            commit(connection)
            took = time.perf_counter() - began
            if took > _NOTHING_WRITTEN:
                self.count.commit += took
                self.count.cpu += time.thread_time() - cpu

        if "do_commit" not in vars(conn.dialect):
            vars(conn.dialect)["do_commit"] = timed


_NOTHING_WRITTEN = 0.00005  # seconds; a COMMIT after reading takes less


def _no_checkpoints(connection: Any, _record: Any) -> None:
    """SQLite's write-ahead log then only grows: its size is what was written."""
    if "sqlite" in type(connection).__module__:
        connection.execute("PRAGMA wal_autocheckpoint=0")


@contextmanager
def counted() -> Iterator[Count]:
    """Count what every engine of this process is asked meanwhile."""
    listener = _Listener()
    for name, hook in listener.hooks:
        event.listen(Engine, name, hook)
    try:
        yield listener.count
    finally:
        for name, hook in listener.hooks:
            event.remove(Engine, name, hook)
