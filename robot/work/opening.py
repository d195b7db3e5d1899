"""Opens what the work is done with, and closes it again."""

import fcntl
import os
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from robot.errors import SettingsError
from robot.portal.network import open_client
from robot.portal.session import address_rule
from robot.portal.verify import Verifier
from robot.settings import Settings
from robot.store import leases, schema
from robot.store.database import Database, open_vault
from robot.work.tools import Tools

LOCK_FILE = "lock"


class AlreadyRunningError(SettingsError):
    """Another process works on this data folder."""


@contextmanager
def working_alone(data_dir: Path) -> Iterator[None]:
    """Hold the lock of the data folder: with SQLite only one process works.

    Raises:
        AlreadyRunningError: another process holds it.
    """
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(data_dir / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        with _locked(descriptor, data_dir):
            yield
    finally:
        os.close(descriptor)


@contextmanager
def _locked(descriptor: int, data_dir: Path) -> Iterator[None]:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise AlreadyRunningError(
            f"Another Linkrobot already works on the data folder {data_dir}. Stop that one first, "
            "or give this one a folder of its own with LINKROBOT_DATA_DIR."
        ) from None
    yield


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[Database]:
    """The database with its schema up to date; it may be in use by the running app too."""
    schema.prepare(settings.database_path)
    database = Database(settings.database_path)
    try:
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def open_tools(settings: Settings) -> AsyncIterator[Tools]:
    """Everything that working needs; the data folder's lock must be held.

    Raises:
        SettingsError: the database or its key is not as it should be.
    """
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    keys = [key.get_secret_value() for key in settings.secret_keys]
    private = frozenset(settings.private_portals)
    async with (
        open_database(settings) as database,
        open_client(loopback=settings.is_local, private_hosts=private) as http,
    ):
        vault = await open_vault(database, keys, settings.data_dir)
        await database.write(lambda conn: leases.expire_all(conn, now=datetime.now(UTC)))
        yield Tools(
            settings=settings,
            database=database,
            vault=vault,
            http=http,
            verifier=Verifier(
                http, servers=settings.auth_servers, credentials=settings.credentials
            ),
            confirm=address_rule(loopback=settings.is_local, private_portals=private),
            owner=f"{os.uname().nodename[:32]}-{os.getpid()}-{secrets.token_hex(4)}",
        )
