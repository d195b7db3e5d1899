"""`linkrobot migrate`: the database's schema, without starting the app."""

import sys

from robot.cli.shown import looked_at
from robot.settings import load_settings
from robot.store import schema
from robot.work.opening import bring_up_to_date, working_alone


def migrate() -> None:
    """Bring the database up to date, as `serve` does at its start; the app must not run."""
    settings = looked_at(load_settings())
    with working_alone(settings.data_dir):
        upgrade = bring_up_to_date(settings)
    path = settings.database_path
    if upgrade is None:
        sys.stdout.write(f"{path} is up to date (schema {schema.HEAD}). Nothing was done.\n")
        return
    sys.stdout.write(
        f"{path} was brought from schema {upgrade.before or 'none'} to {schema.HEAD}.\n"
    )
    if upgrade.copy:
        sys.stdout.write(f"As it was before: {upgrade.copy}\n")
