"""A replica at work: real drains, one for each busy portal, and the group commit before them."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

from bench.simulation.swap import swapped
from bench.simulation.world import Replica, SimLedger, SimPortal, SimSession, due
from robot.flows.catalogue import ENABLE
from robot.flows.flow import Chosen
from robot.protocol.pacing import Bucket
from robot.store.leases import Taken
from robot.store.portals import Portal
from robot.store.runs import Source, StoredRun
from robot.work import desk, drain, job
from robot.work.accept import TOGETHER
from robot.work.beginning import Beginning
from robot.work.lease import LENGTH, Lease
from robot.work.room import Room
from robot.work.traffic import Traffic

Came = tuple[SimPortal, StoredRun]


@contextmanager
def simulated() -> Iterator[None]:
    """The real drain, with the simulated portal and ledger in the place of its own."""

    def opened(run: StoredRun, portal: Portal, _vault: object) -> tuple[job.Job, None]:
        return job.Job(run, user_id=portal.user_id, event_token=f"{run.id}"), None

    quiet = SimpleNamespace(info=lambda *_, **__: None)
    session = lambda _http, verifier, *_, **__: SimSession(verifier)  # noqa: E731
    ledger = lambda tools, *_: SimLedger(tools.verifier)  # noqa: E731
    with (
        swapped(drain, Session=session, Ledger=ledger, log=quiet),
        swapped(desk, taken_up=opened),
    ):
        yield


class Worker:
    """One replica and its portals."""

    def __init__(self, replica: Replica) -> None:
        self._replica = replica
        self._room = Room()
        self._traffic: dict[int, Traffic] = {}
        self._drains: dict[int, drain.Drain | None] = {}
        self._came: list[Came] = []
        self._storing = False
        self.tasks: set[asyncio.Task[None]] = set()

    def deliver(self, portal: SimPortal, run: StoredRun) -> None:
        """A run arrives; what comes during a commit shares the next one."""
        self._came.append((portal, run))
        if not self._storing:
            self._storing = True
            self._start(self._store())

    def _start(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)

    async def _store(self) -> None:
        while self._came:
            group, self._came = self._came[:TOGETHER], self._came[TOGETHER:]
            await self._replica.compute(self._replica.costs.run * len(group))
            await self._replica.commit()
            for portal, run in group:
                portal.waiting[run.id] = run
                if portal.number not in self._drains:
                    self._drains[portal.number] = None
                    self._start(self._work(portal))
                elif busy := self._drains[portal.number]:
                    busy.look()
        self._storing = False

    async def _work(self, portal: SimPortal) -> None:
        while portal.waiting:  # the transaction that stored them took the portal
            self._room.portals = len(self._drains)
            taken = Taken(epoch=1, was_released=True)
            until = time.monotonic() + LENGTH.total_seconds()
            database = cast("Any", self._replica)
            lease = Lease(
                database, portal.number, taken, until=until, clock=lambda: time.monotonic()
            )
            traffic = self._traffic.setdefault(
                portal.number, Traffic(Bucket(rate=2.0, burst=50), parallel=4)
            )
            first = due(portal, (), self._room.beginning())
            beginning = Beginning(
                portal=_stored(portal),
                tokens=(),
                due=first,
                noted={run.id: Chosen((int(run.inputs["document_id"]),)) for run in first.runs},
            )
            tools = cast(
                "Any",
                SimpleNamespace(verifier=portal, http=None, vault=None, confirm=str, database=None),
            )
            busy = drain.Drain(tools, beginning, lease, traffic, room=self._room)
            self._drains[portal.number] = busy
            await busy.run()
        del self._drains[portal.number]


def new_run(run_id: int) -> StoredRun:
    """A run that names its document, which is its own."""
    now = datetime.now(UTC)
    return StoredRun(
        id=run_id,
        code=ENABLE,
        source=Source.ROBOT,
        user_id=1,
        item=None,
        document_id=f"DEAL_{run_id}",
        inputs={"document_id": f"{run_id}"},
        wants_reply=True,
        sent_at=now,
        received_at=now,
        deadline_at=now + timedelta(days=1),
        secrets=None,
        chosen=None,
        outcome=None,
        reports=0,
        first_report_at=None,
    )


def _stored(portal: SimPortal) -> Portal:
    return Portal(
        id=portal.number,
        member_id=f"{portal.number}",
        endpoint="https://portal.example/rest/",
        client_id="app",
        user_id=1,
        scope=(),
        language="en",
        installed_at=datetime.now(UTC),
    )
