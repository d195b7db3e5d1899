"""Public links that we turned on: asked -> public -> off, or unknown where nobody could tell."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from itertools import groupby

from sqlalchemy import Connection, bindparam, literal_column, select, update

from robot.flows.flow import LinkChange
from robot.store.tables import links, portals
from robot.store.upsert import Insert, Once


class LinkState(StrEnum):
    """What we know of a document's public link."""

    ASKED = "asked"  # a call to turn it on may be under way
    PUBLIC = "public"
    OFF = "off"
    UNKNOWN = "unknown"  # the call's answer never came


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Who asked for a link."""

    portal_id: int
    run_id: int
    item: str  # Bitrix24's name of the CRM item; empty where no item asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What a run's outcome did to links."""

    origin: Origin
    changes: Sequence[LinkChange] = ()
    is_known: bool = True  # False: whether the last calls ran was never answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A document's public link as it is shown to people."""

    member_id: str
    endpoint: str
    document_id: int
    item: str
    title: str
    url: str
    state: str
    asked_at: datetime
    changed_at: datetime
    run_id: int

    @property
    def host(self) -> str:
        """The portal's address as people know it."""
        return self.endpoint.split("/")[2]


def _reopen(row: Insert) -> Insert:
    return row.on_conflict_do_update(
        index_elements=["portal_id", "document_id"],
        index_where=links.c.state != literal_column(f"'{LinkState.OFF}'"),
        set_={name: row.excluded[name] for name in ("state", "url", "title", "changed_at")},
    )


_ASK = Once(links, lambda row: row.on_conflict_do_nothing())
_TURN_ON = Once(links, _reopen)
_TURN_OFF = update(links).where(
    links.c.portal_id == bindparam("of_portal"),
    links.c.document_id == bindparam("document"),
    links.c.state != literal_column(f"'{LinkState.OFF}'"),
)
_LEFT_OVER = update(links).where(
    links.c.portal_id == bindparam("of_portal"),
    links.c.run_id == bindparam("of_run"),
    # a literal, so that the partial index is seen to fit
    links.c.state == literal_column(f"'{LinkState.ASKED}'"),
)


def ask(conn: Connection, asked: Mapping[Origin, Sequence[int]], *, now: datetime) -> None:
    """Calls that turn these links on are about to be sent; links already open stay as they are."""
    new = {"state": LinkState.ASKED, "asked_at": now, "changed_at": now}
    rows = [
        {**asdict(origin), "document_id": document_id, **new}
        for origin, document_ids in asked.items()
        for document_id in document_ids
    ]
    if rows:
        conn.execute(_ASK.of(conn), rows)


def settle(conn: Connection, settled: Sequence[Settled], *, now: datetime) -> None:
    """The runs' outcomes stand: write down what became of their links.

    What a run asked for and did not get is off, or unknown where no answer came.
    """
    changes = [(one.origin, change) for one in settled for change in one.changes]
    for public, together in groupby(changes, key=lambda pair: pair[1].public):
        (_turn_on if public else _turn_off)(conn, list(together), now=now)
    rows = [
        {
            "of_portal": one.origin.portal_id,
            "of_run": one.origin.run_id,
            "state": LinkState.OFF if one.is_known else LinkState.UNKNOWN,
            "changed_at": now,
        }
        for one in settled
    ]
    conn.execute(_LEFT_OVER, rows)


def _turn_on(
    conn: Connection, changes: Sequence[tuple[Origin, LinkChange]], *, now: datetime
) -> None:
    """Each document's open row, or a new one where another run has ended it meanwhile."""
    rows = [
        {
            **asdict(origin),
            "document_id": change.document_id,
            "state": LinkState.PUBLIC,
            "url": change.url,
            "title": change.title,
            "asked_at": now,
            "changed_at": now,
        }
        for origin, change in changes
    ]
    conn.execute(_TURN_ON.of(conn), rows)


def _turn_off(
    conn: Connection, changes: Sequence[tuple[Origin, LinkChange]], *, now: datetime
) -> None:
    rows = [
        {
            "of_portal": origin.portal_id,
            "document": change.document_id,
            "state": LinkState.OFF,
            "changed_at": now,
        }
        for origin, change in changes
    ]
    conn.execute(_TURN_OFF, rows)


def listed(conn: Connection, *, portal_id: int | None = None, every: bool = False) -> list[Link]:
    """What is or may be public, newest first; with `every` also what ended."""
    query = (
        select(links, portals.c.member_id, portals.c.endpoint)
        .join(portals, portals.c.id == links.c.portal_id)
        .order_by(links.c.id.desc())
    )
    if portal_id:
        query = query.where(links.c.portal_id == portal_id)
    if not every:
        query = query.where(links.c.state != LinkState.OFF)
    return [
        Link(**{name: row._mapping[name] for name in Link.__slots__}) for row in conn.execute(query)
    ]
