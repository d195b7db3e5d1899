"""The database's schema: made and brought up to date when a program starts.

Alembic is loaded only where the schema is behind: it costs memory that the app never needs again.
"""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from robot.errors import SettingsError
from robot.logs import get_logger

HEAD = "0001"  # the newest revision in migrations/versions; a test holds it
_MIGRATIONS = Path(__file__).parent / "migrations"

log = get_logger()


def prepare(path: Path) -> None:
    """Make the database, or bring it up to date after copying it beside itself.

    Blocking; called once, before anything else opens the file.

    Raises:
        SettingsError: it is newer than this program, or it is no database.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        revision = _revision(path)
    except sqlite3.DatabaseError as error:
        raise SettingsError(
            f"{path} cannot be read as a database ({error}). Put back your backup, or move the "
            "file away to begin with an empty one."
        ) from None
    if revision == HEAD:
        return
    if revision and revision not in _revisions():
        raise SettingsError(
            f"{path} was written by a newer Linkrobot (schema {revision}, this one knows {HEAD}). "
            "Start the newer version again, or put back the copy made before the update."
        )
    if revision:
        _copy_aside(path, revision)
    _upgrade(path)
    log.info("schema.upgraded", before=revision or "empty", now=HEAD)


def _revision(path: Path) -> str:
    if not path.exists():
        return ""
    with closing(sqlite3.connect(path)) as conn:
        tables = conn.execute("SELECT name FROM sqlite_master WHERE name = 'alembic_version'")
        if not tables.fetchone():
            return ""
        row = conn.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(row[0]) if row else ""


def _revisions() -> set[str]:
    return {file.name.split("_")[0] for file in (_MIGRATIONS / "versions").glob("[0-9]*.py")}


def _copy_aside(path: Path, revision: str) -> None:
    """A consistent copy, also of what still stands in the write-ahead log."""
    copy = path.with_name(f"{path.name}.before-{HEAD}-from-{revision}")
    unfinished = copy.with_name(copy.name + ".part")
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(unfinished)) as target:
        source.backup(target)
    shutil.move(unfinished, copy)


def _upgrade(path: Path) -> None:
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    engine.dispose()
