"""What the holder of a portal writes down. Everything noted together is one transaction, and
none of it is written once another worker has the lease.
"""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeVar

from sqlalchemy.engine import Connection

from robot.flows.catalogue import CODES, ENABLING
from robot.flows.flow import Chosen, Granted, Pause
from robot.logs import get_logger
from robot.metrics import FINISHED, RUNS, TIME_TO_LINK
from robot.store import backlog, leases, pauses, portals, runs
from robot.store.backlog import Due
from robot.store.pauses import Paused
from robot.store.portals import Portal
from robot.store.runs import Ended, Ending, StoredRun
from robot.work.choices import put_chosen, put_decided
from robot.work.job import Decided, Job
from robot.work.lease import Lease
from robot.work.renewing import keys_print
from robot.work.telling import queue_told
from robot.work.tools import Tools

# Requests that a decision leads to leave first.
TELLS_AFTER = 0.005  # seconds

LATE_TOGETHER = 200  # runs; more of them are told at the next look

log = get_logger()
T = TypeVar("T")
Tell = Callable[[], None]  # once it is on disk


@dataclass(slots=True)
class Notes:
    """What is to be written down together; a run stands at most once in each."""

    chosen: dict[int, tuple[StoredRun, Chosen]] = field(default_factory=dict)
    decided: dict[int, tuple[Job, Decided]] = field(default_factory=dict)
    proven: dict[int, int] = field(default_factory=dict)  # run -> whose it is
    paused: dict[int, Paused] = field(default_factory=dict)
    finished: dict[int, Ended] = field(default_factory=dict)
    postponed: list[Callable[[Connection], None]] = field(default_factory=list)
    told: list[Tell] = field(default_factory=list)

    def __bool__(self) -> bool:
        return any((self.chosen, self.decided, self.proven, self.paused, self.finished)) or bool(
            self.postponed
        )


