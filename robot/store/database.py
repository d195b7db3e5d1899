"""The database: one connection that writes, a few that read.

SQLite in WAL mode with `synchronous=FULL`: what was committed survives a power cut, and group
commit makes that free (measurements.md 1.1). Several writing connections would only wait for each
other (p99 734 ms).
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import CursorResult, event, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from robot.errors import SettingsError
from robot.steady import to_the_end
from robot.store.tables import check_values
from robot.store.vault import CHECK_OWNER, UnopenedError, Vault, read_keys

READERS = 4
BUSY_MS = 5_000  # how long a statement waits for another process's write
_CHECK = "key"


class Database:
    """One SQLite file, opened."""

    def __init__(self, path: Path) -> None:
        self._writer = _engine(path, connections=1, begin="BEGIN IMMEDIATE")
        self._readers = _engine(path, connections=READERS, begin="BEGIN")
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that may write; on disk when the block ends without an error."""
        async with self._turn, _transaction(self._writer) as conn:
            yield conn

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that only reads; it sees one moment and waits for no writer."""
        async with _transaction(self._readers) as conn:
            yield conn

    async def close(self) -> None:
        """Close all connections."""
        await self._writer.dispose()
        await self._readers.dispose()


class SteadyConnection(AsyncConnection):
    """A connection whose statements always come to their end.

    A statement that a cancelled task leaves half stepped keeps the connection's lock, even after
    the connection was closed: nobody could write any more until the process ends.
    """

    async def execute(self, *args: Any, **kwargs: Any) -> CursorResult[Any]:
        """As AsyncConnection does; every other way to run a statement comes through here."""
        return await to_the_end(super().execute(*args, **kwargs))

    async def scalar(self, *args: Any, **kwargs: Any) -> Any:
        """The first column of the first row, None where there is none."""
        return (await self.execute(*args, **kwargs)).scalar()


@asynccontextmanager
async def _transaction(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    conn = SteadyConnection(engine)
    try:
        await to_the_end(_start(conn))
        yield conn
        await to_the_end(conn.commit())
    finally:
        if conn.sync_connection:
            await to_the_end(conn.close())  # rolls back what was not committed


async def _start(conn: AsyncConnection) -> None:
    await conn.start()


async def is_reachable(database: Database) -> bool:
    """Whether the database answers."""
    try:
        async with database.read() as conn:
            await conn.execute(select(1))
    except SQLAlchemyError:
        return False
    return True


async def open_vault(database: Database, keys: Sequence[str], data_dir: Path) -> Vault:
    """The vault of this database; its key is made once, while the database is still empty.

    Raises:
        SettingsError: there is no key, or not the one that the database was written with.
    """
    query = select(check_values.c.value).where(check_values.c.name == _CHECK)
    async with database.read() as conn:
        sealed = await conn.scalar(query)
    vault = Vault(read_keys(keys, data_dir, is_new=sealed is None))
    if sealed is None:
        async with database.write() as conn:
            value = vault.seal(CHECK_OWNER, {})
            await conn.execute(check_values.insert().values(name=_CHECK, value=value))
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


def _engine(path: Path, *, connections: int, begin: str) -> AsyncEngine:
    engine = create_async_engine(
        f"sqlite+aiosqlite:///{path}",
        pool_size=connections,
        max_overflow=0,
        hide_parameters=True,  # errors are logged
    )

    @event.listens_for(engine.sync_engine, "connect")
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

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine
