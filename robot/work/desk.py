"""One portal's runs in hand: loaded, fed with answers, written down, their next calls made ready.

Talks to the database through the ledger, never to the portal.
"""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from robot.errors import FlowError, PortalError, RejectedError
from robot.flows.flow import Chosen, Granted, Pause, Step
from robot.portal.access import Access
from robot.protocol.answers import Answer
from robot.store.backlog import Due
from robot.store.runs import Ending, StoredRun
from robot.store.vault import UnopenedError, Vault
from robot.work.beginning import Beginning
from robot.work.job import NOBODY, Decided, Job, taken_up, told
from robot.work.ledger import Ledger
from robot.work.proving import Proving
from robot.work.ready import Ready, ReadyCalls
from robot.work.reporting import Reporting
from robot.work.retries import pause
from robot.work.room import WAITING_FOR_ONE, Room
from robot.work.senders import Senders, goes_again
from robot.work.steps import note
from robot.work.traffic import is_blocked, may_be_heard

# Runs are loaded when so much of the portal's share of memory is free: a backlog waits in the
# database.
LOADS_FROM = 0.2
# Runs that can do nothing for so long take no place in that share.
IDLE_FROM = 5.0  # seconds
# A backlog in the database is looked through for runs whose time is nearly over; the margin before
# a workflow's own limit is twice as long.
LATE_EVERY = timedelta(seconds=5)


