"""The database: one thread that writes, a few that read; each with a connection of its own.

A transaction is a function of a connection, and runs as a whole in such a thread: one hop there
and back, whatever it does (a hop for each statement cost 60 to 100 us each, 20 ms for a run).
It must touch nothing of the event loop.

SQLite in WAL mode with `synchronous=FULL`: what was committed survives a power cut, and group
commit makes that free (measurements.md 1.1). Several writing connections would only wait for each
other (p99 734 ms).
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, select
from sqlalchemy.exc import SQLAlchemyError

from robot.errors import SettingsError
from robot.steady import outlast, to_the_end
from robot.store.tables import check_values
from robot.store.vault import CHECK_OWNER, UnopenedError, Vault, read_keys

READERS = 4
BUSY_MS = 5_000  # how long a statement waits for another process's write
_CHECK = "key"
T = TypeVar("T")


class Database:
    """One SQLite file, opened."""

    def __init__(self, path: Path) -> None:
        self._writer = _Threads(_engine(path, connections=1, begin="BEGIN IMMEDIATE"), 1)
        self._readers = _Threads(_engine(path, connections=READERS, begin="BEGIN"), READERS)

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


async def is_reachable(database: Database) -> bool:
    """Whether the database answers."""
    try:
        await database.read(lambda conn: conn.execute(select(1)).one())
    except SQLAlchemyError:
        return False
    return True


async def open_vault(database: Database, keys: Sequence[str], data_dir: Path) -> Vault:
    """The vault of this database; its key is made once, while the database is still empty.

    Raises:
        SettingsError: there is no key, or not the one that the database was written with.
    """
    query = select(check_values.c.value).where(check_values.c.name == _CHECK)
    sealed = await database.read(lambda conn: conn.scalar(query))
    vault = Vault(read_keys(keys, data_dir, is_new=sealed is None))
    if sealed is None:
        new = check_values.insert().values(name=_CHECK, value=vault.seal(CHECK_OWNER, {}))
        await database.write(lambda conn: conn.execute(new))
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


def _engine(path: Path, *, connections: int, begin: str) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}",
        pool_size=connections,
        max_overflow=0,
        hide_parameters=True,  # errors are logged
    )

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
        connection.exec_driver_sql(begin)

    return engine
