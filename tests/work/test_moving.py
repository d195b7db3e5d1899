"""From SQLite to PostgreSQL: every row, once, or none."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import URL, Connection, func, select

from robot.errors import SettingsError
from robot.settings import Settings
from robot.store import portals, robots, runs, schema, tokens
from robot.store.check_value import open_vault
from robot.store.database import Database
from robot.store.tables import metadata
from robot.work.moving import move_from
from robot.work.opening import working_alone
from tests.postgres import Server
from tests.store.store_rig import NOW, install, new_run, record
from tests.store.store_rig import tokens as pair

pytestmark = pytest.mark.anyio
KEY = Fernet.generate_key().decode()
RUNS = 5


@pytest.fixture
def url(postgresql: Server) -> Iterator[URL]:
    made = postgresql.create_empty()
    yield made
    postgresql.drop(made)


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    """What one machine holds."""
    found = tmp_path / "linkrobot.sqlite"
    schema.prepare(found)
    database = Database(found)
    vault = await open_vault(database, [KEY], tmp_path)
    portal = await install(database)
    for number in range(RUNS):
        await record(database, new_run(portal.id, f"event-{number}"))

    def write(conn: Connection) -> None:
        tokens.save(conn, vault, portal, pair(), overrule=False)
        robots.save(conn, portal.id, {"linkrobot_enable": "f"}, user_id=1, now=NOW)

    await database.write(write)
    await database.close()
    return found


def settings(url: URL, *keys: str) -> Settings:
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    values: dict[str, Any] = {"database_url": address, "secret_keys": ",".join(keys)}
    return Settings(_env_file=None, **values)  # type: ignore[call-arg]


def is_there(path: Path) -> bool:
    return path.exists()


def counts(conn: Connection) -> dict[str, int]:
    return {
        table.name: conn.scalar(select(func.count()).select_from(table)) or 0
        for table in metadata.sorted_tables
        if table.name != "check_values"
    }


async def test_every_row_is_moved_and_the_old_file_is_put_away(path: Path, url: URL) -> None:
    moved, kept = await move_from(settings(url, KEY), path)

    assert (moved["runs"], moved["portals"], moved["tokens"], moved["robots"]) == (RUNS, 1, 1, 1)
    assert (is_there(path), is_there(kept)) == (False, True)
    database = Database(url)
    try:
        vault = await open_vault(database, [KEY], path.parent)
        assert await database.read(counts) == moved
        (portal,) = await database.read(portals.listed)
        (found,) = await database.read(lambda conn: tokens.of_portal(conn, vault, portal))
        assert found.refresh_token == pair().refresh_token
        # What comes later has numbers of its own.
        new = await database.write(lambda conn: runs.record_one(conn, new_run(portal.id, "new")))
        assert new > RUNS
    finally:
        await database.close()


async def test_nothing_is_moved_while_the_app_runs(path: Path, url: URL) -> None:
    with working_alone(path.parent), pytest.raises(SettingsError, match="already works"):
        await move_from(settings(url, KEY), path)

    assert is_there(path)


async def test_nothing_is_moved_with_another_key(path: Path, url: URL) -> None:
    with pytest.raises(SettingsError, match="does not fit"):
        await move_from(settings(url, Fernet.generate_key().decode()), path)

    assert is_there(path)


async def test_nothing_is_moved_into_a_database_that_is_in_use(
    path: Path, url: URL, tmp_path: Path
) -> None:
    await move_from(settings(url, KEY), path)
    (tmp_path / "linkrobot.sqlite.moved").rename(path)

    with pytest.raises(SettingsError, match="already"):
        await move_from(settings(url, KEY), path)

    assert is_there(path)
