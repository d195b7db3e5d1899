"""Public links that we turned on: asked -> public -> off, or unknown where nobody could tell."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, literal_column, select, update
from sqlalchemy.dialects.sqlite import insert

from robot.flows.flow import LinkChange
from robot.store.tables import links, portals


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


def ask(conn: Connection, origin: Origin, document_ids: Sequence[int], *, now: datetime) -> None:
    """A call that turns these links on is about to be sent; links already open stay as they are."""
    for document_id in document_ids:
        row = insert(links).values(
            **asdict(origin),
            document_id=document_id,
            state=LinkState.ASKED,
            asked_at=now,
            changed_at=now,
        )
        conn.execute(row.on_conflict_do_nothing())


def settle(
    conn: Connection,
    origin: Origin,
    changes: Sequence[LinkChange],
    *,
    is_known: bool,
    now: datetime,
) -> None:
    """The run's outcome stands: write down what became of its links.

    What the run asked for and did not get is off, or unknown where no answer came
    (`is_known` False).
    """
    for change in changes:
        if change.public:
            _turned_on(conn, origin, change, now=now)
        else:
            _turned_off(conn, origin.portal_id, change.document_id, now=now)
    conn.execute(
        update(links)
        .where(
            links.c.portal_id == origin.portal_id,
            links.c.run_id == origin.run_id,
            # a literal, so that the partial index is seen to fit
            links.c.state == literal_column(f"'{LinkState.ASKED}'"),
        )
        .values(state=LinkState.OFF if is_known else LinkState.UNKNOWN, changed_at=now)
    )


def _turned_on(conn: Connection, origin: Origin, change: LinkChange, *, now: datetime) -> None:
    """The document's open row, or a new one where another run has ended it meanwhile."""
    values = {"state": LinkState.PUBLIC, "url": change.url, "title": change.title}
    row = insert(links).values(
        document_id=change.document_id,
        asked_at=now,
        changed_at=now,
        **asdict(origin),
        **values,
    )
    conn.execute(
        row.on_conflict_do_update(
            index_elements=["portal_id", "document_id"],
            index_where=links.c.state != literal_column(f"'{LinkState.OFF}'"),
            set_={**values, "changed_at": now},
        )
    )


def _turned_off(conn: Connection, portal_id: int, document_id: int, *, now: datetime) -> None:
    conn.execute(
        update(links)
        .where(
            links.c.portal_id == portal_id,
            links.c.document_id == document_id,
            links.c.state != LinkState.OFF,
        )
        .values(state=LinkState.OFF, changed_at=now)
    )


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
