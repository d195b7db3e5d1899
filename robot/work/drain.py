"""Work off one portal's runs, all together: the next calls of many runs go in one request.

Each turn: load what is due, feed the answers that came to their flows, write down what they chose
and decided in one transaction, then send what is ready, as far as the portal's pace allows.
"""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from robot.errors import OutcomeUnknownError, PortalError, RejectedError
from robot.flows.flow import Chosen, Step
from robot.portal.access import Access
from robot.portal.session import Session
from robot.protocol.answers import Answer
from robot.protocol.oauth import Tokens, aware
from robot.store.portals import Portal
from robot.store.runs import Ending, StoredRun
from robot.store.vault import UnopenedError
from robot.work.job import Decided, Job
from robot.work.lease import Lease
from robot.work.ledger import Ledger
from robot.work.ready import Ready, ReadyCalls
from robot.work.reporting import Reporting
from robot.work.retries import pause
from robot.work.tools import Tools
from robot.work.traffic import Traffic

HELD = 500  # runs in memory at once; a backlog waits in the database
PAGE = 100  # runs are loaded when there is room for so many
# An enabling call of a worker that died may be under way for as long as a call may take.
HIDES_WAIT = 60.0  # seconds
# What a request's calls were answered, or why it came to nothing as a whole.
Landed = tuple[Sequence[Ready], Sequence[Answer | PortalError] | PortalError]


