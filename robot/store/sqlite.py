"""SQLite's file, and how it is opened.

In WAL mode with `synchronous=FULL`: what was committed survives a power cut, and group commit
makes that free (measurements.md 1.1). Several writing connections would only wait for each other
(p99 734 ms).
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Engine, create_engine, event

from robot.store.trouble import GoneError

WRITERS, READERS = 1, 4
BUSY_MS = 5_000  # how long a statement waits for another process's write


def engines(path: Path) -> tuple[Engine, Engine]:
    """One that writes, one that reads. The file must be there."""
    file = _File(path.absolute())
    return (
        _engine(file, connections=WRITERS, begin="BEGIN IMMEDIATE"),
        _engine(file, connections=READERS, begin="BEGIN"),
    )


class _File:
    """The file that was opened first: what is written into another one, or none, is lost."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._opened: tuple[int, int] | None = None

    def check(self) -> None:
        """Raise GoneError where it was moved, deleted or replaced since."""
        try:
            found = os.stat(self.path)
        except OSError as error:
            raise self._gone(error.strerror or "not readable") from None
        self._opened = self._opened or (found.st_dev, found.st_ino)
        if self._opened != (found.st_dev, found.st_ino):
            raise self._gone("another file has taken its place")

    def _gone(self, reason: str) -> GoneError:
        return GoneError(
            f"The database {self.path} is not the one any more that was opened ({reason}). Put "
            "that very file back, or stop Linkrobot and put your backup back"
        )


def _engine(file: _File, *, connections: int, begin: str) -> Engine:
    engine = create_engine(
        # An empty database is never made in the place of one that is missing.
        f"sqlite:///file:{quote(str(file.path))}?mode=rw&uri=true",
        pool_size=connections,
        max_overflow=0,
        hide_parameters=True,  # errors are logged
    )

    @event.listens_for(engine, "do_connect")
    def _look_before(*_arguments: Any) -> None:
        file.check()

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        # SQLAlchemy begins transactions itself, so that `begin` says which kind.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_MS}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        file.check()
        connection.exec_driver_sql(begin)

    return engine
