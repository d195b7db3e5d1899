"""What was found at each portal a short while ago, so that its page need not ask anew each time.

It is in this process's memory. A look that is under way is a run: any process can say what came of
it, and then the run is forgotten.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.engine import Connection

from robot.flows.catalogue import CHECK
from robot.settings import Settings
from robot.store import backlog, history, runs
from robot.store.portals import Portal
from robot.store.runs import Source
from robot.work.checks import asking
from robot.work.checks.finding import Finding
from robot.work.errands import Errands
from robot.work.registering import is_registered

KEPT_FOR = timedelta(minutes=5)
MOST = 1_000  # portals


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a portal itself told."""

    findings: Sequence[Finding]
    at: datetime  # when it was asked: what changed since then it may not know


async def ask(errands: Errands, settings: Settings, portal: Portal) -> int:
    """Begin to look, unless a look of another page is under way; returns the run's number."""
    run = asking.looking(portal, settings, asking.GIVE_UP_AFTER, source=Source.PAGE)

    def queue(conn: Connection) -> int:
        backlog.take_turn(conn, portal.id)
        under_way = backlog.unfinished(conn, portal.id, CHECK, source=Source.PAGE)
        return under_way or runs.record_one(conn, run)

    run_id = await errands.database.write(queue)
    errands.wake(portal.id)
    return run_id


class Looks:
    """The last look at each portal."""

    def __init__(self) -> None:
        self._last: OrderedDict[int, Look] = OrderedDict()

    def last(self, portal_id: int, *, now: datetime) -> Look | None:
        """The last one, if it is not too old."""
        look = self._last.get(portal_id)
        return look if look and timedelta() <= now - look.at <= KEPT_FOR else None

    def forget(self, portal_id: int) -> None:
        """It is not true any more."""
        self._last.pop(portal_id, None)

    async def outcome(
        self, errands: Errands, settings: Settings, portal: Portal, run_id: int, *, now: datetime
    ) -> Look | None:
        """What that run saw, once it is over or its time is.

        Raises:
            LookupError: there is no such run: somebody has seen its outcome.
        """
        find = partial(history.errand, portal_id=portal.id, run_id=run_id, code=CHECK)
        run = await errands.database.read(find)
        if run is None:
            raise LookupError(run_id)
        is_over = run.decided_at or run.finished_at
        if not is_over and now - run.received_at < asking.GIVE_UP_AFTER + asking.TAKEN_UP_WITHIN:
            return None
        is_as_in_code = await errands.database.read(
            lambda conn: is_registered(conn, portal, settings)
        )
        findings = asking.judge(
            portal,
            run if is_over else None,
            is_as_in_code=is_as_in_code,
            is_renewable=bool(settings.credentials),
            in_designer=settings.activities,
        )
        await errands.forget([run_id])
        return self._remember(portal.id, Look(findings=findings, at=run.received_at))

    def _remember(self, portal_id: int, look: Look) -> Look:
        self._last[portal_id] = look
        self._last.move_to_end(portal_id)
        while len(self._last) > MOST:
            self._last.popitem(last=False)
        return look
