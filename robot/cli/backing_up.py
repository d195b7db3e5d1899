"""`linkrobot backup FILE`: a consistent copy of the database, and where its key is."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from robot.cli.shown import looked_at
from robot.errors import SettingsError
from robot.settings import load_settings
from robot.store import copying
from robot.store.vault import KEY_FILE

Target = Annotated[Path, typer.Argument(metavar="FILE", help="A new file; nothing is overwritten.")]
IN_SETTINGS = "LINKROBOT_SECRET_KEYS (your environment or .env)"
USE_PG_DUMP = (
    "The database is PostgreSQL's, which brings its own tools: pg_dump --format=custom copies it "
    "while the replicas run, pg_restore puts it back. Back LINKROBOT_SECRET_KEYS up as well, in "
    "another place: without it the tokens in the copy cannot be used."
)
DONE = (
    "The database was copied to {target}. The tokens in it are encrypted; the key is not in it, "
    "but in {where}. Back the key up too, once and whenever it changes, but in another place: "
    "whoever has both can act in your Bitrix24, and without the key the copy cannot be used. "
    "docs/operating.md says how to restore it.\n"
)


def backup(file: Target) -> None:
    """A consistent copy of the database; the app may run meanwhile."""
    settings = looked_at(load_settings())
    if settings.is_shared:
        raise SettingsError(USE_PG_DUMP)
    copying.back_up(settings.database_path, file)
    where = IN_SETTINGS if settings.secret_keys else f"the file {settings.data_dir / KEY_FILE}"
    sys.stdout.write(DONE.format(target=file, where=where))
