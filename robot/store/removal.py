"""What goes when a portal removes the app: its secrets at once, its waiting runs in steps."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, func, or_, select, update

from robot.store import expiry, notices, robots
from robot.store import waiting as still_waiting
from robot.store.runs import Ending, State
from robot.store.tables import audit, links, portals, runs, tokens
from robot.store.tables import robots as registered


def remove(conn: Connection, portal_id: int, *, now: datetime) -> None:
    """The portal removed the app: forget every secret of it; its history stays.

    The epoch is raised, so a worker in the middle of its runs writes nothing. `end_runs` is next.
    """
    # Whoever stores a run for it is waited for, and nobody does from here on.
    conn.execute(select(portals.c.id).where(portals.c.id == portal_id).with_for_update())
    conn.execute(
        update(portals)
        .where(portals.c.id == portal_id)
        .values(
            removed_at=now,
            application_token_hash=None,
            owner=None,
            lease_until=None,
            epoch=portals.c.epoch + 1,
        )
    )
    conn.execute(delete(tokens).where(tokens.c.portal_id == portal_id))
    conn.execute(
        update(runs)
        .where(runs.c.portal_id == portal_id, runs.c.ending == Ending.REFUSED)
        .values(secrets=None)
    )
    robots.forget(conn, portal_id)
    robots.forget_templates(conn, portal_id)
    notices.forget_portal(conn, portal_id)
    expiry.leave(conn, portal_id, now=now)


def end_runs(conn: Connection, portal_id: int, *, now: datetime, limit: int) -> int:
    """A removed portal's waiting runs end: nobody can answer them any more; returns how many.

    At most `limit`: of those that came until `now`, when the portal removed the app; or, since the
    clock may have been set back since, of all that wait as long as it is not installed again.
    """
    is_removed = (
        select(portals.c.id)
        .where(portals.c.id == portal_id, portals.c.removed_at.is_not(None))
        .exists()
    )
    waiting = (
        select(runs.c.id)
        .where(
            still_waiting.of_portal(portal_id),
            or_(runs.c.received_at <= now, is_removed),
        )
        .limit(limit)
    )
    ended = conn.execute(
        update(runs)
        .where(runs.c.id.in_(waiting))
        .values(finished_at=now, state=State.FINISHED, ending=Ending.APP_REMOVED, secrets=None)
    )
    return ended.rowcount


def data_of(conn: Connection, portal_id: int) -> Mapping[str, int]:
    """How many rows there are of a portal, by what they are."""
    return {
        table.name: conn.scalar(
            select(func.count()).select_from(table).where(table.c.portal_id == portal_id)
        )
        or 0
        for table in (links, runs, audit)
    }


def forget_step(conn: Connection, portal_id: int, *, limit: int) -> int:
    """Delete some of what is stored of a removed portal; 0: the portal itself is gone, too."""
    for table in (runs, links, audit):
        some = select(table.c.id).where(table.c.portal_id == portal_id).limit(limit)
        if gone := conn.execute(delete(table).where(table.c.id.in_(some))).rowcount:
            return gone
    conn.execute(delete(tokens).where(tokens.c.portal_id == portal_id))
    conn.execute(delete(registered).where(registered.c.portal_id == portal_id))
    notices.forget_portal(conn, portal_id)
    is_removed = portals.c.removed_at.is_not(None)
    conn.execute(delete(portals).where(portals.c.id == portal_id, is_removed))
    return 0


def removed_with_runs(
    conn: Connection, *, member_id: str | None = None
) -> list[tuple[int, datetime]]:
    """Removed portals whose runs have not all ended, each with the time of its removal.

    With `member_id` only those of that Bitrix24.
    """
    waiting = select(runs.c.id).where(still_waiting.of_portal(portals.c.id)).exists()
    query = select(portals.c.id, portals.c.removed_at).where(
        portals.c.removed_at.is_not(None), waiting
    )
    if member_id is not None:
        query = query.where(portals.c.member_id == member_id)
    return [(row.id, row.removed_at) for row in conn.execute(query)]
