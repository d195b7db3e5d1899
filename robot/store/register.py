"""The register of links as people see it: what is public, until when, and how others ended."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, literal_column, or_, select

from robot.store.expiry import OVERDUE_AFTER
from robot.store.links import EndedBy, LinkState
from robot.store.tables import links, portals

TOGETHER = 1_000  # rows fetched at once: there may be millions


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A document's public link as it is shown to people."""

    id: int
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
    source: str  # who asked
    user_id: int | None
    expires_at: datetime | None
    ended_by: str | None

    @property
    def host(self) -> str:
        """The portal's address as people know it."""
        return self.endpoint.split("/")[2]

    @property
    def is_open(self) -> bool:
        """It is, or may be, public."""
        return self.state != LinkState.OFF

    def is_overdue(self, now: datetime) -> bool:
        """Open although its end came a while ago, and still ours to turn off."""
        is_ours = self.is_open and self.ended_by is None
        return is_ours and self.expires_at is not None and self.expires_at < now - OVERDUE_AFTER


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which links are asked for; what is left out does not matter."""

    portal_ids: Collection[int] | None = None
    item: str = ""
    document_id: int | None = None
    asked_before: datetime | None = None
    ends_before: datetime | None = None  # also those whose end has come already
    ended_by: str | None = None  # ended so; empty: however
    states: Collection[LinkState] = ()  # with none: as `every` says
    is_installed: bool | None = None  # whether the portal still has the app
    every: bool = False  # open and ended ones; else, without `ended_by`, open ones


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A link in the register, for those who are about to do something with it."""

    id: int
    portal_id: int
    document_id: int
    item: str
    url: str
    state: str
    changed_at: datetime
    ended_by: str | None


# A literal, so that the partial indexes are seen to fit.
_OPEN: ColumnElement[bool] = links.c.state != literal_column(f"'{LinkState.OFF}'")
_SHOWN = select(links, portals.c.member_id, portals.c.endpoint).join(
    portals, portals.c.id == links.c.portal_id
)


def listed(conn: Connection, *, portal_id: int | None = None, every: bool = False) -> list[Link]:
    """What is or may be public, newest first; with `every` also what ended."""
    portal_ids = None if portal_id is None else [portal_id]
    return list(found(conn, Wanted(portal_ids=portal_ids, every=every)))


def found(conn: Connection, wanted: Wanted, *, limit: int | None = None) -> Iterator[Link]:
    """These links, the newest first, while the transaction lasts."""
    # Rows are made in the order of `asked_at`: each kind of question has an index for its order.
    is_open = wanted.ended_by is None and not wanted.every
    order = (links.c.asked_at.desc(), links.c.id.desc()) if is_open else (links.c.id.desc(),)
    query = _SHOWN.where(*_conditions(wanted)).order_by(*order).limit(limit)
    for row in conn.execute(query, execution_options={"yield_per": TOGETHER}):
        yield _link(row)


def shown(conn: Connection, *conditions: ColumnElement[bool]) -> list[Link]:
    """The links of which that holds, as they are shown to people."""
    return [_link(row) for row in conn.execute(_SHOWN.where(*conditions))]


def count(conn: Connection, wanted: Wanted) -> Mapping[int, int]:
    """Portal -> how many links these are."""
    query = select(links.c.portal_id, func.count().label("number"))
    query = query.join(portals, portals.c.id == links.c.portal_id).group_by(links.c.portal_id)
    rows = conn.execute(query.where(*_conditions(wanted)))
    return {row.portal_id: row.number for row in rows}


def to_do(conn: Connection, wanted: Wanted) -> list[Found]:
    """These links, portal by portal, the oldest first."""
    query = (
        select(*_OF_FOUND)
        .join(portals, portals.c.id == links.c.portal_id)
        .where(*_conditions(wanted))
        .order_by(links.c.portal_id, links.c.asked_at, links.c.id)
    )
    return [Found(**row._mapping) for row in conn.execute(query)]


def by_ids(conn: Connection, ids: Sequence[int]) -> list[Found]:
    """How these links are now."""
    query = select(*_OF_FOUND).where(links.c.id.in_(ids))
    return [Found(**row._mapping) for row in conn.execute(query)]


_OF_FOUND = [links.c[name] for name in Found.__slots__]


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions = [_by_state(wanted)]
    if wanted.portal_ids is not None:
        conditions.append(links.c.portal_id.in_(list(wanted.portal_ids)))
    if wanted.is_installed is not None:
        removed_at = portals.c.removed_at
        conditions.append(removed_at.is_(None) if wanted.is_installed else removed_at.is_not(None))
    if wanted.item:
        conditions.append(links.c.item == wanted.item)
    if wanted.document_id is not None:
        conditions.append(links.c.document_id == wanted.document_id)
    if wanted.asked_before:
        conditions.append(links.c.asked_at < wanted.asked_before)
    if wanted.ends_before:
        conditions += [links.c.expires_at.is_not(None), links.c.expires_at <= wanted.ends_before]
    return conditions


def _by_state(wanted: Wanted) -> ColumnElement[bool]:
    if wanted.ended_by is not None:
        return _ended(wanted.ended_by)
    if wanted.states:
        return and_(_OPEN, links.c.state.in_(list(wanted.states)))
    return links.c.id > 0 if wanted.every else _OPEN


def _ended(how: str) -> ColumnElement[bool]:
    """Ended so. Where the app was removed the link may be public still, and is open to us."""
    if how:
        return links.c.ended_by == how
    is_off = and_(
        links.c.state == LinkState.OFF,
        # before there was a column for it, nobody wrote down how a link ended
        or_(links.c.ended_by.is_(None), links.c.ended_by != EndedBy.NEVER_ON),
    )
    return or_(is_off, links.c.ended_by == EndedBy.APP_REMOVED)


def _link(row: Row[Any]) -> Link:
    return Link(**{name: row._mapping[name] for name in Link.__slots__})
