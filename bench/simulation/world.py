"""The parts around the real drain: a portal, the way to it, what is stored for it."""

import asyncio
import math
import random
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from bench.portal.limits import Bucket, Operating, OperatingRule
from bench.simulation.replica import Replica
from robot.errors import NotExecutedError, PortalError
from robot.flows.catalogue import ENABLE as ROBOT
from robot.flows.flow import Chosen, Granted
from robot.protocol.answers import Answer
from robot.protocol.calls import Call
from robot.store.backlog import Due
from robot.store.portals import Portal
from robot.store.runs import Source, StoredRun
from robot.work.job import Job

ENABLE = "crm.documentgenerator.document.enablepublicurl"
REPORT = "bizproc.event.send"


class Holder(Protocol):
    """A replica that works for a portal."""

    def look(self, number: int, /) -> None:
        """There may be more for that portal."""


@dataclass(slots=True, kw_only=True)
class SimPortal:
    """A Bitrix24 account: its limits, its pace, its runs that wait."""

    number: int
    replica: Replica  # whose worker has, or had, the lease
    dice: random.Random
    request: float  # seconds
    call: float  # seconds
    bucket: Bucket = field(default_factory=lambda: Bucket(rate=2.0, burst=50.0))
    operating: dict[str, Operating] = field(default_factory=dict)
    waiting: dict[int, StoredRun] = field(default_factory=dict)
    linked: dict[str, float] = field(default_factory=dict)  # event -> when
    sent: list[float] = field(default_factory=list)  # when its requests came
    answered: int = 0  # of them
    holder: "Holder | None" = None  # of the lease
    learned: tuple[float, float, float] | None = None  # level, pace, when; comes with the lease

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
        self.portal = stored_portal(portal.number)

    async def request(
        self, calls: Sequence[Call], *, user_id: int, may_send: Callable[[], None]
    ) -> list[Answer | PortalError]:
        """Our core, the portal's time, the documented limits."""
        portal, replica = self._portal, self._portal.replica
        may_send()
        replica.requests.add(1, time.monotonic())
        replica.in_flight += 1
        replica.most_in_flight = max(replica.most_in_flight, replica.in_flight)
        try:
            await replica.compute(replica.costs.request)
            portal.sent.append(time.monotonic())
            if not portal.bucket.take(portal.sent[-1]):
                replica.over_limit += 1
                raise NotExecutedError("batch", "QUERY_LIMIT_EXCEEDED", "Too many requests")
            portal.answered += 1
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
        self.portal = stored_portal(portal.number)
        self._finished: list[int] = []
        self._rows = 0
        self.failed = 0
        self.can_renew = True
        self.granted: dict[int, Granted] = {}

    async def load(self, *, held: Collection[int], room: int) -> Due:
        """Up to `room` runs that are not held."""
        return due(self._portal, held, room)

    async def load_looking(self, *, held: Collection[int]) -> Due:
        """No run waits for its PDF here."""
        return Due(runs=[], has_more=False)

    async def load_late(self, *, held: Collection[int], within: timedelta) -> Due:
        """No run's time is ever over here."""
        return Due(runs=[], has_more=False)

    def chosen(self, job: Job, chosen: Chosen) -> None:
        """To be written with the next commit."""
        self.granted[job.run.id] = Granted(chosen.document_ids)
        self._rows += 1

    def decided(self, job: Job, decided: Any) -> None:
        """To be written with the next commit."""
        self._rows += 1
        self.failed += not decided.outcome.succeeded

    def finished(self, run: StoredRun, ending: object, note: str = "") -> None:
        """To be written with the next commit."""
        self._rows += 1
        self._finished.append(run.id)

    async def save_endpoint(self, endpoint: str) -> None:
        """No portal moves here."""
        raise NotImplementedError(endpoint)

    async def flush(self) -> None:
        """One commit for all that was noted."""
        if self._rows:
            await self._write()

    async def close(self) -> None:
        """The last notes and the lease go together."""
        await self._write()

    async def _write(self) -> None:
        rows, self._rows = self._rows, 0
        finished, self._finished = self._finished, []
        for run_id in finished:
            self._portal.waiting.pop(run_id, None)
        replica = self._portal.replica
        await replica.compute(replica.costs.flow * len(finished))
        await replica.transact(rows)


def due(portal: SimPortal, held: Collection[int], room: int) -> Due:
    """The portal's runs that wait, in their order."""
    fresh = [run for run_id, run in portal.waiting.items() if run_id not in held]
    return Due(runs=fresh[:room], has_more=len(fresh) > room)


def new_run(run_id: int) -> StoredRun:
    """A run that names its document, which is its own."""
    now = datetime.now(UTC)
    return StoredRun(
        id=run_id,
        code=ROBOT,
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


def stored_portal(number: int) -> Portal:
    """Its row."""
    return Portal(
        id=number,
        member_id=f"{number}",
        endpoint="https://portal.example/rest/",
        client_id="app",
        user_id=1,
        scope=(),
        language="en",
        installed_at=datetime.now(UTC),
    )
