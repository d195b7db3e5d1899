"""How a portal is: what the database tells at once, and what Bitrix24 told when it was asked.

Asking takes a while and may be preceded by registering; both are runs, whose numbers the page hands
back until they are over. So any process can go on where another one began.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from urllib.parse import urlencode

from sqlalchemy.engine import Connection
from starlette.requests import Request

from handlers.page.visit import errands_of
from handlers.state import State
from robot.flows.catalogue import REGISTER
from robot.store import glance, history, portals
from robot.store.glance import LastRun
from robot.store.history import PastRun
from robot.store.portals import Portal
from robot.work.checks import finding, here, looks, stored
from robot.work.checks.finding import Finding
from robot.work.checks.looks import Look
from robot.work.checks.message import Message
from robot.work.checks.portal_words import SYNC

SLOW_AFTER = timedelta(seconds=20)  # then registering takes longer than it should
ROBOTS = "robots"
_WORST_FIRST = (finding.State.FAILED, finding.State.WARNING, finding.State.WELL)


class Stage(StrEnum):
    """What the page waits for."""

    OPENING = "opening"  # nobody was asked yet
    REGISTERING = "registering"
    ASKING = "asking"
    KNOWN = "known"


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What is shown of it."""

    stage: Stage
    findings: Sequence[Finding]
    last_run: LastRun | None
    at: datetime | None = None  # when Bitrix24 told
    is_slow: bool = False
    registering: int | None = None  # runs
    asking: int | None = None

    @property
    def wrong(self) -> Sequence[Finding]:
        """What needs somebody, the worst first."""
        found = [one for one in self.findings if one.state is not finding.State.WELL]
        return sorted(found, key=lambda one: _WORST_FIRST.index(one.state))

    @property
    def well(self) -> Sequence[Finding]:
        """What is as it should be."""
        return [one for one in self.findings if one.state is finding.State.WELL]

    @property
    def failed(self) -> int:
        """How many must be mended."""
        return sum(one.state is finding.State.FAILED for one in self.findings)

    @property
    def query(self) -> str:
        """What the page asks with next."""
        values = {
            "stage": self.stage,
            "slow": "1" if self.is_slow else "",
            "registering": self.registering,
            "asking": self.asking,
        }
        return urlencode({name: value for name, value in values.items() if value})


async def current(
    request: Request[State],
    portal: Portal,
    *,
    registering: int | None = None,
    asking: int | None = None,
    begins: bool = True,
) -> Health:
    """How it is now; asks Bitrix24 where that is due, if it may begin to."""
    settings, now = request.state["tools"].settings, datetime.now(UTC)

    def read(conn: Connection) -> tuple[Portal, list[Finding], LastRun | None, PastRun | None]:
        run = registering and history.errand(conn, portal.id, registering, code=REGISTER)
        as_it_is = portals.find(conn, portal.id) or portal  # that run changes it
        at_once = here.at_once(conn, as_it_is, settings, now=now)
        return as_it_is, at_once, glance.last_run(conn, portal.id), run or None

    portal, at_once, last_run, registered = await request.state["tools"].database.read(read)
    known = Health(stage=Stage.KNOWN, findings=at_once, last_run=last_run, registering=registering)
    if registered and not registered.decided_at and not registered.finished_at:
        is_slow = now - registered.received_at > SLOW_AFTER
        return replace(known, stage=Stage.REGISTERING, is_slow=is_slow)
    if not stored.is_named(settings, portal):
        return known  # nobody may be asked in its name
    since = registered.decided_at if registered else None
    look = _unless_older(request.state["looks"].last(portal.id, now=now), since)
    if look is None and not begins:
        return replace(known, stage=Stage.OPENING)
    if look is None:
        look, asking = await _asked(request, portal, asking, now, since)
    if look is None:
        return replace(known, stage=Stage.ASKING, asking=asking)
    return replace(known, findings=_together(at_once, look.findings, registered), at=look.at)


def _unless_older(look: Look | None, registered_at: datetime | None) -> Look | None:
    """That look, unless it was begun before the robots were registered."""
    return None if look and registered_at and registered_at > look.at else look


async def _asked(
    request: Request[State],
    portal: Portal,
    asking: int | None,
    now: datetime,
    since: datetime | None,
) -> tuple[Look | None, int | None]:
    """What Bitrix24 told by now, else the run that asks it."""
    errands, settings = errands_of(request), request.state["tools"].settings
    if asking:
        try:
            seen = await request.state["looks"].outcome(errands, settings, portal, asking, now=now)
            if seen is None or _unless_older(seen, since):
                return seen, asking
        except LookupError:
            pass  # another page of the same portal was first; its process remembers
    return None, await looks.ask(errands, settings, portal)


def _together(
    at_once: Sequence[Finding], asked: Sequence[Finding], registered: PastRun | None
) -> Sequence[Finding]:
    """What Bitrix24 says of the robots counts, not what we knew; and why they were refused."""
    refused: Mapping[str, str] = registered.outputs if registered and registered.failed else {}
    found = [*(one for one in at_once if one.name != ROBOTS), *asked]
    return [
        finding.failed(ROBOTS, Message(refused["error_text"]), SYNC)
        if refused and one.name == ROBOTS and one.state is finding.State.FAILED
        else one
        for one in found
    ]
