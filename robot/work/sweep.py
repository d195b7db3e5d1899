"""What nobody works on: due runs of portals that nobody holds, and links whose time has come."""

from collections.abc import Collection
from datetime import UTC, datetime
from functools import partial

from sqlalchemy.engine import Connection

from robot.store import backlog, expiry, leases
from robot.work import ending
from robot.work.clock import Clock
from robot.work.tools import Tools

# A link that was turned off is off for good: a clock that was just set is not believed yet.
CLOCK_SETTLES = 60.0  # seconds


async def busy_portals(tools: Tools, clock: Clock) -> Collection[int]:
    """Portals that this process may look after, and has a reason to."""
    portal_ids, are_links_due = await tools.database.read(partial(_look, owner=tools.owner))
    found = set(portal_ids)
    if clock.jumped_within(CLOCK_SETTLES):
        return found
    while are_links_due:
        queued, are_links_due = await tools.database.write(ending.queue_due)
        found |= queued
    return found


def _look(conn: Connection, owner: str) -> tuple[list[int], bool]:
    at = leases.moment(conn)
    busy = backlog.busy_portals(conn, now=datetime.now(UTC), at=at, owner=owner)
    return busy, expiry.is_any_due(conn, now=at)
