"""`linkrobot migrate`: the database's schema, and moving from SQLite to PostgreSQL."""

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from robot.cli.shown import looked_at
from robot.errors import SettingsError
from robot.settings import Settings, load_settings
from robot.store import schema
from robot.work.moving import move_from
from robot.work.opening import at_work, bring_up_to_date

From = Annotated[
    str,
    typer.Option(
        "--from",
        metavar="sqlite:///PATH",
        help="Move everything from that SQLite file into the empty PostgreSQL of the settings.",
    ),
]
SQLITE = "sqlite:///"
NOT_A_FILE = (
    "--from takes the SQLite file that everything is to be moved from, such as "
    "sqlite:////var/lib/linkrobot/linkrobot.sqlite."
)
MOVED = (
    "Moved: {counts}.\n{source} is not used any more, and was renamed to {kept}, so that nobody "
    "starts with it by mistake. Keep it until you have seen that all is well. Now start the "
    "replicas.\n"
)


def migrate(source: From = "") -> None:
    """Bring the database up to date, as `serve` does at its start.

    With SQLite the app must not run. With --from everything is moved from SQLite to PostgreSQL:
    stop Linkrobot before.
    """
    settings = load_settings()
    if source:
        _move(settings, source)
        return
    if not settings.is_shared:
        looked_at(settings)
    with at_work(settings):
        upgrade = bring_up_to_date(settings)
    where = "The database" if settings.is_shared else str(settings.database_path)
    if upgrade is None:
        sys.stdout.write(f"{where} is up to date (schema {schema.HEAD}). Nothing was done.\n")
        return
    before = upgrade.before or "none"
    sys.stdout.write(f"{where} was brought from schema {before} to {schema.HEAD}.\n")
    if upgrade.copy:
        sys.stdout.write(f"As it was before: {upgrade.copy}\n")


def _move(settings: Settings, source: str) -> None:
    path = Path(source.removeprefix(SQLITE))
    if not (source.startswith(SQLITE) and path.is_file()):
        raise SettingsError(NOT_A_FILE)
    moved, kept = asyncio.run(move_from(settings, path))
    sys.stdout.write(MOVED.format(counts=_words(moved), source=path, kept=kept))


def _words(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {table}" for table, count in counts.items())