class Desk:
    """The runs of one portal that are being worked on."""

    def __init__(
        self,
        ledger: Ledger,
        access: Access,
        vault: Vault,
        *,
        proving: Proving,
        room: Room,
        rests_until: Callable[[str], float],
    ) -> None:
        self._ledger = ledger
        self._access = access
        self._vault = vault
        self._portal = ledger.portal
        self._senders = Senders(access, ledger.portal)
        self._reporting = Reporting(ledger, self._senders)
        self._jobs: dict[int, Job] = {}
        self._steps: list[tuple[Job, Step | Decided]] = []
        self._noted: dict[int, tuple[Chosen, Granted]] = {}  # see Beginning
        self._proving = proving
        self._room = room
        self._looks_for_late_at = 0.0  # monotonic seconds
        self._rests_until = rests_until  # a method, in monotonic seconds
        self.ready = ReadyCalls()
        self.loaded = 0  # runs so far
        self.wants_look = False  # there may be due runs that are not loaded

    @property
    def is_clear(self) -> bool:
        """Nothing is in hand, and nothing more is known to wait."""
        return not (self._jobs or self.wants_look)

    async def load(self) -> None:
        """Take due runs in hand, as far as there is room; beyond it those whose time runs out."""
        if room := self.room():
            self.wants_look = False
            self._take_in_hand(await self._ledger.load(held=self._jobs, room=room))
            self._take_in_hand(await self._ledger.load_looking(held=self._jobs))
        now = time.monotonic()
        if self.wants_look and now >= self._looks_for_late_at:
            self._looks_for_late_at = now + LATE_EVERY.total_seconds()
            late = await self._ledger.load_late(held=self._jobs, within=LATE_EVERY)
            self._take_in_hand(late)

    def room(self) -> int:
        """How many runs to load now; 0 where none wait, or not enough have gone yet."""
        if not self.wants_look:
            return 0
        share = self._room.share()
        least = max(round(share * LOADS_FROM), 1)
        free = share - len(self._jobs)
        if free < least:
            until = time.monotonic() + IDLE_FROM
            idle = self.ready.idle(until, self._rests_until) + self._proving.idle(until)
            free += min(idle, WAITING_FOR_ONE)
        if not self._jobs:
            return max(min(free, self._room.left()), 1)
        return min(free, self._room.left()) if free >= least else 0

    def close(self) -> None:
        """The work has ended, well or not: nothing is held any more."""
        self._room.held -= len(self._jobs)
        self._jobs.clear()

    def begin(self, beginning: Beginning) -> None:
        """Begin with what was read when the portal was taken."""
        self._noted.update(beginning.noted)
        self._take_in_hand(beginning.due)

    def _take_in_hand(self, due: Due) -> None:
        self.wants_look |= due.has_more and bool(due.runs)
        self.loaded += len(due.runs)
        for run in due.runs:
            self._start(run)

    def _start(self, run: StoredRun) -> None:
        try:
            can_renew = self._ledger.can_renew
            job, own_tokens = taken_up(run, self._portal, self._vault, can_renew=can_renew)
        except UnopenedError as error:
            self._ledger.finished(run, Ending.REFUSED, f"No answer is possible: {error}.")
            return
        if own_tokens and own_tokens.user_id != NOBODY:
            self._access.offer(own_tokens)
        self._jobs[run.id] = job
        self._room.held += 1
        if job.outcome:
            self.ready.add(self._reporting.first(job))
        elif datetime.now(UTC) >= run.deadline_at:
            self._steps.append((job, job.too_late()))
        elif run.is_unproven and own_tokens:
            self._proving.add(job, own_tokens)
        else:
            self._steps.append((job, job.proceed()))

    def take_proven(self) -> None:
        """Runs go on as those of whose tokens they brought, or end where that is not known."""
        for job, found in self._proving.landed():
            if job.outcome:
                continue  # its time was over while it was asked
            if isinstance(found, FlowError):
                self._steps.append((job, Decided(outcome=told(found))))
                continue
            self._access.offer(found)
            job.user_id = found.user_id
            self._ledger.proven(job.run, found.user_id)
            self._steps.append((job, job.proceed()))

    def take_found(
        self, batch: Sequence[Ready], found: Sequence[Answer | PortalError] | PortalError
    ) -> None:
        """What the calls of a request were answered, or why it came to nothing as a whole."""
        results = [found] * len(batch) if isinstance(found, PortalError) else found
        for ready, result in zip(batch, results, strict=True):
            self.ready.landed(ready)
            if ready.job.outcome and not ready.is_report:
                continue  # its time was over while the call was under way
            ready.was_unanswered |= may_be_heard(result)
            if not isinstance(result, Answer | RejectedError):
                ready.job.came_to_nothing(ready.call.method, result)
            if is_blocked(result):
                self.ready.add(ready)  # its method rests; Traffic knows for how long
            elif isinstance(found, PortalError) and goes_again(
                ready, found, len(batch), self._senders
            ):
                self.ready.add(ready)
            elif ready.is_report:
                self._take_report(ready, result)
            else:
                self._take_answer(ready, result)

    def _take_report(self, ready: Ready, result: Answer | PortalError) -> None:
        if self._reporting.answered(ready, result):
            self.ready.add(ready)
        else:
            self._drop(ready.job)

    def _take_answer(self, ready: Ready, result: Answer | PortalError) -> None:
        """An answer or a no goes to the flow; anything else is tried again."""
        job = ready.job
        if not isinstance(result, Answer | RejectedError):
            ready.tries += 1
            retry_after = getattr(result, "retry_after", 0.0)
            ready.not_before = time.monotonic() + pause(ready.tries, at_least=retry_after)
            self.ready.add(ready)
        elif isinstance(result, RejectedError) and self._senders.instead(ready, result):
            self.ready.add(ready)
        elif step := job.take_answer(ready.index, result):
            self._steps.append((job, step))

    def next_deadline(self) -> datetime | None:
        """When the time of the next run is over that has no outcome yet."""
        deadlines = [job.run.deadline_at for job in self._jobs.values() if not job.outcome]
        if self.wants_look:
            deadlines.append(datetime.now(UTC) + LATE_EVERY)  # of one that is not in hand
        return min(deadlines, default=None)

    def _late(self) -> list[Job]:
        """Whose time is over: the workflow is told now, an answer that comes later is not used."""
        now, deciding = datetime.now(UTC), {job.run.id for job, _ in self._steps}
        return [
            job
            for job in self._jobs.values()
            if job.run.deadline_at <= now and not job.outcome and job.run.id not in deciding
        ]

    async def settle(self) -> None:
        """Write down what flows chose and decided, then let them go on, until all wait."""
        for job in self._late():
            self.ready.leave(job)
            self._steps.append((job, job.too_late()))
        while self._steps:
            steps, self._steps = self._steps, []
            for job, step in steps:
                note(self._ledger, job, step, self._noted)
            await self._ledger.flush()
            for job, step in steps:
                self._go_on(job, step)
        await self._ledger.flush()

    def _go_on(self, job: Job, step: Step | Decided) -> None:
        if isinstance(step, Chosen):
            job.has_chosen = True
            chosen, granted = self._noted.pop(job.run.id, (None, None))
            if chosen != step:
                granted = self._ledger.granted[job.run.id]
            self._steps.append((job, job.proceed(granted)))
        elif isinstance(step, Pause):
            self.ready.leave(job)
            self._drop(job)  # it waits in the database, and holds nobody back
        elif not isinstance(step, Decided):
            user_id = self._senders.first(job.user_id) if job.takes_any_user else job.user_id
            for index, call in enumerate(job.expect(step)):
                self.ready.add(Ready(job=job, index=index, call=call, user_id=user_id))
        else:
            self._after_outcome(job, step)

    def _after_outcome(self, job: Job, decided: Decided) -> None:
        self.ready.leave(job)
        self._proving.leave(job)
        job.outcome = decided.outcome
        if job.run.wants_reply:
            self.ready.add(self._reporting.first(job))
        else:
            self._drop(job)

    def _drop(self, job: Job) -> None:
        del self._jobs[job.run.id]
        self._room.held -= 1
