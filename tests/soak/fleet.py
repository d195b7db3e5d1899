"""Replicas on one PostgreSQL behind one address; and what happens to them, by a plan."""

import random
import signal
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any

import httpx2 as httpx
import psycopg
from psycopg.types.string import TextLoader
from sqlalchemy import URL

from robot.settings import Settings
from tests.postgres import Server
from tests.programs import LINKROBOT, App
from tests.scenarios.listeners import Received, Reply, Tap

PAUSED = Settings.model_fields["take_over_after"].default.total_seconds() + 2  # seconds
SPARED = 4.0  # after its pause: it is to notice, and not to be killed at once
AWAY = 3.0  # seconds between the database's end and its new start
TRIED_FOR, TRIED_EVERY = 15.0, 0.25  # seconds; our Caddyfile's lb_try_interval
LOOKED_AT_EVERY = 0.1  # seconds
_BAD_GATEWAY = 502


class Replica(App):
    """`linkrobot serve` on the server's database."""

    def __init__(self, folder: Path, oauth: str, database: URL, **settings: str) -> None:
        address = database.set(drivername="postgresql").render_as_string()
        super().__init__(folder, oauth, DATABASE_URL=address, **settings)
        self.executable = LINKROBOT
        self._address = address

    def begin(self) -> None:
        """Start it, and do not wait until it is ready."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._process = self._launch()

    def is_ready(self) -> bool:
        try:
            return self.get("/readyz").status_code == 200
        except httpx.HTTPError:
            return False

    def send(self, sign: signal.Signals) -> None:
        assert self._process
        self._process.send_signal(sign)

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What the database holds; JSON as text, as SQLite has it."""
        with closing(psycopg.connect(self._address)) as conn:
            conn.adapters.register_loader("json", TextLoader)
            conn.adapters.register_loader("jsonb", TextLoader)
            return conn.execute(query.encode(), values or None).fetchall()


class Balancer(Tap):
    """As Caddy: the next replica where one refuses the connection, and from the first again."""

    def __init__(self) -> None:
        self.targets: list[str] = []
        self.passed_over = 0  # connections that were refused
        self.broken = 0  # calls that got no answer, and may have been read
        self.nobody = 0  # calls that no replica took in time
        self._turns = count()
        self._lock = threading.Lock()
        super().__init__()
        self._http.close()
        # No connection is kept: one that died meanwhile would look like a call that broke off.
        unkept = httpx.Limits(max_keepalive_connections=0)
        self._http = httpx.Client(trust_env=False, timeout=30, limits=unkept)

    def answer(self, request: Received) -> Reply:
        ends_at = time.monotonic() + TRIED_FOR
        sent = {"Content-Type": request.content_type}
        while time.monotonic() < ends_at:
            for _ in self.targets:
                target = self.targets[next(self._turns) % len(self.targets)]
                try:
                    found = self._http.post(
                        target + request.path, content=request.body, headers=sent
                    )
                except httpx.ConnectError:
                    self._count("passed_over")
                except httpx.TransportError:
                    self._count("broken")
                    return Reply(status=_BAD_GATEWAY)
                else:
                    return Reply(status=found.status_code, body=found.content)
            time.sleep(TRIED_EVERY)
        self._count("nobody")
        return Reply(status=_BAD_GATEWAY)

    def _count(self, name: str) -> None:
        with self._lock:
            setattr(self, name, getattr(self, name) + 1)


class Fate:
    """Kills, a pause, a database that goes: in a thread of its own, one thing after the other."""

    def __init__(
        self,
        replicas: Sequence[Replica],
        server: Server,
        chance: random.Random,
        *,
        seconds_between_kills: float,
    ) -> None:
        self._replicas, self._server, self._chance = replicas, server, chance
        self._every, self._kills_at = seconds_between_kills, 0.0
        self._agenda: list[tuple[float, Callable[[], None]]] = []
        self._spared: Replica | None = None
        self._goes_on = True
        self._thread = ThreadPoolExecutor(1)
        self._running: Future[None] | None = None
        self.kills = self.pauses = self.outages = 0
        self.ended = 0  # replicas that ended by themselves

    def begin(self) -> None:
        """From now on one is killed every so many seconds."""
        self._kills_at = time.monotonic() + self._every
        self._running = self._thread.submit(self._run)

    def pause(self) -> None:
        """Soon one stands still, for longer than its leases."""
        self._later(0, self._pause)

    def restart_database(self) -> None:
        """Soon it is gone, as if it crashed, and comes back."""
        self._later(0, self._stop_database)

    def end(self) -> None:
        """What was begun comes to its end, with kills until then; then no more."""
        self._goes_on = False
        assert self._running
        self._running.result(60)
        self._thread.shutdown()

    def _later(self, seconds: float, act: Callable[[], None]) -> None:
        self._agenda.append((time.monotonic() + seconds, act))

    def _run(self) -> None:
        while self._goes_on or self._agenda:
            time.sleep(LOOKED_AT_EVERY)
            for replica in self._replicas:
                if replica.has_died():  # as under Docker's `restart: unless-stopped`
                    self.ended += 1
                    replica.begin()
            now = time.monotonic()
            for entry in [entry for entry in self._agenda if entry[0] <= now]:
                self._agenda.remove(entry)
                entry[1]()
            if now >= self._kills_at:
                self._kills_at += self._every
                self._kill()

    def _kill(self) -> None:
        victim = self._one()
        victim.kill()
        victim.begin()
        self.kills += 1

    def _one(self) -> Replica:
        return self._chance.choice([one for one in self._replicas if one is not self._spared])

    def _pause(self) -> None:
        # One that is still starting holds no lease.
        ready = [one for one in self._replicas if one.is_ready()]
        if not ready or self._spared:
            self._later(LOOKED_AT_EVERY, self._pause)
            return
        chosen = self._spared = self._chance.choice(ready)
        chosen.send(signal.SIGSTOP)
        self._later(PAUSED, lambda: chosen.send(signal.SIGCONT))
        self._later(PAUSED + SPARED, self._spare_nobody)
        self.pauses += 1

    def _spare_nobody(self) -> None:
        self._spared = None

    def _stop_database(self) -> None:
        self._server.stop("immediate")
        self._later(AWAY, self._server.start)
        self.outages += 1
