"""A database that fails, in words for the operator: what is wrong, and what mends it."""

import sqlite3

from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError, StatementError

from robot.store import server_trouble

GOES_ON = "Linkrobot goes on by itself then"
START_AGAIN = "then start again"  # where it does not run
# SQLite's primary result code -> the remedy.
_REMEDIES = {
    sqlite3.SQLITE_FULL: "Free some space on the disk; {then}.",
    sqlite3.SQLITE_BUSY: "End the other program that holds it; {then}.",
    sqlite3.SQLITE_READONLY: "Make the data folder and the files in it writable for the user that "
    "runs Linkrobot, and its file system mounted for writing; {then}.",
    sqlite3.SQLITE_IOERR: "Free some space if the disk is full; else look for its errors in the "
    "system's log, and for a limit of file sizes; {then}.",
    sqlite3.SQLITE_CANTOPEN: "Look whether the data folder is there, whether the user that runs "
    "Linkrobot may use it, and whether too many files are open; {then}.",
    sqlite3.SQLITE_CORRUPT: "Stop Linkrobot and put your backup back (docs/operating.md).",
    sqlite3.SQLITE_NOTADB: "Stop Linkrobot and put your backup back (docs/operating.md).",
}
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


class GoneError(SQLAlchemyError):
    """The database's file is not the one any more that was opened."""


class AbortedError(SQLAlchemyError):
    """A statement of the transaction failed and was passed over: all of it is undone."""


def explain(error: BaseException, *, then: str = GOES_ON) -> str:
    """What is wrong and what mends it, without SQL and without values."""
    cause = _cause(error)
    if isinstance(error, DBAPIError) and not isinstance(cause, sqlite3.Error):
        return server_trouble.explain(cause, then=then)
    if not isinstance(cause, sqlite3.Error | GoneError):
        return type(cause).__name__
    remedy = _REMEDIES.get(_code(cause), "").format(then=then)
    return f"{cause}. {remedy}".strip()


def concerns_database(error: Exception) -> bool:
    """Whether the whole database is in trouble (locked, full, damaged), not what is written."""
    cause = _cause(error)
    is_damaged = _code(cause) in _DAMAGED or server_trouble.concerns_server(cause)
    return isinstance(error, OperationalError | GoneError) or is_damaged


def passes_soon(error: Exception) -> bool:
    """Whether a database server is being started again, or cannot be reached right now."""
    return server_trouble.is_away(_cause(error))


def _cause(error: BaseException) -> BaseException:
    return error.orig if isinstance(error, StatementError) and error.orig else error


def _code(cause: BaseException) -> int:
    return getattr(cause, "sqlite_errorcode", 0) & 0xFF
