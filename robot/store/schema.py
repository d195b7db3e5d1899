"""The database's schema: made and brought up to date when a program starts to work.

Alembic is loaded only where the schema is behind: it costs memory that the app never needs again.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.exc import SQLAlchemyError

from robot.errors import SettingsError
from robot.logs import get_logger
from robot.store import copies
from robot.store.trouble import START_AGAIN, explain

HEAD = "0005"  # the newest revision in migrations/versions; a test holds it
LOOKS_UP_TO = 64 * 1024 * 1024  # bytes of a database that is read as a whole at start: 0.3 s
_MIGRATIONS = Path(__file__).parent / "migrations"
T = TypeVar("T")

log = get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgrade:
    """What was done to a database."""

    before: str  # its revision; empty: there was no schema
    copy: Path | None  # made before the change; None where there was nothing to copy


def prepare(path: Path) -> Upgrade | None:
    """Make the database, or bring it up to date after copying it beside itself.

    Blocking; called once, before anything else opens the file, by whoever works alone on it.
    None: there was nothing to do.

    Raises:
        SettingsError: it is newer than this program, damaged, locked, or cannot be changed.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    revision = revision_of(path)
    if revision == HEAD:
        return None
    _refuse_newer(path, revision)
    copy = _copy_aside(path) if revision else None
    _upgrade(path)
    log.info("schema.upgraded", before=revision or "empty", now=HEAD)
    return Upgrade(before=revision, copy=copy)


def check(path: Path) -> None:
    """The database is as this program needs it; nothing is changed.

    Raises:
        SettingsError: it is not.
    """
    revision = revision_of(path)
    _refuse_newer(path, revision)
    if not revision:
        raise SettingsError(
            f"{path} is empty, or no database of Linkrobot's. Put it back from your backup, or set "
            "LINKROBOT_DATA_DIR to the folder where it is."
        )
    if revision != HEAD:
        raise SettingsError(
            f"{path} was written by an older Linkrobot (schema {revision}, this one "
            f"needs {HEAD}). Start `linkrobot serve` of this version, or run `linkrobot migrate`."
        )


def look_through(path: Path) -> None:
    """Read a database of a usual size as a whole, and refuse it where a part of it is damaged.

    Raises:
        SettingsError: it is.
    """
    if 0 < _size(path) <= LOOKS_UP_TO:
        _ask(path, copies.refuse_damaged)


def revision_of(path: Path) -> str:
    """The revision of a database; empty where there is none, or no schema in it.

    Raises:
        SettingsError: it cannot be read as a database.
    """
    return _ask(path, _revision) if _size(path) else ""


def _size(path: Path) -> int:
    """An empty one is never opened: SQLite would delete its write-ahead log."""
    return path.stat().st_size if path.exists() else 0


def _revision(conn: sqlite3.Connection) -> str:
    tables = conn.execute("SELECT name FROM sqlite_master WHERE name = 'alembic_version'")
    if not tables.fetchone():
        return ""
    row = conn.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else ""


def _ask(path: Path, question: Callable[[sqlite3.Connection], T]) -> T:
    try:
        with closing(sqlite3.connect(path)) as conn:
            return question(conn)
    except sqlite3.Error as error:
        raise _unusable(path, error) from None


def _refuse_newer(path: Path, revision: str) -> None:
    if revision and revision not in revisions():
        raise SettingsError(
            f"{path} was written by a newer Linkrobot (schema {revision}, this one knows {HEAD}). "
            "Start the newer version again, or put back the copy made before the update "
            f"({path.name}.before-{revision})."
        )


def revisions() -> set[str]:
    """All that this program knows."""
    return {file.name.split("_")[0] for file in (_MIGRATIONS / "versions").glob("[0-9]*.py")}


def _copy_aside(path: Path) -> Path:
    try:
        return copies.make(path, before=HEAD)
    except sqlite3.Error as error:
        raise SettingsError(
            f"{path} has to be brought up to date, and could not be copied before: "
            f"{explain(error, then=START_AGAIN)} Nothing was changed."
        ) from None


def _upgrade(path: Path) -> None:
    """All of it or nothing, also where the program is killed in the middle."""
    engine = create_engine(f"sqlite:///{path}", hide_parameters=True)
    # Without this each table would be made, or changed, in a transaction of its own.
    event.listen(engine, "connect", lambda connection, _: _begin_ourselves(connection))
    event.listen(engine, "begin", lambda conn: conn.exec_driver_sql("BEGIN EXCLUSIVE"))
    try:
        with engine.begin() as connection:
            bring_to_head(connection)
    except SQLAlchemyError as error:
        raise SettingsError(
            f"{path} could not be brought up to date, and was left as it is: "
            f"{explain(error, then=START_AGAIN)}"
        ) from None
    finally:
        engine.dispose()


def bring_to_head(connection: Connection) -> None:
    """Run the migrations that are missing, as a part of the connection's transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _begin_ourselves(connection: sqlite3.Connection) -> None:
    connection.isolation_level = None


def _unusable(path: Path, error: sqlite3.Error) -> SettingsError:
    return SettingsError(f"The database {path} cannot be used: {explain(error, then=START_AGAIN)}")
