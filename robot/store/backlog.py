"""The runs of a portal that wait for its worker, and which portals have some."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, or_, select

from robot.flows.flow import Outcome
from robot.protocol.items import Item
from robot.store import waiting
from robot.store.runs import NewRun, Source, StoredRun
from robot.store.tables import portals, runs

LOOKING_TOGETHER = 100  # runs that look for their PDF: two requests; the others come later


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What a worker takes in hand."""

    runs: Sequence[StoredRun]
    has_more: bool  # there may be more


_DUE = (
    select(runs.c.id)
    .where(
        runs.c.portal_id == bindparam("of_portal"),
        runs.c.finished_at.is_(None),
        runs.c.due_at <= bindparam("now"),
    )
    .order_by(runs.c.due_at, runs.c.id)
    .limit(bindparam("most"))
)
_LATE = select(runs.c.id).where(
    waiting.of_portal(bindparam("of_portal")),
    runs.c.outcome.is_(None),
    runs.c.deadline_at <= bindparam("before"),
)
_TURN = (
    select(portals.c.id)
    .where(portals.c.id == bindparam("of_portal"))
    .with_for_update(key_share=True)
)
_LOOKING = (
    select(runs)
    .where(
        runs.c.portal_id == bindparam("of_portal"),
        runs.c.finished_at.is_(None),
        runs.c.look_at <= bindparam("now"),
    )
    .order_by(runs.c.look_at, runs.c.id)
    .limit(LOOKING_TOGETHER)
)
_DUE_RUNS = _DUE.with_only_columns(*runs.c)
_FETCH = (
    select(runs)
    .where(runs.c.id.in_(bindparam("ids", expanding=True)), runs.c.finished_at.is_(None))
    .order_by(runs.c.sent_at, runs.c.id)
)


def due(
    conn: Connection, portal_id: int, *, now: datetime, room: int, held: Collection[int] = ()
) -> Due:
    """Up to `room` due runs of a portal that are not held, in Bitrix24's order."""
    if not held:
        return _first_due(conn, portal_id, now=now, room=room)
    limit = len(held) + room
    ids = due_ids(conn, portal_id, now=now, limit=limit)
    fresh = [run_id for run_id in ids if run_id not in held][:room]
    return Due(runs=fetch(conn, fresh) if fresh else [], has_more=len(ids) == limit)


def _first_due(conn: Connection, portal_id: int, *, now: datetime, room: int) -> Due:
    rows = conn.execute(_DUE_RUNS, {"of_portal": portal_id, "now": now, "most": room})
    found = [stored(row) for row in rows]
    found.sort(key=lambda run: (run.sent_at, run.id))
    return Due(runs=found, has_more=len(found) == room)


def looking(conn: Connection, portal_id: int, *, now: datetime, held: Collection[int]) -> Due:
    """Runs that waited for a PDF and look again, a few at a time, as far as they are not held."""
    rows = conn.execute(_LOOKING, {"of_portal": portal_id, "now": now})
    fresh = [stored(row) for row in rows if row.id not in held]
    return Due(runs=fresh, has_more=False)


def late(
    conn: Connection, portal_id: int, *, before: datetime, held: Collection[int], limit: int
) -> Due:
    """Undecided runs of a portal whose time is over then, however many others came before them.

    Reads the portal's whole backlog.
    """
    rows = conn.execute(_LATE, {"of_portal": portal_id, "before": before})
    fresh = [row.id for row in rows if row.id not in held][:limit]
    return Due(runs=fetch(conn, fresh) if fresh else [], has_more=False)


def due_ids(conn: Connection, portal_id: int, *, now: datetime, limit: int) -> list[int]:
    """The unfinished runs of a portal that are due, oldest first."""
    rows = conn.execute(_DUE, {"of_portal": portal_id, "now": now, "most": limit})
    return [row.id for row in rows]


def fetch(conn: Connection, ids: Sequence[int]) -> list[StoredRun]:
    """These runs as far as they are unfinished, in the order in which Bitrix24 sent them."""
    return [stored(row) for row in conn.execute(_FETCH, {"ids": ids})]


def stored(row: Row[Any]) -> StoredRun:
    """A row of the table as the work on it sees it."""
    item = None
    if row.entity_id is not None:
        item = Item(
            entity_type_id=row.entity_type_id, id=row.entity_id, document_id=row.document_id
        )
    return StoredRun(
        id=row.id,
        code=row.code,
        source=Source(row.source),
        user_id=row.user_id,
        item=item,
        document_id=row.document_id,
        inputs=row.inputs,
        wants_reply=row.wants_reply,
        sent_at=row.sent_at,
        received_at=row.received_at,
        deadline_at=row.deadline_at,
        secrets=row.secrets,
        chosen=tuple(row.chosen) if row.chosen is not None else None,
        outcome=_outcome(row),
        reports=row.reports,
        first_report_at=row.first_report_at,
        own_tokens_only=row.own_tokens_only,
        looks=row.looks,
        first_look_at=row.first_look_at,
    )


def _outcome(row: Row[Any]) -> Outcome | None:
    """The decided outcome; what it did to links and robots was saved with it."""
    if row.outcome is None:
        return None
    return Outcome(succeeded=row.succeeded, outputs=row.outcome["outputs"], log=row.outcome["log"])


def take_turn(conn: Connection, portal_id: int) -> None:
    """Nobody else who takes turns queues a run for this portal before the transaction's end."""
    conn.execute(_TURN, {"of_portal": portal_id})


def waits_for(conn: Connection, portal_id: int, code: str) -> bool:
    """Whether such a run is waiting; nobody queues one for this portal before we are through."""
    take_turn(conn, portal_id)
    return unfinished(conn, portal_id, code) is not None


def unfinished(
    conn: Connection, portal_id: int, code: str, *, source: Source | None = None
) -> int | None:
    """Such a run that is waiting; reads all that waits there."""
    found = select(runs.c.id).where(waiting.of_portal(portal_id), runs.c.code == code)
    if source:
        found = found.where(runs.c.source == source)
    return conn.scalar(found.limit(1))


def number_like(conn: Connection, new: NewRun) -> int:
    """How many runs like this one wait on behalf of the same employee; reads all that waits."""
    found = select(func.count()).where(
        waiting.of_portal(new.portal_id),
        runs.c.code == new.code,
        runs.c.source == new.source,
        runs.c.user_id == new.user_id,
    )
    return conn.execute(found).scalar_one()


def busy_portals(conn: Connection, *, now: datetime, at: datetime, owner: str) -> list[int]:
    """Installed portals that have runs to look at; one look into an index for each portal.

    Not those of another worker, whose lease still holds `at` that time of the leases' clock.
    """
    is_free = or_(portals.c.owner.is_(None), portals.c.owner == owner, portals.c.lease_until <= at)
    due = (
        select(runs.c.id)
        .where(runs.c.portal_id == portals.c.id, runs.c.finished_at.is_(None), runs.c.due_at <= now)
        .exists()
    )
    looking = (
        select(runs.c.id)
        .where(runs.c.portal_id == portals.c.id, runs.c.finished_at.is_(None))
        .where(runs.c.look_at <= now)
        .exists()
    )
    rows = conn.execute(
        select(portals.c.id).where(portals.c.removed_at.is_(None), is_free, or_(due, looking))
    )
    return [row.id for row in rows]
