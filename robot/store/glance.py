"""What a look at one portal tells at once: its last run, what waits, links past their end."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from robot.flows.catalogue import RULES
from robot.store.found_runs import IS_OWN
from robot.store.history import Waiting
from robot.store.links import OFF
from robot.store.tables import links, runs

# Runs that are looked through; where there are more, the page says what these tell.
LAST_RUNS, WAITING_RUNS = 500, 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LastRun:
    """The newest run of a robot."""

    id: int
    code: str
    document_id: str
    received_at: datetime
    decided_at: datetime | None
    succeeded: bool | None
    is_over: bool


def last_run(conn: Connection, portal_id: int) -> LastRun | None:
    """The newest run that was no errand of ours."""
    newest = (
        select(
            runs.c.id,
            runs.c.code,
            runs.c.document_id,
            runs.c.received_at,
            runs.c.decided_at,
            runs.c.succeeded,
            runs.c.finished_at.is_not(None).label("is_over"),
        )
        .where(runs.c.portal_id == portal_id)
        .order_by(runs.c.id.desc())
        .limit(LAST_RUNS)
        .subquery()
    )
    query = select(newest).where(newest.c.code.in_(RULES)).order_by(newest.c.id.desc()).limit(1)
    row = conn.execute(query).one_or_none()
    return LastRun(**row._mapping) if row else None


def waiting(conn: Connection, portal_id: int, member_id: str) -> Waiting | None:
    """Its runs that are not finished, as far as they are looked through; without our own."""
    first = (
        select(runs.c.received_at)
        .where(runs.c.portal_id == portal_id, runs.c.finished_at.is_(None), ~IS_OWN)
        .order_by(runs.c.due_at)
        .limit(WAITING_RUNS)
        .subquery()
    )
    at = first.c.received_at
    row = conn.execute(
        select(
            func.count().label("number"), func.min(at, type_=at.type).label("oldest")
        ).select_from(first)
    ).one()
    if not row.number:
        return None
    return Waiting(member_id=member_id, count=row.number, oldest_received_at=row.oldest)


def overdue(conn: Connection, portal_id: int, *, before: datetime) -> int:
    """How many of its links are open whose end came before that time."""
    query = select(func.count()).where(
        links.c.portal_id == portal_id,
        links.c.state != OFF,
        links.c.expires_at < before,
        links.c.due_at.is_not(None),
    )
    return conn.scalar(query) or 0


def has_ends(conn: Connection, portal_id: int) -> bool:
    """Whether links of it are still to be turned off at their end."""
    query = select(links.c.id).where(
        links.c.portal_id == portal_id,
        links.c.state != OFF,
        links.c.expires_at.is_not(None),
        links.c.due_at.is_not(None),
    )
    return conn.execute(query.limit(1)).one_or_none() is not None
