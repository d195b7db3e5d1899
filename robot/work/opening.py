"""Opens what the work is done with, and closes it again."""

import asyncio
import fcntl
import os
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from sqlalchemy.engine import URL, Connection

from robot.errors import SettingsError
from robot.portal.network import open_client
from robot.portal.session import address_rule
from robot.portal.verify import Verifier
from robot.settings import Settings
from robot.store import leases, presence, redating, schema, server_schema
from robot.store.check_value import open_vault, sign
from robot.store.database import Database
from robot.store.schema import Upgrade
from robot.store.vault import KEY_FILE, Vault
from robot.work.signals import Signals
from robot.work.tools import Tools

LOCK_FILE = "lock"
OTHER_KEYS = (
    "Another replica works on this database with other LINKROBOT_SECRET_KEYS, so that one could "
    "not read what the other one writes. Give all of them the same keys. A new key is first put "
    "behind the old one (old,new) on all of them, one after the other, and only then before it "
    "(docs/operating.md, A new key). If that replica has just died, wait a minute."
)


class AlreadyRunningError(SettingsError):
    """Another process works on this data folder."""


@contextmanager
def at_work(settings: Settings) -> Iterator[None]:
    """Work on the database: with a server as one of many, with SQLite alone.

    Raises:
        AlreadyRunningError: another process works on SQLite's file.
    """
    if settings.is_shared:
        yield
        return
    with working_alone(settings.data_dir):
        yield


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


def is_running(data_dir: Path) -> bool:
    """Whether another process works on the data folder; makes nothing there."""
    if not (data_dir / LOCK_FILE).exists():
        return False
    try:
        with working_alone(data_dir):
            return False
    except AlreadyRunningError:
        return True


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


def bring_up_to_date(settings: Settings) -> Upgrade | None:
    """Make the database's tables or migrate them; to be called while `at_work`. Blocking.

    None: there was nothing to do.

    Raises:
        SettingsError: it is missing where there was one, newer than this program, or damaged.
    """
    if isinstance(settings.database, URL):
        return server_schema.prepare(settings.database)
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    _refuse_lost(settings)
    upgrade = schema.prepare(settings.database_path)
    if not _was_opened(settings):
        (settings.data_dir / LOCK_FILE).write_text(_opened(settings), encoding="utf-8")
    return upgrade


def _refuse_lost(settings: Settings) -> None:
    """An empty database would be taken for the old one: its portals and runs would be forgotten."""
    path, folder = settings.database_path, settings.data_dir
    if schema.revision_of(path):
        return
    log_of_lost = path.with_name(f"{path.name}-wal")
    traces = [file for file in (log_of_lost, folder / KEY_FILE) if _size(file)]
    if _was_opened(settings):
        traces.append(folder / LOCK_FILE)
    if traces:
        names = ", ".join(str(trace) for trace in traces)
        raise SettingsError(
            f"There is no database at {path}, or an empty one, but there was one before: it left "
            f"{names}. Put the database back from your backup, or set LINKROBOT_DATA_DIR to the "
            "folder where it is. To begin anew without its portals and runs, move that away."
        )


def _was_opened(settings: Settings) -> bool:
    """Whether that database was opened before: the lock's file remembers it."""
    lock = settings.data_dir / LOCK_FILE
    return lock.exists() and lock.read_text(encoding="utf-8") == _opened(settings)


def _opened(settings: Settings) -> str:
    return f"{settings.database_path.absolute()}\n"


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[Database]:
    """The database as it stands; it may be in use by the running app too.

    Raises:
        SettingsError: it is of another version, or cannot be used.
    """
    if isinstance(settings.database, URL):
        await asyncio.to_thread(server_schema.check, settings.database)
    else:
        schema.check(settings.database)
    database = Database(settings.database)
    try:
        yield database
    finally:
        await database.close()


async def open_vault_of(settings: Settings, database: Database) -> Vault:
    """The vault of this database, with the keys of the settings or of the key file.

    Raises:
        SettingsError: its key is not as it should be.
    """
    keys = [key.get_secret_value() for key in settings.secret_keys]
    return await open_vault(database, keys, settings.data_dir)


@asynccontextmanager
async def open_tools(settings: Settings) -> AsyncIterator[Tools]:
    """Everything that working needs; to be used while `at_work`.

    Raises:
        SettingsError: the database or its key is not as it should be.
    """
    if settings.is_shared:
        await asyncio.to_thread(bring_up_to_date, settings)
    else:
        bring_up_to_date(settings)
    private = frozenset(settings.private_portals)
    async with (
        open_database(settings) as database,
        open_client(loopback=settings.is_local, private_hosts=private) as http,
    ):
        vault = await open_vault_of(settings, database)
        if database.is_shared:
            await _agree(database, vault)
        await database.write(partial(_begin, vault=vault, is_alone=not database.is_shared))
        owner = f"{os.uname().nodename[:32]}-{os.getpid()}-{secrets.token_hex(4)}"
        shared = settings.database if isinstance(settings.database, URL) else None
        yield Tools(
            settings=settings,
            database=database,
            vault=vault,
            http=http,
            verifier=Verifier(
                http, servers=settings.auth_servers, credentials=settings.credentials
            ),
            confirm=address_rule(loopback=settings.is_local, private_portals=private),
            owner=owner,
            signals=Signals(database, shared, owner, name=presence.name_of(vault.keys))
            if shared
            else None,
        )


async def _agree(database: Database, vault: Vault) -> None:
    """What this replica seals the others open, and the other way round."""
    for theirs in await database.read(presence.seen):
        if not presence.understand_each_other(vault.keys, theirs):
            raise SettingsError(OTHER_KEYS)


def _begin(conn: Connection, vault: Vault, *, is_alone: bool) -> None:
    """Whoever worked here alone before is gone; and a clock may have been ahead."""
    now = datetime.now(UTC)
    if is_alone:
        leases.expire_all(conn, now=now)
    redating.bring_forward(conn, now=now, latest=now + redating.LONGEST_PAUSE)
    sign(conn, vault)
