"""A replica at work: the real group commit, and real drains, one for each busy portal."""

import asyncio
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

from bench.simulation.costs import LOOP_TAKES, NOTIFY
from bench.simulation.replica import Replica
from bench.simulation.swap import swapped
from bench.simulation.world import SimLedger, SimPortal, SimSession, due, stored_portal
from handlers.connections import MOST as CONNECTIONS
from robot.errors import BusyError
from robot.flows.flow import Chosen
from robot.protocol.pacing import Bucket
from robot.store.leases import Taken
from robot.store.portals import Portal
from robot.store.runs import StoredRun
from robot.work import accept, desk, drain, job
from robot.work.beginning import Beginning
from robot.work.lease import Lease
from robot.work.traffic import Traffic

LEASE = timedelta(seconds=8)
PARALLEL = 4  # requests in flight to one portal: the default setting


@contextmanager
def simulated(group: int = accept.TOGETHER) -> Iterator[None]:
    """The real accepting and drain, with simulated portals and tables in the place of theirs."""

    def opened(run: StoredRun, portal: Portal, _vault: object) -> tuple[job.Job, None]:
        return job.Job(run, user_id=portal.user_id, event_token=f"{run.id}"), None

    quiet = SimpleNamespace(info=lambda *_, **__: None)
    session = lambda _http, verifier, *_, **__: SimSession(verifier)  # noqa: E731
    ledger = lambda tools, *_: SimLedger(tools.verifier)  # noqa: E731
    with (
        swapped(drain, Session=session, Ledger=ledger, log=quiet),
        swapped(desk, taken_up=opened),
        swapped(accept, _record=_record, TOGETHER=group),
    ):
        yield


class _Stored:
    """In the place of Claims: what one transaction stored."""

    def __init__(self) -> None:
        self.runs: list[tuple[int, StoredRun]] = []


def _record(
    _conn: object, deliveries: Sequence[accept.Delivery], stored: _Stored
) -> list[int | None]:
    numbers = [int(delivery.member_id) for delivery in deliveries]
    for delivery, number in zip(deliveries, numbers, strict=True):
        stored.runs.append((number, cast("StoredRun", delivery.run(number))))
    return [*numbers]


class _Tables:
    """As `Database`, for the group commit."""

    def __init__(self, replica: Replica) -> None:
        self._replica = replica

    async def write(self, work: Callable[[Any], list[int | None]]) -> list[int | None]:
        found = work(None)
        await self._replica.transact(len(found))
        return found


class Worker:
    """One replica: it takes any portal's deliveries, and works for those whose lease it has."""

    def __init__(self, replica: Replica, portals: dict[int, SimPortal]) -> None:
        self._replica = replica
        self._portals = portals
        self._taken_up = asyncio.Semaphore(LOOP_TAKES)
        self._traffic: dict[int, Traffic] = {}
        self._drains: dict[int, drain.Drain | None] = {}
        self.tasks: set[asyncio.Task[None]] = set()
        self._accept = accept.Accept(cast("Any", _Tables(replica)), cast("Any", self))
        self._storing = asyncio.get_running_loop().create_task(self._accept.run())

    async def deliver(self, portal: SimPortal, run: StoredRun) -> None:
        """A run arrives; returns with the answer to it."""
        replica = self._replica
        if replica.open >= CONNECTIONS:
            replica.refused += 1
            return
        replica.open += 1
        replica.most_open = max(replica.most_open, replica.open)
        try:
            await self._take(portal, run)
        finally:
            replica.open -= 1

    async def _take(self, portal: SimPortal, run: StoredRun) -> None:
        replica = self._replica
        async with self._taken_up:
            await replica.compute(replica.costs.accept)
        try:
            await self._accept.put(
                accept.Delivery(
                    member_id=str(portal.number),
                    application_token="",
                    run=lambda _number: cast("Any", run),
                )
            )
        except BusyError:
            replica.refused += 1

    async def close(self) -> None:
        """Nothing comes any more, and all is done."""
        while pending := {task for task in self.tasks if not task.done()}:
            await asyncio.wait(pending)
        for task in self.tasks:
            task.result()
        self._accept.close()
        await self._storing

    def claims(self) -> _Stored:
        """As `Crew`."""
        return _Stored()

    def go(self, stored: _Stored, _numbers: Collection[int]) -> None:
        """As `Crew`: these runs are on disk."""
        for number, run in stored.runs:
            self._portals[number].waiting[run.id] = run
        for number in {number for number, _ in stored.runs}:
            self._wake(self._portals[number])

    def _wake(self, portal: SimPortal) -> None:
        holder = portal.holder
        if holder is None:  # the transaction that stored the runs took the portal
            portal.holder = self
            self._drains[portal.number] = None
            task = asyncio.get_running_loop().create_task(self._work(portal))
            self.tasks.add(task)
            task.add_done_callback(self._ended)
        elif holder is self:
            self.look(portal.number)
        else:
            self._replica.notified += 1
            asyncio.get_running_loop().call_later(NOTIFY, holder.look, portal.number)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.exception():
            self.tasks.discard(task)

    def look(self, number: int) -> None:
        """There may be more for that portal."""
        if busy := self._drains.get(number):
            busy.look()

    async def _work(self, portal: SimPortal) -> None:
        traffic, is_first = self._traffic_of(portal), True
        portal.replica = self._replica
        while portal.waiting:
            if not is_first:
                await self._replica.transact(0)  # takes it again
            is_first = False
            self._replica.room.portals = len(self._drains)
            busy = self._drains[portal.number] = self._drain(portal, traffic)
            await busy.run()
        del self._drains[portal.number]
        portal.holder = None
        now = time.monotonic()
        portal.learned = (traffic.bucket.filled(now), traffic.bucket.pace, now)

    def _drain(self, portal: SimPortal, traffic: Traffic) -> drain.Drain:
        taken = Taken(epoch=1, was_released=True)
        room, database = self._replica.room, cast("Any", self._replica)
        lease = Lease(
            database,
            portal.number,
            taken,
            length=LEASE,
            until=time.monotonic() + LEASE.total_seconds(),
            clock=lambda: time.monotonic(),
        )
        first = due(portal, (), room.beginning())
        beginning = Beginning(
            portal=stored_portal(portal.number),
            tokens=(),
            due=first,
            noted={run.id: Chosen((int(run.inputs["document_id"]),)) for run in first.runs},
        )
        tools = SimpleNamespace(
            verifier=portal, http=None, vault=None, confirm=str, database=database
        )
        return drain.Drain(cast("Any", tools), beginning, lease, traffic, room=room)

    def _traffic_of(self, portal: SimPortal) -> Traffic:
        """As `Crew`: what the holder before has learned comes with the lease."""
        if portal.replica is self._replica and portal.number in self._traffic:
            return self._traffic[portal.number]
        traffic = Traffic(Bucket(rate=2.0, burst=50), parallel=PARALLEL)
        if portal.learned:
            level, pace, at = portal.learned
            traffic.bucket.take_over(level + 1, pace, at=at)
        self._traffic[portal.number] = traffic
        return traffic
