"""A consistent copy of the database, also while others write to it."""

import os
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from robot.errors import SettingsError
from robot.store import copies
from robot.store.files import sync_folder

THERE = "{target} is there already, and a backup overwrites nothing. Give another name."
EMPTY = (
    "No backup was made: the database {source} is empty or missing. Stop Linkrobot and put back "
    "the last backup that is not."
)
NOT_WRITTEN = "The backup could not be written to {target} ({reason}). Nothing was left there."
DAMAGED = (
    "No backup was made: the database {source} is damaged ({reason}). Stop Linkrobot and put back "
    "the last backup that is not."
)


def back_up(source: Path, target: Path) -> None:
    """Copy one moment of the database into a new file, which is there as a whole or not at all.

    Nobody who writes meanwhile has to wait. Blocking.

    Raises:
        SettingsError: the file is there already, or cannot be written.
    """
    if not (source.exists() and source.stat().st_size):
        # SQLite would delete the write-ahead log of an empty one.
        raise SettingsError(EMPTY.format(source=source))
    if os.path.lexists(target):
        raise SettingsError(THERE.format(target=target))
    try:
        _copy(source, target)
    except OSError as error:
        raise SettingsError(NOT_WRITTEN.format(target=target, reason=error.strerror)) from None
    except sqlite3.OperationalError as error:
        raise SettingsError(NOT_WRITTEN.format(target=target, reason=error)) from None
    except sqlite3.DatabaseError as error:
        raise SettingsError(DAMAGED.format(source=source, reason=error)) from None


def _copy(source: Path, target: Path) -> None:
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)  # mode 0600
    unfinished = Path(name)
    try:
        _fill(source, unfinished)
        os.fsync(descriptor)
        unfinished.rename(target)
    finally:
        os.close(descriptor)
        unfinished.unlink(missing_ok=True)
    sync_folder(target.parent)


def _fill(source: Path, copy: Path) -> None:
    with closing(sqlite3.connect(source)) as original, closing(sqlite3.connect(copy)) as copied:
        original.backup(copied)  # in one step: a reader's view of one moment
        copied.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it
        copies.refuse_damaged(copied)