class Ledger:
    """The pen of one portal's worker."""

    def __init__(self, tools: Tools, portal: Portal, lease: Lease) -> None:
        # A renewal has succeeded with the application's present keys.
        keys = keys_print(tools.settings, portal.client_id)
        self.can_renew = keys is not None and portal.renewed_with == keys
        self._database = tools.database
        self._tells = tools.settings.notify
        self.portal = portal
        self._lease = lease
        self._notes = Notes()
        self._told: list[Tell] = []
        self.granted: dict[int, Granted] = {}  # run -> what of its choice it may do
        self.failed = 0  # runs of this worker that ended with an error

    async def load(self, *, held: Collection[int], room: int) -> Due:
        """Up to `room` due runs that are not held yet."""
        return await self._database.read(
            partial(
                backlog.due,
                portal_id=self.portal.id,
                now=datetime.now(UTC),
                room=room,
                held=frozenset(held),
            )
        )

    async def load_looking(self, *, held: Collection[int]) -> Due:
        """Some of the runs that waited for a PDF and look again, as far as they are not held."""
        return await self._database.read(
            partial(
                backlog.looking,
                portal_id=self.portal.id,
                now=datetime.now(UTC),
                held=frozenset(held),
            )
        )

    async def load_late(self, *, held: Collection[int], within: timedelta) -> Due:
        """Runs that are not held and whose time is over that soon."""
        return await self._database.read(
            partial(
                backlog.late,
                portal_id=self.portal.id,
                before=datetime.now(UTC) + within,
                held=frozenset(held),
                limit=LATE_TOGETHER,
            )
        )

    def chosen(self, job: Job, chosen: Chosen) -> None:
        """Before the changing call: which documents the run means, also after a crash."""
        self._notes.chosen[job.run.id] = job.run, chosen

    def decided(self, job: Job, decided: Decided) -> None:
        """The run has its outcome."""
        self._notes.decided[job.run.id] = job, decided
        self.failed += not decided.outcome.succeeded
        self._notes.told.append(partial(_tell_decided, job.run, decided))

    def paused(self, run: StoredRun, pause: Pause) -> None:
        """It waits for a PDF: it is not in hand any more, and begins anew after that time."""
        now = datetime.now(UTC)
        self._notes.paused[run.id] = Paused(
            run_id=run.id,
            looks=run.looks + 1,
            first_look_at=run.first_look_at or now,
            look_at=now + timedelta(seconds=pause.seconds),
            deadline_at=run.deadline_at,
        )

    def proven(self, run: StoredRun, user_id: int) -> None:
        """It is a run of that user."""
        self._notes.proven[run.id] = user_id

    def finished(self, run: StoredRun, ending: Ending, note: str = "") -> None:
        """Nothing is left to do."""
        self._notes.finished[run.id] = Ended(ending=ending, note=note)
        self._notes.told.append(partial(_tell_finished, run, ending, note))

    def postponed(
        self, run: StoredRun, *, due_at: datetime, reports: int, first_report_at: datetime
    ) -> None:
        """The report is tried again later."""
        self._notes.postponed.append(
            partial(
                runs.postpone,
                run_id=run.id,
                due_at=due_at,
                reports=reports,
                first_report_at=first_report_at,
            )
        )

    async def flush(self) -> None:
        """Write all that was noted; on disk when this returns.

        Raises:
            LeaseLostError: another worker has the portal; nothing was written.
        """
        if self._notes:
            await self._write_notes(releasing=None)

    async def close(self) -> None:
        """Write the last notes and give the portal back; only with no request under way.

        Raises:
            LeaseLostError: another worker has the portal, and notes were not written.
        """
        if self._notes:
            await self._write_notes(releasing=self._lease.releasing())
        else:
            await self._lease.release()
        self._tell()

    async def _write_notes(self, *, releasing: Callable[[Connection], None] | None) -> None:
        notes, self._notes = self._notes, Notes()

        def write(conn: Connection) -> dict[int, Granted]:
            granted = self._put(conn, notes)
            if releasing:
                releasing(conn)
            return granted

        self.granted = await self.write(write)
        self._told += notes.told
        asyncio.get_running_loop().call_later(TELLS_AFTER, self._tell)

    def _tell(self) -> None:
        """Log and count what is on disk."""
        told, self._told = self._told, []
        for tell in told:
            tell()

    async def save_endpoint(self, endpoint: str) -> None:
        """The portal's confirmed new address."""
        await self.write(lambda conn: portals.move(conn, self.portal.id, endpoint=endpoint))
        log.info("portal.moved", member_id=self.portal.member_id, endpoint=endpoint)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """A transaction of the portal's holder.

        Raises:
            LeaseLostError: another worker has the portal; nothing was written.
        """

        def write(conn: Connection) -> T:
            leases.check(conn, self.portal.id, epoch=self._lease.epoch)
            return work(conn)

        return await self._database.write(write)

    def _put(self, conn: Connection, notes: Notes) -> dict[int, Granted]:
        """In the database's thread."""
        now, granted = datetime.now(UTC), dict[int, Granted]()
        if notes.proven:
            runs.prove(conn, notes.proven)
        if notes.chosen:
            granted = put_chosen(conn, self.portal.id, notes.chosen.values(), now)
        if notes.paused:
            pauses.pause(conn, list(notes.paused.values()))
        if notes.decided:
            put_decided(conn, self.portal.id, notes.decided.values(), now)
            if self._tells:
                queue_told(conn, self.portal, notes.decided.values())
        if notes.finished:
            runs.finish(conn, notes.finished, now=now)
        for postpone in notes.postponed:
            postpone(conn)
        return granted


def _tell_decided(run: StoredRun, decided: Decided) -> None:
    error_code = decided.outcome.error_code
    # A portal may name any robot, and each name would stay in the metrics.
    robot = run.code if run.code in CODES else "unknown"
    RUNS.labels(robot=robot, error_code=error_code).inc()
    log.info(
        "run.decided", run_id=run.id, robot=run.code, item=run.document_id, error_code=error_code
    )


def _tell_finished(run: StoredRun, ending: Ending, note: str) -> None:
    FINISHED.labels(ending=ending).inc()
    if ending is Ending.REPORTED and run.code in ENABLING:
        age = datetime.now(UTC) - run.received_at
        TIME_TO_LINK.observe(max(age.total_seconds(), 0.0))
    level = log.error if ending is Ending.REFUSED else log.info
    level("run.finished", run_id=run.id, ending=ending, note=note)
