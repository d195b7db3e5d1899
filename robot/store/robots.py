"""What is registered at each portal: the robots, and the templates that they offer."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, or_, select, update

from robot.flows.flow import Template
from robot.store.tables import portals, robots
from robot.store.upsert import insert


def registered(conn: Connection, portal_id: int) -> dict[str, str]:
    """robot -> fingerprint of its registration."""
    rows = conn.execute(select(robots).where(robots.c.portal_id == portal_id))
    return {row.code: row.fingerprint for row in rows}


def save(
    conn: Connection,
    portal_id: int,
    fingerprints: Mapping[str, str],
    *,
    templates: Mapping[int, Template] | None = None,
    user_id: int,
    now: datetime,
) -> None:
    """Remember all that is registered now, and whose token could do it: an administrator's.

    `templates`: as Bitrix24 told them; None: it did not, and what was known stays.
    """
    values: dict[str, Any] = {"user_id": user_id, "templates_at": now}
    if templates is not None:
        values["templates"] = {str(one): asdict(found) for one, found in templates.items()}
    conn.execute(update(portals).where(portals.c.id == portal_id).values(**values))
    conn.execute(
        delete(robots).where(robots.c.portal_id == portal_id, robots.c.code.not_in(fingerprints))
    )
    for code, fingerprint in fingerprints.items():
        row_values = {"fingerprint": fingerprint, "registered_at": now}
        row = insert(conn, robots).values(portal_id=portal_id, code=code, **row_values)
        conn.execute(
            row.on_conflict_do_update(index_elements=["portal_id", "code"], set_=row_values)
        )


def forget(conn: Connection, portal_id: int) -> None:
    """The portal wiped its robots, as it does at every update of the app.

    Those that stand in stages there come back with them, so their templates' names stay.
    """
    conn.execute(delete(robots).where(robots.c.portal_id == portal_id))


def forget_templates(conn: Connection, portal_id: int) -> None:
    """The app was removed."""
    conn.execute(
        update(portals).where(portals.c.id == portal_id).values(templates=None, templates_at=None)
    )


def take_due(conn: Connection, *, every: timedelta, now: datetime, limit: int) -> list[int]:
    """Portals with robots whose templates were not read for so long; nobody else takes them now.

    A time that seems to come much later was noted before the clock was set back.
    """
    at = portals.c.templates_at
    is_due = or_(at.is_(None), at <= now - every, at > now + every)
    has_robots = select(robots.c.code).where(robots.c.portal_id == portals.c.id).exists()
    oldest = (
        select(portals.c.id)
        .where(portals.c.removed_at.is_(None), has_robots, is_due)
        .order_by(at.nulls_first(), portals.c.id)
        .limit(limit)
    )
    taken = (
        update(portals)
        .where(portals.c.id.in_(oldest), is_due)
        .values(templates_at=now)
        .returning(portals.c.id)
    )
    return [row.id for row in conn.execute(taken)]


def read_templates(stored: Mapping[str, Mapping[str, Any]] | None) -> dict[int, Template]:
    """As `save` wrote them."""
    return {int(one): Template(**found) for one, found in (stored or {}).items()}