class Drain:
    """The worker of one portal, for as long as it has due runs."""

    def __init__(self, tools: Tools, portal: Portal, lease: Lease, traffic: Traffic) -> None:
        self._tools = tools
        self._portal = portal
        self._lease = lease
        self._traffic = traffic
        self._ledger = Ledger(tools, portal, lease)
        self._access = Access(
            tools.verifier,
            member_id=portal.member_id,
            client_id=portal.client_id,
            save=self._ledger.save_renewed,
        )
        self._session = Session(
            tools.http,
            tools.verifier,
            self._access,
            endpoint=portal.endpoint,
            confirm=tools.confirm,
            moved=self._ledger.save_endpoint,
        )
        self._jobs: dict[int, Job] = {}
        self._ready = ReadyCalls()
        self._reporting = Reporting(self._ledger, self._access, portal)
        self._landed: list[Landed] = []
        self._offered: dict[int, Tokens] = {}  # the newest that runs brought, by user
        self._steps: list[tuple[Job, Step | Decided]] = []
        self._changed = asyncio.Event()
        self._hides_from = 0.0 if lease.was_released else time.monotonic() + HIDES_WAIT
        self._next_at: float | None = None  # when something may be sent, in monotonic seconds
        self.wants_look = True  # there may be runs that are not loaded
        self._is_stopping = False

    def look(self) -> None:
        """New runs may have come."""
        self.wants_look = True
        self._changed.set()

    def stop(self) -> None:
        """Send nothing more; what is under way is still written down."""
        self._is_stopping = True
        self._changed.set()

    async def run(self) -> None:
        """Work until nothing is due, then give the portal back.

        Raises:
            ExceptionGroup: LeaseLostError, or a failure of the database. The lease is not given
                back then: a request may be under way.
        """
        async with asyncio.TaskGroup() as group:
            group.create_task(self._lease.keep())
            for tokens in await self._ledger.stored_tokens():
                self._access.offer(tokens)
            while not await self._turn(group):
                await self._something_happens()
            self._lease.let_go()
        await self._lease.release()

    async def _turn(self, group: asyncio.TaskGroup) -> bool:
        """One turn; True when nothing is left to do."""
        self._changed.clear()
        if not self._is_stopping:
            await self._load()
        self._take_landed()
        await self._settle()
        if not self._is_stopping:
            self._send(group)
        is_done = self._is_stopping or not (self._jobs or self.wants_look)
        return is_done and not self._traffic.in_flight

    async def _something_happens(self) -> None:
        """An answer, a new run, the order to stop, or the time to send again."""
        seconds = None if self._next_at is None else max(self._next_at - time.monotonic(), 0.0)
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            pass

    async def _load(self) -> None:
        room = HELD - len(self._jobs)
        if not self.wants_look or room < PAGE:
            return
        self.wants_look = False
        found, has_more = await self._ledger.load(held=self._jobs, room=room)
        self.wants_look = has_more and bool(found)
        for run in found:
            self._start(run)
        for tokens in self._offered.values():
            self._ledger.offered(tokens)
        self._offered.clear()

    def _start(self, run: StoredRun) -> None:
        try:
            job = self._job(run)
        except UnopenedError as error:
            self._ledger.finished(run, Ending.REFUSED, f"No answer is possible: {error}.")
            return
        self._jobs[run.id] = job
        if job.outcome:
            self._ready.add(self._reporting.first(job))
        else:
            self._steps.append((job, job.proceed()))

    def _job(self, run: StoredRun) -> Job:
        secrets = {}
        if run.secrets:
            secrets = self._tools.vault.open(self._portal.member_id, run.secrets)
        user_id = run.user_id or self._portal.user_id
        if secrets.get("access"):
            tokens = Tokens(
                user_id=user_id,
                access_token=secrets["access"],
                refresh_token=secrets.get("refresh", ""),
                expires_at=aware(secrets["expires"]),
            )
            if self._access.offer(tokens):
                self._offered[user_id] = tokens
        return Job(run, user_id=user_id, event_token=secrets.get("event_token", ""))

    def _take_landed(self) -> None:
        landed, self._landed = self._landed, []
        for batch, found in landed:
            results = [found] * len(batch) if isinstance(found, PortalError) else found
            for ready, result in zip(batch, results, strict=True):
                self._ready.landed(ready)
                ready.was_unanswered |= isinstance(result, OutcomeUnknownError)
                if isinstance(found, PortalError) and self._goes_again(ready, found, len(batch)):
                    self._ready.add(ready)
                elif ready.is_report:
                    self._take_report(ready, result)
                else:
                    self._take_answer(ready, result)

    def _goes_again(self, ready: Ready, error: PortalError, together: int) -> bool:
        """The whole request came to nothing: its calls go again at the portal's pace.

        A call that was alone may be the reason: from now on it holds up only itself.
        """
        is_late = datetime.now(UTC) >= ready.job.run.deadline_at and not ready.is_report
        if is_late or isinstance(error, RejectedError):
            return False
        if together == 1:
            ready.goes_alone = True
            ready.tries += 1
            ready.not_before = time.monotonic() + pause(ready.tries)
        return True

    def _take_report(self, ready: Ready, result: Answer | PortalError) -> None:
        if self._reporting.answered(ready, result):
            self._ready.add(ready)
        else:
            del self._jobs[ready.job.run.id]

    def _take_answer(self, ready: Ready, result: Answer | PortalError) -> None:
        """An answer or a no goes to the flow; anything else is tried again, up to the deadline."""
        job = ready.job
        is_final = isinstance(result, Answer | RejectedError)
        if not is_final and datetime.now(UTC) < job.run.deadline_at:
            ready.tries += 1
            retry_after = getattr(result, "retry_after", 0.0)
            ready.not_before = time.monotonic() + pause(ready.tries, at_least=retry_after)
            self._ready.add(ready)
            return
        step = job.take_answer(ready.index, result)
        if step is not None:
            self._steps.append((job, step))

    async def _settle(self) -> None:
        """Write down what flows chose and decided, then let them go on, until all wait."""
        while self._steps:
            steps, self._steps = self._steps, []
            for job, step in steps:
                if isinstance(step, Chosen):
                    self._ledger.chosen(job, step)
                elif isinstance(step, Decided):
                    self._ledger.decided(job, step)
                    if not job.run.wants_reply:
                        self._ledger.finished(job.run, Ending.NOT_AWAITED)
            await self._ledger.flush()
            for job, step in steps:
                self._go_on(job, step)
        await self._ledger.flush()

    def _go_on(self, job: Job, step: Step | Decided) -> None:
        if isinstance(step, Chosen):
            self._steps.append((job, job.proceed()))
        elif not isinstance(step, Decided):
            for index, call in enumerate(job.expect(step)):
                self._ready.add(Ready(job=job, index=index, call=call, user_id=job.user_id))
        elif job.run.wants_reply:
            job.outcome = step.outcome
            self._ready.add(self._reporting.first(job))
        else:
            del self._jobs[job.run.id]

    def _send(self, group: asyncio.TaskGroup) -> None:
        self._next_at = None
        while self._traffic.has_room() and len(self._ready):
            now = time.monotonic()
            wait = self._traffic.wait(now)
            batch = [] if wait else self._take(now)
            if not batch:
                later = self._ready.next_at(now=now, hides_from=self._hides_from)
                self._next_at = now + wait if wait else later
                return
            self._traffic.departed(now)
            group.create_task(self._request(batch))

    def _take(self, now: float) -> list[Ready]:
        limit = self._traffic.batch_limit()
        return self._ready.take(now=now, hides_from=self._hides_from, limit=limit)

    async def _request(self, batch: list[Ready]) -> None:
        calls = [ready.call for ready in batch]
        try:
            results = await self._session.request(
                calls, user_id=batch[0].user_id, may_send=self._lease.may_send
            )
        except PortalError as error:
            self._traffic.failed(error, time.monotonic())
            self._landed.append((batch, error))
        else:
            self._traffic.arrived()
            self._landed.append((batch, results))
        self._changed.set()
