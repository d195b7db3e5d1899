"""What one run costs the database, counted over the real app in this process: `--measure`.

SQLAlchemy's own events tell each statement and each transaction. SQLite's bytes are the growth of
its write-ahead log with checkpoints off, PostgreSQL's the way that its log's position went.
"""

import asyncio
import logging
import os
import tempfile
import time
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import structlog
import uvicorn
from sqlalchemy import create_engine, text

import handlers.app
from bench.apps.linkrobot import Linkrobot, environment, free_port
from bench.portal.portal import LIGHT
from bench.portal.site import Site, serving
from bench.sending import loads
from bench.sending.client import Sender
from bench.simulation.counting import Count, counted
from bench.simulation.swap import swapped

_KEY = urlsafe_b64encode(bytes(32)).decode()  # a server's database has none beside it
LONE, TOGETHER = 30, 1_000  # runs
RESTS = 0.4  # seconds between two lone runs
SETTLES = 2.5  # seconds; the last transactions of a burst


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Of one run, on average."""

    what: str
    writes: float
    statements: float
    reads: float
    read_statements: float
    write_seconds: float  # of one writing transaction, the BEGIN to the end of COMMIT
    commit_seconds: float  # of it, COMMIT alone
    cpu_seconds: float  # of it, our own core
    written: float  # bytes of the log

    def line(self) -> str:
        """A row of the table in docs/scaling.md."""
        return (
            f"| {self.what} | {self.writes:.3f} | {self.statements:.2f} | {self.reads:.3f} "
            f"| {self.read_statements:.2f} | {self.write_seconds * 1e3:.2f} ms "
            f"| {self.commit_seconds * 1e3:.2f} ms | {self.cpu_seconds * 1e3:.2f} ms "
            f"| {self.written:,.0f} |"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Idle:
    """What the sweep asks in a second, whatever comes."""

    reads: float
    statements: float


HEADER = (
    "| one run of | writing transactions | statements in them | reading transactions "
    "| statements in them | one writing transaction | its COMMIT "
    "| our CPU in it | bytes of log |\n"
    "|---|---|---|---|---|---|---|---|---|"
)


async def measure(url: str = "") -> list[Cost]:
    """Lone runs, then a burst; `url` of an empty database of a PostgreSQL server, or SQLite."""
    with tempfile.TemporaryDirectory(prefix="linkrobot-measured-") as folder, counted() as count:
        async with (
            serving(Path(folder), portals=1) as site,
            _app(site, Path(folder) / "app", url) as app,
        ):
            log = _Log(Path(folder) / "app", url)
            idle = await _idle(count)
            await _lone(app, site, 3)  # everything is warm
            lone = await _cost(f"{LONE} lone ones", LONE, count, idle, log, _lone(app, site, LONE))
            work = _burst(app, site)
            burst = await _cost(f"{TOGETHER:,} at once", TOGETHER, count, idle, log, work)
    return [lone, burst]


async def _idle(count: Count) -> Idle:
    """Without any run."""
    await asyncio.sleep(SETTLES)
    before = count.copy()
    await asyncio.sleep(4.0)
    found = count.minus(before)
    return Idle(reads=found.reads / 4.0, statements=found.read_statements / 4.0)


async def _cost(what: str, number: int, count: Count, idle: Idle, log: "_Log", work: Any) -> Cost:
    before, size, began = count.copy(), log.size(), time.monotonic()
    await work
    await asyncio.sleep(SETTLES)
    found, span = count.minus(before), time.monotonic() - began
    return Cost(
        what=what,
        writes=found.writes / number,
        statements=found.statements / number,
        reads=max(found.reads - idle.reads * span, 0) / number,
        read_statements=max(found.read_statements - idle.statements * span, 0) / number,
        write_seconds=(found.seconds + found.commit) / found.writes,
        commit_seconds=found.commit / found.writes,
        cpu_seconds=found.cpu / found.writes,
        written=(log.size() - size) / number,
    )


async def _lone(app: Linkrobot, site: Site, number: int) -> None:
    site.portal.begin(LIGHT)
    for _ in range(number):
        runs = await loads.burst(app.robot, site.portal, 1)
        await loads.all_reported(runs, within=30)
        await asyncio.sleep(RESTS)


async def _burst(app: Linkrobot, site: Site) -> None:
    site.portal.begin(LIGHT)
    runs = await loads.burst(app.robot, site.portal, TOGETHER)
    await loads.all_reported(runs, within=120)


class _Log:
    """The database's write-ahead log."""

    def __init__(self, folder: Path, url: str) -> None:
        self._folder = folder
        self._server = create_engine(url.replace("://", "+psycopg://", 1)) if url else None

    def size(self) -> int:
        """Bytes ever written to it."""
        if self._server is None:
            return sum(file.stat().st_size for file in self._folder.glob("*-wal"))
        with self._server.connect() as conn:
            return int(conn.scalar(text("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn")) or 0)


@asynccontextmanager
async def _app(site: Site, folder: Path, url: str) -> AsyncIterator[Linkrobot]:
    """The real app, in this process."""
    sender = Sender("127.0.0.1", free_port())
    settings = {"DATABASE_URL": url, "SECRET_KEYS": _KEY} if url else {}
    os.environ.update(environment(site, folder, int(sender.url.rpartition(":")[2]), settings))
    quiet = structlog.make_filtering_bound_logger(logging.ERROR)
    with swapped(handlers.app, configure_logs=lambda: structlog.configure(wrapper_class=quiet)):
        server = uvicorn.Server(
            uvicorn.Config(
                handlers.app.create_app(),
                port=int(sender.url.rpartition(":")[2]),
                http=cast("Any", "handlers.connections:Connection"),
                log_config=None,
                access_log=False,
            )
        )
        serving_app = asyncio.get_running_loop().create_task(server.serve())
        try:
            await loads.until(lambda: server.started, within=30)
            app = Linkrobot(site, sender, cast("Any", None))
            await app.install_at([site.portal])
            yield app
        finally:
            sender.close()
            server.should_exit = True
            await serving_app
