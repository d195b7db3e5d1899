"""The database: one thread that writes, a few that read; each with a connection of its own.

A transaction is a function of a connection, and runs as a whole in such a thread: one hop there
and back, whatever it does (a hop for each statement cost 60 to 100 us each, 20 ms for a run).
It must touch nothing of the event loop.

SQLite in WAL mode with `synchronous=FULL`: what was committed survives a power cut, and group
commit makes that free (measurements.md 1.1). Several writing connections would only wait for each
other (p99 734 ms).
"""

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, select

from robot.errors import SettingsError
from robot.steady import outlast, to_the_end
from robot.store.tables import check_values
from robot.store.trouble import GoneError
from robot.store.upsert import insert
from robot.store.vault import (
    CHECK_NAME,
    CHECK_OWNER,
    KEY_FILE,
    UnopenedError,
    Vault,
    read_keys,
)

READERS = 4
BUSY_MS = 5_000  # how long a statement waits for another process's write
_MARK = "written"
_READS_FILE = "reads_file"  # whoever works has his keys from the key file
T = TypeVar("T")


class Database:
    """One SQLite file, opened; it must be there."""

    def __init__(self, path: Path) -> None:
        file = _File(path.absolute())
        self._writer = _Threads(_engine(file, connections=1, begin="BEGIN IMMEDIATE"), 1)
        self._readers = _Threads(_engine(file, connections=READERS, begin="BEGIN"), READERS)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """A transaction that may write; on disk when this returns, undone where `work` raises.

        Writers take turns in the order of their calls. What has begun is done to its end, also
        where its caller is cancelled meanwhile: nobody is left with a lock.
        """
        return await self._writer.do(work)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """A transaction that only reads; it sees one moment and waits for no writer."""
        return await self._readers.do(work)

    async def close(self) -> None:
        """End what is under way and close all connections."""
        for threads in (self._writer, self._readers):
            await to_the_end(asyncio.to_thread(threads.close))


class _Threads:
    """The threads in which transactions run, one connection for each."""

    def __init__(self, engine: Engine, number: int) -> None:
        self.engine = engine
        self._pool = ThreadPoolExecutor(number, thread_name_prefix="database")
        self._idle: list[Connection] = []  # kept open: checking one out costs 0.2 ms

    async def do(self, work: Callable[[Connection], T]) -> T:
        begun = self._pool.submit(self._transact, work)
        done = asyncio.wrap_future(begun)
        try:
            return await asyncio.shield(done)
        except asyncio.CancelledError:
            if not begun.cancel():  # its turn has come: the cancellation waits
                await outlast(done)
            raise

    def _transact(self, work: Callable[[Connection], T]) -> T:
        try:
            conn = self._idle.pop()
        except IndexError:
            conn = self.engine.connect()
        try:
            with conn.begin():
                result = work(conn)
        except BaseException:
            conn.invalidate()  # whatever state it is in, nobody uses it again
            conn.close()
            raise
        self._idle.append(conn)
        return result

    def close(self) -> None:
        """Blocking."""
        self._pool.shutdown()
        while self._idle:
            self._idle.pop().close()
        self.engine.dispose()


def leave_mark(conn: Connection) -> None:
    """Write something, as storing a run does: it shows whether that is possible."""
    mark = {"value": str(time.time_ns()).encode()}
    row = insert(conn, check_values).values(name=_MARK, **mark)
    conn.execute(row.on_conflict_do_update(index_elements=["name"], set_=mark))


async def open_vault(database: Database, keys: Sequence[str], data_dir: Path) -> Vault:
    """The vault of this database; its key is made once, while the database is still empty.

    Raises:
        SettingsError: there is no key, or not the one that the database was written with.
    """
    sealed = await database.read(_check_value)
    found = read_keys(keys, data_dir, is_new=sealed is None)
    vault = Vault(found, None if keys else data_dir / KEY_FILE)
    if sealed is None:
        await database.write(lambda conn: sign(conn, vault))
        return vault
    try:
        vault.open(CHECK_OWNER, sealed)
    except UnopenedError:
        raise SettingsError(
            "The secret key does not fit the database. Put back the key file that belongs to it "
            "(or the right LINKROBOT_SECRET_KEYS). If that key is lost for good, move the database "
            "away and open the application once in each Bitrix24, which installs it anew."
        ) from None
    return vault


def sign(conn: Connection, vault: Vault) -> None:
    """Show with the check value which key seals from now on, and where the keys are from.

    Done by whoever works on this database; so a rotation of the keys knows whether he learns.
    """
    value = vault.seal(CHECK_OWNER, {_READS_FILE: vault.key_file is not None})
    row = insert(conn, check_values).values(name=CHECK_NAME, value=value)
    conn.execute(row.on_conflict_do_update(index_elements=["name"], set_={"value": value}))


def will_follow(conn: Connection, vault: Vault) -> bool:
    """Whether he who works on this database opens what this vault seals, now or soon."""
    sealed = _check_value(conn) or b""
    reads_file = vault.open(CHECK_OWNER, sealed).get(_READS_FILE)
    if vault.key_file:
        return reads_file is True
    return reads_file is False and vault.is_current(sealed)


def _check_value(conn: Connection) -> bytes | None:
    return conn.scalar(select(check_values.c.value).where(check_values.c.name == CHECK_NAME))


class _File:
    """The file that was opened first: what is written into another one, or none, is lost."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._opened: tuple[int, int] | None = None

    def check(self) -> None:
        """Raise GoneError where it was moved, deleted or replaced since."""
        try:
            found = os.stat(self.path)
        except OSError as error:
            raise self._gone(error.strerror or "not readable") from None
        self._opened = self._opened or (found.st_dev, found.st_ino)
        if self._opened != (found.st_dev, found.st_ino):
            raise self._gone("another file has taken its place")

    def _gone(self, reason: str) -> GoneError:
        return GoneError(
            f"The database {self.path} is not the one any more that was opened ({reason}). Put "
            "that very file back, or stop Linkrobot and put your backup back"
        )


def _engine(file: _File, *, connections: int, begin: str) -> Engine:
    engine = create_engine(
        # An empty database is never made in the place of one that is missing.
        f"sqlite:///file:{quote(str(file.path))}?mode=rw&uri=true",
        pool_size=connections,
        max_overflow=0,
        hide_parameters=True,  # errors are logged
    )

    @event.listens_for(engine, "do_connect")
    def _look_before(*_arguments: Any) -> None:
        file.check()

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        # SQLAlchemy begins transactions itself, so that `begin` says which kind.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_MS}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        file.check()
        connection.exec_driver_sql(begin)

    return engine
