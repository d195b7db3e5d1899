"""Links whose end has come, or of which nobody knows how they are, and what is done for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select, update

from robot.store.links import OFF, EndedBy, LinkState
from robot.store.tables import links, portals, tokens

# A link is turned off within seconds of its end. So long after it something is in the way, and
# somebody has to look.
OVERDUE_AFTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class DueLink:
    """A link that is to be turned off, or looked at."""

    id: int
    portal_id: int
    document_id: int
    item: str
    is_expired: bool  # else nobody knows how it is


def due(conn: Connection, *, now: datetime, limit: int) -> list[DueLink]:
    """Links of installed portals for which it is time; nobody else takes the same ones."""
    rows = conn.execute(
        select(links)
        .join(portals, portals.c.id == links.c.portal_id)
        .where(
            links.c.due_at <= now,
            links.c.state != LinkState.OFF,
            portals.c.removed_at.is_(None),
        )
        .order_by(links.c.due_at)
        .limit(limit)
        .with_for_update(of=links, skip_locked=True)
    )
    return [
        DueLink(
            id=row.id,
            portal_id=row.portal_id,
            document_id=row.document_id,
            item=row.item,
            is_expired=row.expires_at is not None and row.expires_at <= now,
        )
        for row in rows
    ]


def is_any_due(conn: Connection, *, now: datetime) -> bool:
    """Whether there may be some."""
    query = select(links.c.id).where(links.c.due_at <= now).limit(1)
    return conn.execute(query).one_or_none() is not None


def put_off(conn: Connection, link_ids: Sequence[int], *, until: datetime) -> None:
    """A run looks after these links; where it does not succeed, it is time again then."""
    conn.execute(update(links).where(links.c.id.in_(link_ids)).values(due_at=until))


def ended_since(
    conn: Connection, portal_id: int, document_ids: Sequence[int], *, sent_at: datetime
) -> set[int]:
    """Of these documents those whose link a run that was sent later has turned off."""
    rows = conn.execute(
        select(links.c.document_id).where(
            links.c.portal_id == portal_id,
            links.c.document_id.in_(document_ids),
            links.c.state == LinkState.OFF,
            links.c.sent_at > sent_at,
        )
    )
    return {row.document_id for row in rows}


def on_since(
    conn: Connection, portal_id: int, document_ids: Sequence[int], *, sent_at: datetime
) -> set[int]:
    """Of these documents those whose link a run that was sent later has turned on."""
    rows = conn.execute(
        select(links.c.document_id).where(
            links.c.portal_id == portal_id,
            links.c.document_id.in_(document_ids),
            links.c.state != OFF,
            links.c.sent_at > sent_at,
        )
    )
    return {row.document_id for row in rows}


def expired(
    conn: Connection, portal_id: int, document_ids: Sequence[int], *, now: datetime
) -> set[int]:
    """Of these documents those whose link is open although its end has come."""
    rows = conn.execute(
        select(links.c.document_id).where(
            links.c.portal_id == portal_id,
            links.c.document_id.in_(document_ids),
            links.c.state != LinkState.OFF,
            links.c.expires_at <= now,
        )
    )
    return {row.document_id for row in rows}


def count_overdue(conn: Connection, *, before: datetime) -> dict[int, int]:
    """Portal -> how many links are open whose end came before that time."""
    rows = conn.execute(
        select(links.c.portal_id, func.count().label("number"))
        .where(links.c.due_at.is_not(None), links.c.state != OFF, links.c.expires_at < before)
        .group_by(links.c.portal_id)
    )
    return {row.portal_id: row.number for row in rows}


def with_ends(conn: Connection) -> set[int]:
    """Portals with links that we are still to turn off at their end."""
    ends = links.c.expires_at.is_not(None) & links.c.due_at.is_not(None)
    of_portal = (links.c.portal_id == portals.c.id) & (links.c.state != OFF)
    some = select(links.c.id).where(of_portal, ends).exists()
    return set(conn.scalars(select(portals.c.id).where(some)))


def leave(conn: Connection, portal_id: int, *, now: datetime) -> None:
    """The portal removed the app: nobody can turn its links off any more."""
    still_open = update(links).where(links.c.portal_id == portal_id, links.c.state != LinkState.OFF)
    conn.execute(still_open.values(ended_by=EndedBy.APP_REMOVED, due_at=None))
    asked = still_open.where(links.c.state == LinkState.ASKED)
    conn.execute(asked.values(state=LinkState.UNKNOWN, changed_at=now))


def resume(conn: Connection, portal_id: int, *, now: datetime) -> None:
    """The portal is there again: its links end when they were to; how they are is looked at."""
    conn.execute(
        update(links)
        .where(
            links.c.portal_id == portal_id,
            links.c.state != LinkState.OFF,
            links.c.ended_by == EndedBy.APP_REMOVED,
        )
        .values(ended_by=None, due_at=now)
    )


def with_old_access(conn: Connection, *, now: datetime, before: datetime) -> list[int]:
    """Portals with links that end later, of which no access was renewed since that time."""
    ends_later = (
        select(links.c.id)
        .where(
            links.c.portal_id == portals.c.id,
            links.c.state != OFF,
            links.c.expires_at > now,
        )
        .exists()
    )
    renewed = (
        select(tokens.c.user_id)
        .where(tokens.c.portal_id == portals.c.id, tokens.c.expires_at > before)
        .exists()
    )
    rows = conn.execute(
        select(portals.c.id).where(portals.c.removed_at.is_(None), ends_later, ~renewed)
    )
    return [row.id for row in rows]
