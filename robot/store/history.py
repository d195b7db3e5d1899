"""What people ask about runs: what ran, what waits, and forgetting what is old."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, false, func, select, update

from robot.store.runs import Ending, State
from robot.store.tables import portals, runs


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRun:
    """A run as it is shown to people; it holds no secret."""

    id: int
    member_id: str
    endpoint: str
    code: str
    source: str
    document_id: str
    state: str
    received_at: datetime
    decided_at: datetime | None
    finished_at: datetime | None
    ending: str | None
    outputs: dict[str, str]
    note: str | None

    @property
    def host(self) -> str:
        """The portal's address as people know it."""
        return self.endpoint.split("/")[2]

    @property
    def failed(self) -> bool:
        """It was decided, and the robot could not do its work."""
        return bool(self.outputs) and self.outputs.get("succeeded") != "Y"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A portal's runs that are not finished."""

    member_id: str
    count: int
    oldest_received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A portal's runs while a burst is worked off."""

    portal_id: int
    host: str  # its address as people know it
    waiting: int
    done: int  # finished since the look began: the link is with the workflow
    failed: int  # finished otherwise


def progress(conn: Connection, *, since: datetime) -> list[Progress]:
    """Each portal with unfinished runs, or with runs finished since that time."""
    is_waiting = runs.c.finished_at.is_(None)
    is_taken = runs.c.ending.in_([Ending.REPORTED, Ending.NOT_AWAITED])
    is_done = func.coalesce(runs.c.succeeded, false()) & is_taken
    rows = conn.execute(
        select(
            portals.c.id,
            portals.c.endpoint,
            func.count().filter(is_waiting).label("waiting"),
            func.count().filter(runs.c.finished_at >= since, is_done).label("done"),
            func.count().filter(runs.c.finished_at >= since, ~is_done).label("failed"),
        )
        .join(portals, portals.c.id == runs.c.portal_id)
        .where(is_waiting | (runs.c.finished_at >= since))
        .group_by(portals.c.id, portals.c.endpoint)
        .order_by(portals.c.endpoint)
    )
    return [
        Progress(
            portal_id=row.id,
            host=row.endpoint.split("/")[2],
            waiting=row.waiting,
            done=row.done,
            failed=row.failed,
        )
        for row in rows
    ]


def newest(conn: Connection, *, limit: int, portal_id: int | None = None) -> list[PastRun]:
    """The newest runs first."""
    query = _PAST.order_by(runs.c.id.desc()).limit(limit)
    if portal_id:
        query = query.where(runs.c.portal_id == portal_id)
    return [_past(row) for row in conn.execute(query)]


def by_ids(conn: Connection, ids: Sequence[int]) -> list[PastRun]:
    """These runs, in the order of their numbers."""
    query = _PAST.where(runs.c.id.in_(ids)).order_by(runs.c.id)
    return [_past(row) for row in conn.execute(query)]


def errand(conn: Connection, portal_id: int, run_id: int, *, code: str) -> PastRun | None:
    """That run of this portal, where it is one of that kind."""
    query = _PAST.where(runs.c.id == run_id, runs.c.portal_id == portal_id, runs.c.code == code)
    row = conn.execute(query).one_or_none()
    return _past(row) if row else None


def waiting(conn: Connection) -> list[Waiting]:
    """What is not finished, portal by portal."""
    rows = conn.execute(
        select(
            portals.c.member_id,
            func.count().label("number"),
            func.min(runs.c.received_at, type_=runs.c.received_at.type).label("oldest"),
        )
        .join(portals, portals.c.id == runs.c.portal_id)
        .where(runs.c.finished_at.is_(None))
        .group_by(portals.c.member_id)
    )
    return [
        Waiting(member_id=row.member_id, count=row.number, oldest_received_at=row.oldest)
        for row in rows
    ]


def forget(conn: Connection, *, before: datetime, limit: int) -> int:
    """Delete finished runs that ended before that time; returns how many (at most `limit`)."""
    old = select(runs.c.id).where(runs.c.finished_at < before).limit(limit)
    return conn.execute(delete(runs).where(runs.c.id.in_(old))).rowcount


def drop(conn: Connection, ids: Sequence[int]) -> None:
    """Delete these runs, as far as they have ended."""
    conn.execute(delete(runs).where(runs.c.id.in_(ids), runs.c.finished_at.is_not(None)))


def end_unanswered(conn: Connection, *, before: datetime, now: datetime, limit: int) -> int:
    """End runs received before that time that nobody could report; returns how many."""
    old = (
        select(runs.c.id)
        .where(runs.c.finished_at.is_(None), runs.c.received_at < before)
        .limit(limit)
    )
    ended = conn.execute(
        update(runs)
        .where(runs.c.id.in_(old))
        .values(state=State.FINISHED, finished_at=now, ending=Ending.UNDELIVERED, secrets=None)
    )
    return ended.rowcount


_PAST = select(
    runs.c.id,
    portals.c.member_id,
    portals.c.endpoint,
    runs.c.code,
    runs.c.source,
    runs.c.document_id,
    runs.c.state,
    runs.c.received_at,
    runs.c.decided_at,
    runs.c.finished_at,
    runs.c.ending,
    runs.c.outcome,
    runs.c.note,
).join(portals, portals.c.id == runs.c.portal_id)


def _past(row: Any) -> PastRun:
    values = dict(row._mapping)
    outcome = values.pop("outcome") or {}
    return PastRun(**values, outputs=outcome.get("outputs", {}))
