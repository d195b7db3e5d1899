"""`linkrobot migrate`: the database's schema, without starting the app."""

import sys

from robot.cli.shown import looked_at
from robot.settings import load_settings
from robot.store import schema
from robot.store.server_schema import named
from robot.work.opening import at_work, bring_up_to_date


def migrate() -> None:
    """Bring the database up to date, as `serve` does at its start.

    With SQLite the app must not run; with PostgreSQL it may.
    """
    settings = looked_at(load_settings())
    with at_work(settings):
        upgrade = bring_up_to_date(settings)
    place = named(settings.database)
    if upgrade is None:
        sys.stdout.write(f"{place} is up to date (schema {schema.HEAD}). Nothing was done.\n")
        return
    sys.stdout.write(
        f"{place} was brought from schema {upgrade.before or 'none'} to {schema.HEAD}.\n"
    )
    if upgrade.copy:
        sys.stdout.write(f"As it was before: {upgrade.copy}\n")
