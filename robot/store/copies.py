"""Copies of the database beside it, made before it is changed."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from robot.store.files import sync_folder

KEPT = 3  # copies; older ones are deleted when a new one was made


def make(path: Path, *, before: str) -> Path:
    """A checked copy of all that the database holds, also of its write-ahead log.

    It never takes the place of another one. Blocking.

    Raises:
        sqlite3.Error: it could not be made, or the database is damaged.
    """
    unfinished = path.with_name(f"{path.name}.part")
    unfinished.unlink(missing_ok=True)
    os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(unfinished)) as copy:
            source.backup(copy)
            refuse_damaged(copy)
        made = unfinished.rename(_free_name(path, before))
    finally:
        unfinished.unlink(missing_ok=True)
    sync_folder(path.parent)
    for old in of(path)[KEPT:]:
        old.unlink()
    return made


def of(path: Path) -> list[Path]:
    """The copies of a database, newest first."""
    found = path.parent.glob(f"{path.name}.before-*")
    return sorted(found, key=lambda copy: copy.stat().st_mtime_ns, reverse=True)


def refuse_damaged(conn: sqlite3.Connection) -> None:
    """Read everything.

    Raises:
        sqlite3.DatabaseError: something in it is damaged.
    """
    (found,) = conn.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        error = sqlite3.DatabaseError(" ".join(str(found).split()))
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise error


def _free_name(path: Path, before: str) -> Path:
    wanted = path.with_name(f"{path.name}.before-{before}")
    name, number = wanted, 1
    while name.exists():
        number += 1
        name = wanted.with_name(f"{wanted.name}-{number}")
    return name
