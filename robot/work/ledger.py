"""What the holder of a portal writes down. Everything noted together is one transaction, and
none of it is written once another worker has the lease.
"""

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from functools import partial

from sqlalchemy.engine import Connection

from robot.flows.catalogue import ENABLE
from robot.flows.flow import Chosen
from robot.logs import get_logger
from robot.metrics import FINISHED, RUNS, TIME_TO_LINK
from robot.protocol.oauth import Tokens
from robot.store import leases, links, portals, runs, tokens
from robot.store.links import Origin
from robot.store.portals import Portal
from robot.store.runs import Ending, StoredRun
from robot.work.job import Decided, Job
from robot.work.lease import Lease
from robot.work.tools import Tools

log = get_logger()
Write = Callable[[Connection], None]
Tell = Callable[[], None]  # once it is on disk


class Ledger:
    """The pen of one portal's worker."""

    def __init__(self, tools: Tools, portal: Portal, lease: Lease) -> None:
        self._database = tools.database
        self._vault = tools.vault
        self._portal = portal
        self._lease = lease
        self._noted: list[Write] = []
        self._told: list[Tell] = []

    async def load(self, *, held: Collection[int], room: int) -> tuple[list[StoredRun], bool]:
        """Up to `room` due runs that are not held yet, and whether there may be more."""
        return await self._database.read(partial(self._load, held=set(held), room=room))

    def _load(
        self, conn: Connection, *, held: Collection[int], room: int
    ) -> tuple[list[StoredRun], bool]:
        limit = len(held) + room
        ids = runs.due_ids(conn, self._portal.id, now=datetime.now(UTC), limit=limit)
        fresh = [run_id for run_id in ids if run_id not in held][:room]
        return runs.fetch(conn, fresh) if fresh else [], len(ids) == limit

    async def stored_tokens(self) -> list[Tokens]:
        """The newest tokens of each user of the portal."""
        return await self._database.read(
            lambda conn: tokens.of_portal(conn, self._vault, self._portal)
        )

    def chosen(self, job: Job, chosen: Chosen) -> None:
        """Before the changing call: which documents the run means, also after a crash."""
        self._noted.append(partial(self._write_chosen, job.run, chosen))

    def decided(self, job: Job, decided: Decided) -> None:
        """The run has its outcome."""
        self._noted.append(partial(self._write_decided, job, decided))
        self._told.append(partial(_tell_decided, job.run, decided))

    def finished(self, run: StoredRun, ending: Ending, note: str = "") -> None:
        """Nothing is left to do."""
        self._noted.append(
            lambda conn: runs.finish(conn, run.id, ending, now=datetime.now(UTC), note=note)
        )
        self._told.append(partial(_tell_finished, run, ending, note))

    def postponed(
        self, run: StoredRun, *, due_at: datetime, reports: int, first_report_at: datetime
    ) -> None:
        """The report is tried again later."""
        self._noted.append(
            lambda conn: runs.postpone(
                conn, run.id, due_at=due_at, reports=reports, first_report_at=first_report_at
            )
        )

    async def flush(self) -> None:
        """Write all that was noted; on disk when this returns.

        Raises:
            LeaseLostError: another worker has the portal; nothing was written.
        """
        if not self._noted:
            return
        noted, self._noted = self._noted, []
        told, self._told = self._told, []
        await self._write(noted)
        for tell in told:
            tell()

    async def save_renewed(self, renewed: Tokens) -> None:
        """A renewed pair is written down before its first use: the old one may be dead."""
        await self._write(
            [lambda conn: tokens.save(conn, self._vault, self._portal, renewed, overrule=True)]
        )
        log.info("token.renewed", member_id=self._portal.member_id, user_id=renewed.user_id)

    async def save_proven(self, proven: Tokens) -> None:
        """An event's tokens, after the authorization server said whose they are."""
        await self._write(
            [lambda conn: tokens.save(conn, self._vault, self._portal, proven, overrule=False)]
        )

    async def save_endpoint(self, endpoint: str) -> None:
        """The portal's confirmed new address."""
        await self._write([lambda conn: portals.move(conn, self._portal.id, endpoint=endpoint)])
        log.info("portal.moved", member_id=self._portal.member_id, endpoint=endpoint)

    async def _write(self, noted: list[Write]) -> None:
        await self._database.write(partial(self._write_all, noted))

    def _write_all(self, noted: list[Write], conn: Connection) -> None:
        leases.check(conn, self._portal.id, epoch=self._lease.epoch)
        for write in noted:
            write(conn)

    def _write_chosen(self, run: StoredRun, chosen: Chosen, conn: Connection) -> None:
        runs.save_chosen(conn, run.id, chosen.document_ids)
        if chosen.public:
            origin = self._origin(run)
            links.ask(conn, origin, chosen.document_ids, now=datetime.now(UTC))

    def _origin(self, run: StoredRun) -> Origin:
        return Origin(portal_id=self._portal.id, run_id=run.id, item=run.document_id)

    def _write_decided(self, job: Job, decided: Decided, conn: Connection) -> None:
        now, outcome, run = datetime.now(UTC), decided.outcome, job.run
        runs.decide(conn, run.id, outcome, now=now)
        links.settle(conn, self._origin(run), outcome.links, is_known=decided.is_known, now=now)
        if outcome.registered:
            portals.save_robots(
                conn, self._portal.id, outcome.registered, user_id=job.user_id, now=now
            )


def _tell_decided(run: StoredRun, decided: Decided) -> None:
    error_code = decided.outcome.error_code
    RUNS.labels(robot=run.code, error_code=error_code).inc()
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
