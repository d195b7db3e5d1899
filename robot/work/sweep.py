"""What nobody works on: due runs of portals that nobody holds, and links whose time has come."""

from collections.abc import Collection
from datetime import UTC, datetime
from functools import partial

from sqlalchemy.engine import Connection

from robot.store import backlog, expiry, leases
from robot.work import ending
from robot.work.tools import Tools


async def busy_portals(tools: Tools) -> Collection[int]:
    """Portals that this process may look after, and has a reason to."""
    portal_ids, are_links_due = await tools.database.read(partial(_look, owner=tools.owner))
    found = set(portal_ids)
    while are_links_due:
        queue = partial(ending.queue_due, now=datetime.now(UTC))
        queued, are_links_due = await tools.database.write(queue)
        found |= queued
    return found


def _look(conn: Connection, owner: str) -> tuple[list[int], bool]:
    now = datetime.now(UTC)
    busy = backlog.busy_portals(conn, now=now, at=leases.moment(conn), owner=owner)
    return busy, expiry.is_any_due(conn, now=now)
