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

from robot.flows.catalogue import CODES, ENABLE
from robot.flows.flow import Chosen
from robot.logs import get_logger
from robot.metrics import FINISHED, RUNS, TIME_TO_LINK
from robot.store import backlog, leases, links, portals, runs
from robot.store.backlog import Due
from robot.store.links import Origin, Settled
from robot.store.portals import Portal
from robot.store.runs import Ended, Ending, StoredRun
from robot.work.job import Decided, Job
from robot.work.lease import Lease
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
    finished: dict[int, Ended] = field(default_factory=dict)
    postponed: list[Callable[[Connection], None]] = field(default_factory=list)
    told: list[Tell] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.chosen or self.decided or self.proven or self.finished or self.postponed)


def put_chosen(
    conn: Connection,
    portal_id: int,
    chosen: Collection[tuple[StoredRun, Chosen]],
    now: datetime,
) -> None:
    """Which documents these runs are about to change, and which links they ask for."""
    runs.save_chosen(conn, {run.id: found.document_ids for run, found in chosen})
    asked = {_origin(portal_id, run): found.document_ids for run, found in chosen if found.public}
    links.ask(conn, asked, now=now)


class Ledger:
    """The pen of one portal's worker."""

    def __init__(self, tools: Tools, portal: Portal, lease: Lease) -> None:
        self._database = tools.database
        self.portal = portal
        self._lease = lease
        self._notes = Notes()
        self._told: list[Tell] = []
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

        def write(conn: Connection) -> None:
            self._put(conn, notes)
            if releasing:
                releasing(conn)

        await self.write(write)
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

    def _put(self, conn: Connection, notes: Notes) -> None:
        """In the database's thread."""
        now = datetime.now(UTC)
        if notes.proven:
            runs.prove(conn, notes.proven)
        if notes.chosen:
            put_chosen(conn, self.portal.id, notes.chosen.values(), now)
        if notes.decided:
            self._put_decided(conn, notes.decided.values(), now)
        if notes.finished:
            runs.finish(conn, notes.finished, now=now)
        for postpone in notes.postponed:
            postpone(conn)

    def _put_decided(
        self, conn: Connection, decided: Collection[tuple[Job, Decided]], now: datetime
    ) -> None:
        runs.decide(conn, {job.run.id: found.outcome for job, found in decided}, now=now)
        settled = [
            Settled(
                origin=_origin(self.portal.id, job.run),
                changes=found.outcome.links,
                is_known=found.is_known,
            )
            for job, found in decided
        ]
        links.settle(conn, settled, now=now)
        for job, found in decided:
            if registered := found.outcome.registered:
                portals.save_robots(conn, self.portal.id, registered, user_id=job.user_id, now=now)


def _origin(portal_id: int, run: StoredRun) -> Origin:
    return Origin(portal_id=portal_id, run_id=run.id, item=run.document_id)


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
    if ending is Ending.REPORTED and run.code == ENABLE:
        age = datetime.now(UTC) - run.received_at
        TIME_TO_LINK.observe(max(age.total_seconds(), 0.0))
    level = log.error if ending is Ending.REFUSED else log.info
    level("run.finished", run_id=run.id, ending=ending, note=note)
