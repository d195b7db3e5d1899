"""Who turned which public link on or off, when and why. It is not forgotten with the runs."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from robot.store.tables import audit, portals

TOGETHER = 1_000  # rows fetched at once: there may be millions


class Action(StrEnum):
    """What happened to a link."""

    ON = "on"
    OFF = "off"
    UNKNOWN = "unknown"  # it was to be turned on, and whether it was, nobody answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line."""

    portal_id: int
    at: datetime
    action: Action
    document_id: int
    source: str  # who: a run's source, or how the link ended without a run of anybody
    user_id: int | None = None  # on whose behalf
    run_id: int | None = None
    item: str = ""  # Bitrix24's name of the CRM item
    url: str = ""
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line(Entry):
    """The same as it is shown to people."""

    member_id: str
    host: str


def write(conn: Connection, entries: Sequence[Entry]) -> None:
    """Keep these lines."""
    if entries:
        conn.execute(insert(audit), [asdict(entry) for entry in entries])


def newest(
    conn: Connection,
    *,
    limit: int,
    portal_id: int | None = None,
    document_id: int | None = None,
) -> list[Line]:
    """The newest lines first."""
    portal_ids = None if portal_id is None else [portal_id]
    return list(lines(conn, portal_ids=portal_ids, document_id=document_id, limit=limit))


def lines(
    conn: Connection,
    *,
    portal_ids: Collection[int] | None,
    document_id: int | None,
    limit: int | None,
) -> Iterator[Line]:
    """The same, of several portals, while the transaction lasts."""
    query = (
        select(audit, portals.c.member_id, portals.c.endpoint)
        .join(portals, portals.c.id == audit.c.portal_id)
        .order_by(audit.c.id.desc())
        .limit(limit)
    )
    if portal_ids is not None:
        query = query.where(audit.c.portal_id.in_(list(portal_ids)))
    if document_id is not None:
        query = query.where(audit.c.document_id == document_id)
    for row in conn.execute(query, execution_options={"yield_per": TOGETHER}):
        yield _line(row)


def _line(row: Row[Any]) -> Line:
    return Line(
        portal_id=row.portal_id,
        at=row.at,
        action=Action(row.action),
        document_id=row.document_id,
        source=row.source,
        user_id=row.user_id,
        run_id=row.run_id,
        item=row.item,
        url=row.url,
        expires_at=row.expires_at,
        member_id=row.member_id,
        host=row.endpoint.split("/")[2],
    )
