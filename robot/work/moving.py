"""From SQLite to PostgreSQL: everything that one machine holds, for many."""

import asyncio
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from sqlalchemy.engine import Connection

from robot.errors import SettingsError
from robot.settings import Settings
from robot.store import moving, schema, sqlite
from robot.store.check_value import open_vault
from robot.store.database import Database
from robot.work.opening import (
    bring_up_to_date,
    open_database,
    open_vault_of,
    working_alone,
)

NOT_SHARED = (
    "Nothing was moved: set LINKROBOT_DATABASE_URL to the PostgreSQL server that it is to be moved "
    "to, and LINKROBOT_SECRET_KEYS to what is in the key file."
)


async def move_from(settings: Settings, path: Path) -> tuple[Mapping[str, int], Path]:
    """Copy all rows; returns how many of each table, and where the old file is from now on.

    Raises:
        SettingsError: the app runs, the key does not fit, or the target is not empty. Nothing
            was moved.
    """
    if not settings.is_shared:
        raise SettingsError(NOT_SHARED)
    with working_alone(path.parent):
        schema.prepare(path)
        source = Database(path)
        try:
            keys = [key.get_secret_value() for key in settings.secret_keys]
            await open_vault(source, keys, path.parent)
            bring_up_to_date(settings)
            async with open_database(settings) as target:
                await open_vault_of(settings, target)
                counts = await target.write(partial(_copy, path=path))
        finally:
            await source.close()
        return counts, await asyncio.to_thread(path.rename, path.with_name(f"{path.name}.moved"))


def _copy(target: Connection, path: Path) -> Mapping[str, int]:
    """All of it or nothing."""
    _, reading = sqlite.engines(path)
    try:
        with reading.connect() as source, source.begin():
            return moving.move(source, target)
    finally:
        reading.dispose()
