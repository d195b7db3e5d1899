"""A portal's runs as its administrators look for them: newest first, a page at a time, in full.

Each question has an index for its order (schema 0004): there may be a million runs.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, literal_column, select

from robot.store.runs import Ending
from robot.store.tables import audit, links, runs

OF_ONE_SUBJECT = 1_000  # runs of a CRM item, or of a document, that are looked through
TAKEN = (Ending.REPORTED, Ending.NOT_AWAITED)  # whoever waited has the outcome


class Stage(StrEnum):
    """What people tell runs apart by."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"  # it could not do its work, or its workflow has not got the outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What runs are about; each that fits one of these is meant."""

    items: Collection[str] = ()  # Bitrix24's names
    document_id: int | None = None
    run_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which of a portal's runs; what is left out does not matter."""

    portal_id: int
    subject: Subject | None = None
    stage: Stage | None = None
    with_own: bool = False  # also what Linkrobot looks after by itself
    before: int | None = None  # older than that run
    after: int | None = None  # newer than that run; the oldest of them first


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRun:
    """A run in full; it holds no secret."""

    id: int
    code: str
    source: str
    user_id: int | None
    own_tokens_only: bool
    entity_type_id: int | None
    entity_id: int | None
    document_id: str
    inputs: Mapping[str, Any]
    wants_reply: bool
    sent_at: datetime
    received_at: datetime
    deadline_at: datetime
    due_at: datetime
    reports: int
    first_report_at: datetime | None
    chosen: Sequence[int] | None
    chosen_at: datetime | None
    decided_at: datetime | None
    succeeded: bool | None
    error_code: str | None
    finished_at: datetime | None
    ending: str | None
    note: str | None
    looks: int
    first_look_at: datetime | None
    look_at: datetime | None
    outputs: Mapping[str, Any] = field(default_factory=dict)  # once it is decided

    @property
    def stage(self) -> Stage:
        """How people see it."""
        if self.finished_at is None:
            return Stage.WAITING
        return Stage.DONE if self.succeeded and self.ending in TAKEN else Stage.FAILED

    @property
    def is_own(self) -> bool:
        """Linkrobot looks after something by itself; no robot."""
        return self.code.startswith(OWN)


OWN = "@"  # begins the codes of runs of our own
_COLUMNS = [runs.c[one.name] for one in fields(FoundRun) if one.name != "outputs"]
_FULL: Select[Any] = select(*_COLUMNS, runs.c.outcome)
IS_OWN = func.substr(runs.c.code, 1, 1) == OWN
# As the partial indexes have them, so that they are seen to fit.
_FAILED = runs.c.succeeded.is_(literal_column("FALSE"))
_NOT_TAKEN = runs.c.ending.not_in([literal_column(f"'{ending}'") for ending in TAKEN])
# Without a time in the question SQLite would not see the index of what waits.
IS_WAITING = and_(runs.c.finished_at.is_(None), runs.c.due_at > datetime.fromtimestamp(0, UTC))
# No index is in this order: those that wait are found by their own index, and then sorted.
_UNORDERED: ColumnElement[int] = runs.c.id + 0


def found(conn: Connection, wanted: Wanted, *, limit: int) -> list[FoundRun]:
    """Those runs, the newest first."""
    ids = None if wanted.subject is None else _about(conn, wanted.portal_id, wanted.subject)
    rows = [
        row
        for stage in _stages(wanted.stage)
        for row in conn.execute(_query(wanted, ids, stage, limit))
    ]
    is_forward = wanted.after is not None
    chosen = sorted(rows, key=lambda row: row.id, reverse=not is_forward)[:limit]
    return [_run(row) for row in (reversed(chosen) if is_forward else chosen)]


def by_ids(conn: Connection, portal_id: int, ids: Collection[int]) -> list[FoundRun]:
    """That portal's runs among these, the newest first."""
    query = _FULL.where(runs.c.portal_id == portal_id, runs.c.id.in_(ids))
    return [_run(row) for row in conn.execute(query.order_by(runs.c.id.desc()))]


def _stages(stage: Stage | None) -> list[tuple[ColumnElement[bool], ...]]:
    """The conditions of a stage; with several, each is asked for by an index of its own."""
    if stage is None:
        return [()]
    if stage is Stage.WAITING:
        return [(IS_WAITING,)]
    is_over = runs.c.finished_at.is_not(None)
    if stage is Stage.DONE:
        return [(is_over, runs.c.succeeded.is_(True), runs.c.ending.in_(TAKEN))]
    return [(_FAILED, is_over), (_NOT_TAKEN, runs.c.succeeded.is_not(literal_column("FALSE")))]


def _query(
    wanted: Wanted, ids: Collection[int] | None, stage: tuple[ColumnElement[bool], ...], limit: int
) -> Select[Any]:
    number = _UNORDERED if wanted.stage is Stage.WAITING else runs.c.id
    query = _FULL.where(runs.c.portal_id == wanted.portal_id, *stage).limit(limit)
    if ids is not None:
        query = query.where(runs.c.id.in_(ids))
    if not wanted.with_own:
        query = query.where(~IS_OWN)
    if wanted.before is not None:
        query = query.where(number < wanted.before)
    if wanted.after is not None:
        return query.where(number > wanted.after).order_by(number)
    return query.order_by(number.desc())


def _about(conn: Connection, portal_id: int, subject: Subject) -> set[int]:
    """The newest runs about that."""
    ids = set() if subject.run_id is None else {subject.run_id}
    if subject.items:
        ids |= {row.id for row in conn.execute(_of_items(portal_id, subject.items))}
    if subject.document_id is not None:
        ids |= _of_document(conn, portal_id, subject.document_id)
    return ids


def _of_items(portal_id: int, items: Collection[str]) -> Select[Any]:
    return (
        select(runs.c.id, runs.c.chosen)
        .where(runs.c.portal_id == portal_id, runs.c.document_id.in_(items))
        .order_by(_UNORDERED.desc())
        .limit(OF_ONE_SUBJECT)
    )


def _of_document(conn: Connection, portal_id: int, document_id: int) -> set[int]:
    """Runs that the register and the audit know, and others of the same CRM items that chose it."""
    ids, items = set[int](), set[str]()
    for table in (links, audit):
        rows = conn.execute(
            select(table.c.run_id, table.c.item)
            .where(table.c.portal_id == portal_id, table.c.document_id == document_id)
            .order_by(table.c.id.desc())
            .limit(OF_ONE_SUBJECT)
        )
        for row in rows:
            ids |= {row.run_id} - {None}
            items |= {row.item} - {""}
    if items:
        rows = conn.execute(_of_items(portal_id, items))
        ids |= {row.id for row in rows if document_id in (row.chosen or ())}
    return ids


def _run(row: Row[Any]) -> FoundRun:
    values = dict(row._mapping)
    outcome = values.pop("outcome") or {}
    return FoundRun(**values, outputs=outcome.get("outputs", {}))
