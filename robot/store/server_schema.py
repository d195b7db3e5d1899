"""The schema in a PostgreSQL database, made and brought up to date by whichever replica is first.

Old and new replicas work side by side while they are exchanged: a migration that an older program
may live with says so in the database, in the row `compatible_from`.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sqlalchemy import URL, Connection, select, text
from sqlalchemy.exc import SQLAlchemyError

from robot.errors import SettingsError
from robot.logs import get_logger
from robot.store import postgresql, schema
from robot.store.schema import Upgrade
from robot.store.tables import check_values
from robot.store.trouble import START_AGAIN, explain

# The value is two revisions: the one that wrote it (`migrations/living.py`), and that of the
# oldest program that may live with it.
COMPATIBLE_FROM = "compatible_from"
_LOCK = text("SELECT pg_advisory_xact_lock(5146205)")  # a number that nobody else uses
T = TypeVar("T")

log = get_logger()


def prepare(server: URL) -> Upgrade | None:
    """Make the tables, or bring them up to date; who comes meanwhile waits, and finds it done.

    Blocking. None: there was nothing to do.

    Raises:
        SettingsError: it is newer than this program, cannot be reached, or cannot be changed.
    """
    if _ask(server, _is_usable):
        return None
    before = _ask(server, _upgrade)
    if before is None:
        return None
    log.info("schema.upgraded", before=before or "empty", now=schema.HEAD)
    return Upgrade(before=before, copy=None)


def check(server: URL) -> None:
    """The database is as this program needs it; nothing is changed. Blocking.

    Raises:
        SettingsError: it is not.
    """
    if not _ask(server, _is_usable):
        found = revision_of(server)
        raise SettingsError(
            f"{named(server)} has an older schema ({found or 'none'}; this program needs "
            f"{schema.HEAD}). Start `linkrobot serve` of this version, or run `linkrobot migrate`."
        )


def revision_of(server: URL) -> str:
    """The revision of a database; empty where there is no schema in it. Blocking.

    Raises:
        SettingsError: it cannot be read.
    """
    return _ask(server, _revision)


def named(server: Path | URL) -> str:
    """The database as people know it, without its password."""
    if isinstance(server, Path):
        return str(server)
    host = server.host or str(server.query.get("host", "this machine"))
    port = f":{server.port}" if server.port else ""
    return f"The PostgreSQL database {server.database} ({host}{port})"


def _ask(server: URL, question: Callable[[Connection], T]) -> T:
    engine = postgresql.engine(server)
    try:
        with engine.begin() as conn:
            return question(conn)
    except SQLAlchemyError as error:
        reason = explain(error, then=START_AGAIN)
        raise SettingsError(f"{named(server)} cannot be used: {reason}") from None
    finally:
        engine.dispose()


def _revision(conn: Connection) -> str:
    if conn.scalar(text("SELECT to_regclass('alembic_version')")) is None:
        return ""
    return str(conn.scalar(text("SELECT version_num FROM alembic_version")) or "")


def _is_usable(conn: Connection) -> bool:
    """Whether this program may work on it as it is."""
    revision = _revision(conn)
    if revision and revision not in schema.revisions():
        _refuse_newer(conn, revision)
        return True
    return revision == schema.HEAD


def _refuse_newer(conn: Connection, revision: str) -> None:
    said = conn.scalar(select(check_values.c.value).where(check_values.c.name == COMPATIBLE_FROM))
    written_by, _, oldest = (said or b"").decode("ascii", "replace").partition(" ")
    if written_by != revision or oldest > schema.HEAD:
        raise SettingsError(
            f"The database was brought to schema {revision} by a newer Linkrobot, and this one "
            f"(schema {schema.HEAD}) may not work on it. Start the newer version again."
        )


def _upgrade(conn: Connection) -> str | None:
    """All of it or nothing, by one at a time; the revision before, None where it was done."""
    conn.execute(text("SET LOCAL statement_timeout = 0"))
    conn.execute(text("SET LOCAL lock_timeout = '10min'"))  # another replica migrates
    conn.execute(_LOCK)
    conn.execute(text("SET LOCAL lock_timeout = '5s'"))  # a table is in use: nobody waits for long
    if _is_usable(conn):
        return None
    revision = _revision(conn)
    schema.bring_to_head(conn)
    return revision
