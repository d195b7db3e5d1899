"""Links that are to end: the access that it takes is kept alive, and what is overdue is told.

One of all replicas does so each hour. Ending the links is the sweep's: see `ending.py`.
"""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy.engine import Connection

from robot.logs import get_logger
from robot.store import duties, expiry, portals
from robot.work import renewing
from robot.work.telling import queue_overdue
from robot.work.tools import Tools

EVERY = 300.0  # seconds between two looks whose turn it is
HOURLY = timedelta(minutes=54)
# After a start the links whose end came meanwhile are about to be turned off: no need to tell.
SETTLES_FOR = 300.0  # seconds
REMEDY = (
    "`linkrobot doctor` says what is wrong with this portal; once that is mended, the links are "
    "turned off within about an hour. `linkrobot links --ends-within 0s` shows them, `linkrobot "
    "link disable --portal … ID` turns one off at once."
)

log = get_logger()


class LinkWatch:
    """Looks after the links of all portals while this process works."""

    def __init__(self, tools: Tools, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._tools = tools
        self._clock = clock
        self._began_at = clock()

    async def look(self) -> None:
        """Renew access that grows old, and tell of links that should have ended."""
        renewed = await self._tools.database.write(_renew)  # the sweep finds these runs
        if renewed:
            log.info("access.grows_old", portals=len(renewed))
        if self._clock() - self._began_at < SETTLES_FOR:
            return
        tells = self._tools.settings.notify
        overdue = await self._tools.database.write(partial(_overdue, tells=tells))
        for member_id, number in overdue.items():
            log.warning("links.overdue", member_id=member_id, number=number, remedy=REMEDY)


def _renew(conn: Connection) -> list[int]:
    now = datetime.now(UTC)
    if not duties.take(conn, "renewals", every=HOURLY, now=now):
        return []
    return renewing.queue_renewals(conn, now=now)


def _overdue(conn: Connection, *, tells: bool) -> Mapping[str, int]:
    """By the portals' member_id; their administrators are told as well."""
    now = datetime.now(UTC)
    if not duties.take(conn, "overdue", every=HOURLY, now=now):
        return {}
    numbers = expiry.count_overdue(conn, before=now - expiry.OVERDUE_AFTER)
    if not numbers:
        return {}
    found = [portal for portal in portals.listed(conn) if portal.id in numbers]
    for portal in found if tells else ():
        queue_overdue(conn, portal, numbers[portal.id])
    return {portal.member_id: numbers[portal.id] for portal in found}
