"""The parts around the real drain: a replica's core, a portal, what is stored for it."""

import asyncio
import math
import random
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bench.portal.limits import Bucket, Operating, OperatingRule
from bench.simulation.costs import Costs
from robot.errors import NotExecutedError, PortalError
from robot.protocol.answers import Answer
from robot.protocol.calls import Call
from robot.store.backlog import Due
from robot.store.runs import StoredRun
from robot.work.job import Job

ENABLE = "crm.documentgenerator.document.enablepublicurl"
REPORT = "bizproc.event.send"


@dataclass(slots=True, kw_only=True)
class Replica:
    """One process with one core, served in turn, and what it asked of the database."""

    costs: Costs
    busy: float = 0.0  # seconds of its core
    commits: int = 0
    requests: int = 0
    most_requests: int = 0  # in flight together
    in_flight: int = 0
    refused: int = 0
    _free_at: float = 0.0

    async def compute(self, seconds: float) -> None:
        """Wait for the core, then use it."""
        now = time.monotonic()
        self._free_at = max(self._free_at, now) + seconds
        self.busy += seconds
        await asyncio.sleep(self._free_at - now)

    async def commit(self) -> None:
        """One transaction."""
        self.commits += 1
        await self.compute(self.costs.commit)
        await asyncio.sleep(self.costs.commit_wait)

    async def write(self, _work: Callable[..., Any]) -> None:
        """As `Database.write`, for a lease's renewals; nothing is stored."""
        await self.commit()


@dataclass(slots=True, kw_only=True)
class SimPortal:
    """A Bitrix24 account: its limits, its pace, its runs that wait."""

    number: int
    replica: Replica
    dice: random.Random
    request: float  # seconds
    call: float  # seconds
    bucket: Bucket = field(default_factory=lambda: Bucket(rate=2.0, burst=50.0))
    operating: dict[str, Operating] = field(default_factory=dict)
    waiting: dict[int, StoredRun] = field(default_factory=dict)
    linked: dict[str, float] = field(default_factory=dict)  # event -> when

    def answer(self, call: Call, began: float) -> tuple[float, Answer | PortalError]:
        """How long one call takes, and what comes of it."""
        state = self.operating.setdefault(call.method, Operating(rule=OperatingRule()))
        if state.is_blocked(began):
            return 0.0, NotExecutedError(call.method, "OPERATION_TIME_LIMIT", "blocked")
        seconds = self.call * math.exp(self.dice.gauss(0.0, 0.5))
        state.add(seconds, began)
        figures = {
            "duration": seconds,
            "operating": state.used(began),
            "operating_reset_at": state.reset_at(began),
        }
        return seconds, Answer(result=_result(call), time=figures)


def _result(call: Call) -> object:
    if call.method == REPORT:
        return True
    if call.method == ENABLE:
        return {"publicUrl": f"https://portal.example/~{call.params['id']}"}
    return {"document": {"id": str(call.params["id"]), "title": "Offer", "number": "1"}}


class SimSession:
    """As `Session`: the way to one portal."""

    def __init__(self, portal: SimPortal) -> None:
        self._portal = portal

    async def request(
        self, calls: Sequence[Call], *, user_id: int, may_send: Callable[[], None]
    ) -> list[Answer | PortalError]:
        """Our core, the portal's time, the documented limits."""
        portal, replica = self._portal, self._portal.replica
        may_send()
        replica.requests += 1
        replica.in_flight += 1
        replica.most_requests = max(replica.most_requests, replica.in_flight)
        try:
            await replica.compute(replica.costs.request)
            if not portal.bucket.take(time.monotonic()):
                replica.refused += 1
                raise NotExecutedError("batch", "QUERY_LIMIT_EXCEEDED", "Too many requests")
            at = time.monotonic() + portal.request * math.exp(portal.dice.gauss(0.0, 0.5))
            found = []
            for call in calls:
                seconds, result = portal.answer(call, at)
                at += seconds
                found.append(result)
                if call.method == REPORT and isinstance(result, Answer):
                    portal.linked[call.params["EVENT_TOKEN"]] = at
            await asyncio.sleep(at - time.monotonic())
            return found
        finally:
            replica.in_flight -= 1


class SimLedger:
    """As `Ledger`: what the holder writes down, without a database."""

    def __init__(self, portal: SimPortal) -> None:
        self._portal = portal
        self._finished: list[int] = []
        self._is_noted = False
        self.failed = 0

    async def load(self, *, held: Collection[int], room: int) -> Due:
        """Up to `room` runs that are not held."""
        return due(self._portal, held, room)

    async def load_late(self, *, held: Collection[int], within: timedelta) -> Due:
        """No run's time is ever over here."""
        return Due(runs=[], has_more=False)

    def chosen(self, job: Job, chosen: object) -> None:
        """To be written with the next commit."""
        self._is_noted = True

    def decided(self, job: Job, decided: Any) -> None:
        """To be written with the next commit."""
        self._is_noted = True
        self.failed += not decided.outcome.succeeded

    def finished(self, run: StoredRun, ending: object, note: str = "") -> None:
        """To be written with the next commit."""
        self._is_noted = True
        self._finished.append(run.id)

    async def save_endpoint(self, endpoint: str) -> None:
        """No portal moves here."""
        raise NotImplementedError(endpoint)

    async def flush(self) -> None:
        """One commit for all that was noted."""
        if self._is_noted:
            self._is_noted = False
            for run_id in self._finished:
                self._portal.waiting.pop(run_id, None)
            self._finished.clear()
            await self._portal.replica.commit()

    async def close(self) -> None:
        """The last notes and the lease go together."""
        self._is_noted = True
        await self.flush()


def due(portal: SimPortal, held: Collection[int], room: int) -> Due:
    """The portal's runs that wait, in their order."""
    fresh = [run for run_id, run in portal.waiting.items() if run_id not in held]
    return Due(runs=fresh[:room], has_more=len(fresh) > room)
