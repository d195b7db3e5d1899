"""What of a portal's runs may be of use to a developer; what is secret is not even read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from robot.flows.flow import Template
from robot.store.robots import read_templates
from robot.store.tables import audit, portals, runs


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a run did to a document's link."""

    document_id: int
    action: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RunToExport:
    """A run as it stands, with the company's own words and numbers in it."""

    id: int
    code: str
    source: str
    user_id: int | None
    own_tokens_only: bool
    entity_type_id: int | None
    entity_id: int | None
    inputs: Mapping[str, Any]
    wants_reply: bool
    sent_at: datetime
    received_at: datetime
    deadline_at: datetime
    state: str
    looks: int
    first_look_at: datetime | None
    chosen: tuple[int, ...]
    decided_at: datetime | None
    outputs: Mapping[str, Any] | None  # None: not decided
    reports: int
    first_report_at: datetime | None
    finished_at: datetime | None
    ending: str | None
    note: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalToExport:
    """What the portal is like."""

    user_id: int  # who installed the app
    language: str
    scope: tuple[str, ...]
    has_page: bool
    has_renewed: bool
    templates: Mapping[int, Template]


def portal(conn: Connection, portal_id: int) -> PortalToExport:
    """The portal, also where it has removed the app."""
    row = conn.execute(
        select(
            portals.c.user_id,
            portals.c.language,
            portals.c.scope,
            portals.c.has_page,
            portals.c.renewed_with.is_not(None).label("has_renewed"),
            portals.c.templates,
        ).where(portals.c.id == portal_id)
    ).one()
    return PortalToExport(
        user_id=row.user_id,
        language=row.language,
        scope=tuple(row.scope.split(",")),
        has_page=row.has_page,
        has_renewed=bool(row.has_renewed),
        templates=read_templates(row.templates),
    )


def portals_of(conn: Connection, ids: Sequence[int]) -> dict[int, int]:
    """run -> its portal, of those runs that there are."""
    rows = conn.execute(select(runs.c.id, runs.c.portal_id).where(runs.c.id.in_(ids)))
    return {row.id: row.portal_id for row in rows}


def chosen_runs(conn: Connection, portal_id: int, ids: Sequence[int]) -> list[RunToExport]:
    """That portal's runs among these, in the order in which they were sent."""
    rows = conn.execute(
        select(*_COLUMNS)
        .where(runs.c.portal_id == portal_id, runs.c.id.in_(ids))
        .order_by(runs.c.sent_at, runs.c.id)
    )
    found = list(rows)
    changes = _changes(conn, portal_id, [row.id for row in found])
    return [_run(row, changes.get(row.id, ())) for row in found]


_PLAIN = (
    "id",
    "code",
    "source",
    "user_id",
    "own_tokens_only",
    "entity_type_id",
    "entity_id",
    "inputs",
    "wants_reply",
    "sent_at",
    "received_at",
    "deadline_at",
    "state",
    "looks",
    "first_look_at",
    "decided_at",
    "reports",
    "first_report_at",
    "finished_at",
    "ending",
)
_COLUMNS = [runs.c[name] for name in (*_PLAIN, "chosen", "outcome", "note")]


def _run(row: Row[Any], changes: Sequence[Change]) -> RunToExport:
    return RunToExport(
        **{name: getattr(row, name) for name in _PLAIN},
        chosen=tuple(row.chosen or ()),
        outputs=row.outcome["outputs"] if row.outcome else None,
        note=row.note or "",
        changes=tuple(changes),
    )


def _changes(conn: Connection, portal_id: int, ids: Sequence[int]) -> dict[int, list[Change]]:
    rows = conn.execute(
        select(audit.c.run_id, audit.c.document_id, audit.c.action, audit.c.at)
        .where(audit.c.portal_id == portal_id, audit.c.run_id.in_(ids))
        .order_by(audit.c.id)
    )
    found: dict[int, list[Change]] = {}
    for row in rows:
        change = Change(document_id=row.document_id, action=row.action, at=row.at)
        found.setdefault(row.run_id, []).append(change)
    return found
