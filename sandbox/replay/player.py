"""Plays a recording at a portal: the deals move as they did, and what comes of it is compared."""

import asyncio
import sys
import time
from dataclasses import dataclass

from sandbox.replay.causes import why_not
from sandbox.replay.recording import UNKNOWN, Outcome, RecordedRun, Recording, told
from sandbox.replay.situation import Situation
from sandbox.site import Site
from sandbox.workflow.steps import State, Status, Step, Workflow

PATIENCE = 90.0  # seconds that a run may take longer than it took
MOST_PATIENCE = 600.0  # seconds
_OVER = (Status.COMPLETED, Status.TERMINATED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What came of a run, now and then."""

    run: RecordedRun
    now: Outcome | None  # None: it was not answered
    differs: tuple[str, ...] = ()

    @property
    def is_same(self) -> bool | None:
        """None: there is nothing to compare."""
        return None if self.run.outcome is None else not self.differs


def missing(site: Site, recording: Recording) -> list[str]:
    """What has to be registered before it can begin."""
    app = site.portal.app
    if app is None or not app.installed:
        return ["the app"]
    there = {code for client_id, code in site.portal.robots if client_id == app.client_id}
    wanted = {run.robot for run in _playable(recording)} - {UNKNOWN}
    return sorted(wanted - there) or ([] if there else ["a robot"])


async def begin_when_ready(site: Site, recording: Recording, *, speed: float) -> None:
    """Once an app has been installed at the portal, and has registered the robots."""
    after = 0
    wanted = ", ".join(sorted({run.robot for run in _playable(recording)} - {UNKNOWN})) or "robots"
    runs = len(recording.runs)
    _say(f"{runs} run(s) begin once an app has registered {wanted} at {site.portal.url}")
    while missing(site, recording):
        news = await site.portal.journal.read(after=after, wait=3600)
        after = news["last"]
    await Replay(site, recording, speed=speed).play()


class Replay:
    """One recording on its way; times between runs are `speed` times shorter than they were."""

    def __init__(self, site: Site, recording: Recording, *, speed: float) -> None:
        self._site, self._recording, self._speed = site, recording, speed
        self._situation = Situation(site, recording, speed=speed)
        self._tasks: dict[int, asyncio.Task[Compared]] = {}

    async def play(self) -> None:
        """All runs, each at its time."""
        runs = sorted(_playable(self._recording), key=lambda run: (run.sent, run.received))
        left = {run.number: why for run in self._recording.runs if (why := why_not(run))}
        self._site.portal.journal.add("replay.begun", runs=len(runs), not_played=left)
        self._tell_begun(runs, left)
        begun_at = time.monotonic()
        async with asyncio.TaskGroup() as tasks:
            for run in runs:
                due = (run.sent - runs[0].sent) / self._speed
                await asyncio.sleep(max(begun_at + due - time.monotonic(), 0.0))
                await self._earlier(run)
                self._tasks[run.number] = tasks.create_task(self._one(run))
        self._finish([task.result() for task in self._tasks.values()], left)

    async def _earlier(self, run: RecordedRun) -> None:
        """What was decided for the same item before this run came is so again."""
        before = [
            self._tasks[one.number]
            for one in _playable(self._recording)
            if one.number in self._tasks
            and one.item == run.item
            and one.decided is not None
            and one.decided <= run.received
        ]
        if before:
            await asyncio.wait(before)

    async def _one(self, run: RecordedRun) -> Compared:
        if missing(self._site, self._recording):
            return self._compared(run, None)  # the app was removed meanwhile
        robot, faults = self._situation.prepare(run)
        item = self._situation.item(run)
        item.stage = f"REPLAY_{run.number}"
        self._site.portal.place(item.stage, [robot])
        workflow = self._site.engine.start(item, [robot])
        try:
            await self._ended(run, workflow)
        finally:
            self._situation.lift(faults)
        return self._compared(run, _outcome(run, workflow.steps[0]), workflow)

    async def _ended(self, run: RecordedRun, workflow: Workflow) -> None:
        took = (run.decided or run.sent) - run.sent
        ends_at = time.monotonic() + min(PATIENCE + took / self._speed, MOST_PATIENCE)
        journal, after = self._site.portal.journal, 0
        while workflow.status not in _OVER and (left := ends_at - time.monotonic()) > 0:
            news = await journal.read(after=after, wait=left)
            after = news["last"]

    def _compared(
        self, run: RecordedRun, now: Outcome | None, workflow: Workflow | None = None
    ) -> Compared:
        found = Compared(run=run, now=now, differs=_differences(run.outcome, now))
        self._site.portal.journal.add(
            "replay.run",
            run=run.number,
            workflow_id=workflow.id if workflow else None,
            recorded=_word(run.outcome),
            replayed=_word(now),
            same=found.is_same,
            differs=list(found.differs),
        )
        _say(f"run {run.number}: {_in_words(found)}")
        return found

    def _tell_begun(self, runs: list[RecordedRun], left: dict[int, str]) -> None:
        lasts = (runs[-1].sent - runs[0].sent) / self._speed if runs else 0.0
        _say(f"{len(runs)} run(s) at {self._site.portal.url}, moved within {lasts:.0f} s")
        for number, why in left.items():
            _say(f"run {number} is not played: {why}")
        app = self._site.portal.app
        if app and app.interface != self._recording.has_page:
            page = "a page" if self._recording.has_page else "no page"
            _say(f"the app had {page} where this was recorded (`interface` of apps/install)")

    def _finish(self, found: list[Compared], left: dict[int, str]) -> None:
        same = [one.run.number for one in found if one.is_same]
        different = [one.run.number for one in found if one.is_same is False]
        self._site.portal.journal.add(
            "replay.finished",
            same=same,
            different=different,
            not_compared=[one.run.number for one in found if one.is_same is None],
            not_played=sorted(left),
        )
        _say(f"finished: {len(same)} as recorded, {len(different)} different")


def _outcome(run: RecordedRun, step: Step) -> Outcome | None:
    """What the robot answered; for a robot that the app does not know it answers only in words."""
    if step.state is not State.CLOSED:
        return None
    if step.outputs:
        return told(step.outputs)
    is_unknown = run.robot == UNKNOWN and step.log
    return Outcome(succeeded=False, error_code="unknown_robot") if is_unknown else None


def _playable(recording: Recording) -> list[RecordedRun]:
    return [run for run in recording.runs if not why_not(run)]


def _differences(then: Outcome | None, now: Outcome | None) -> tuple[str, ...]:
    """In what the two differ, the most telling first."""
    if then is None:
        return ()
    if now is None:
        return ("answer",)
    pairs = {
        "error_code": (then.error_code, now.error_code),
        "succeeded": (then.succeeded, now.succeeded),
        "documents": (len(then.documents), len(now.documents)),
        "public_url": (then.has_link, now.has_link),
        "pdf_ready": (then.pdf_ready, now.pdf_ready),
    }
    return tuple(name for name, (before, after) in pairs.items() if before != after)


def _word(outcome: Outcome | None) -> str | None:
    """Its error code; "ok": it succeeded."""
    if outcome is None:
        return None
    return "ok" if outcome.succeeded else outcome.error_code


def _in_words(found: Compared) -> str:
    then, now = _word(found.run.outcome), _word(found.now)
    if then is None:
        return f"now {now or 'without an answer'}; when it was recorded, it had no outcome yet"
    if found.is_same:
        return f"{then}, as recorded"
    if now is None:
        return f"recorded {then}, now without an answer"
    return f"recorded {then}, now {now}; different: {', '.join(found.differs)}"


def _say(text: str) -> None:
    sys.stderr.write(f"sandbox: replay: {text}\n")
    sys.stderr.flush()
