"""Public links that we turned on: asked -> public -> off, or unknown where nobody could tell.

A run that was sent later has the last word on a link, and on its end: see `settling.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnClause, Connection, and_, literal_column

from robot.store.tables import links
from robot.store.upsert import Insert, Once


class LinkState(StrEnum):
    """What we know of a document's public link."""

    ASKED = "asked"  # a call to turn it on may be under way
    PUBLIC = "public"
    OFF = "off"
    UNKNOWN = "unknown"  # the call's answer never came


class EndedBy(StrEnum):
    """How a link ended, beside the sources of runs: robot, command, page."""

    EXPIRED = "expired"
    DELETED = "deleted"  # its document
    ELSEWHERE = "elsewhere"  # in Bitrix24, by whomever
    APP_REMOVED = "app_removed"  # it may be public still
    NEVER_ON = "never_on"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The run that asked for a link, or ended it."""

    portal_id: int
    run_id: int
    item: str  # Bitrix24's name of the CRM item; empty where no item asked
    source: str
    user_id: int | None
    sent_at: datetime


def _ask(row: Insert) -> Insert:
    """What the run has asked for before gets its end; whatever else is open stays as it is."""
    return row.on_conflict_do_update(
        index_elements=["portal_id", "document_id"],
        index_where=links.c.state != OFF,
        set_={name: row.excluded[name] for name in ("expires_at", "due_at")},
        where=and_(links.c.state == ASKED, links.c.run_id == row.excluded.run_id),
    )


# Literals, so that the partial indexes are seen to fit.
OFF: ColumnClause[str] = literal_column(f"'{LinkState.OFF}'")
ASKED: ColumnClause[str] = literal_column(f"'{LinkState.ASKED}'")
_ASK = Once(links, _ask)


def ask(
    conn: Connection,
    asked: Mapping[Origin, tuple[Sequence[int], datetime | None]],
    *,
    now: datetime,
) -> None:
    """Calls that turn these links on are about to be sent; links already open stay as they are.

    With each origin its documents, and when their links shall end.
    """
    new = {"state": LinkState.ASKED, "asked_at": now, "changed_at": now}
    rows = [
        {**asdict(origin), "document_id": one, "expires_at": end, "due_at": end, **new}
        for origin, (document_ids, end) in asked.items()
        for one in document_ids
    ]
    if rows:
        conn.execute(_ASK.of(conn), rows)
