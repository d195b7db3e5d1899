"""One portal's links, page by page, as its administrators look for them.

Each question is answered from an index in its order, and goes on behind the last link that was
seen: a page costs the same in a register of a million links. Words in titles have no index: the
links are read in order, so many at a time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    literal,
    or_,
    select,
    tuple_,
    union_all,
)

from robot.protocol.item_paths import names_of
from robot.protocol.items import MAX_ID
from robot.store.links import OFF, EndedBy
from robot.store.register import TOGETHER, Link, shown
from robot.store.tables import links

READS = 10_000  # links whose titles are read for one page: about 0.1 s


class Show(StrEnum):
    """Which links, and in which order."""

    OPEN = "open"  # that are or may be public, turned on last first
    ENDING = "ending"  # the same, that have an end, the next first
    ENDED = "ended"  # ended last first


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What is looked for; what is left out does not matter."""

    portal_id: int
    show: Show = Show.OPEN
    ended_by: str = ""  # ended so
    before: datetime | None = None  # turned on, of ENDING: ends, before that
    item: str = ""
    number: int | None = None  # of the document, or of a CRM item
    words: Sequence[str] = ()  # all in the title, or in the link; folded
    up_to: int | None = None  # none with a greater id: what came later


@dataclass(frozen=True, slots=True)
class Place:
    """Behind which link it goes on."""

    at: datetime
    link_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A link that was found, in short."""

    id: int
    document_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The next links, and where it goes on; `next` without links: none among those read so far."""

    links: Sequence[Seen]
    next: Place | None


def page(conn: Connection, search: Search, *, most: int, after: Place | None = None) -> Page:
    """The next links: `most`, or fewer where their titles would have to be read for long."""
    found: list[Seen] = []
    last, reads = after, 0
    query = _query(search, after).limit(READS if search.words else most + 1)
    with conn.execute(query, execution_options={"yield_per": TOGETHER}) as rows:
        for row in rows:
            if len(found) == most:
                return Page(links=found, next=last)
            reads += 1
            last = Place(row.at, row.id)
            if _has_words(row, search.words):
                found.append(Seen(id=row.id, document_id=row.document_id))
    return Page(links=found, next=last if search.words and reads == READS else None)


def in_full(conn: Connection, portal_id: int, ids: Sequence[int]) -> list[Link]:
    """These links of the portal, in that order; others' links are none."""
    known = {link.id: link for link in _in_full(conn, portal_id, ids)}
    return [known[link_id] for link_id in ids if link_id in known]


def _in_full(conn: Connection, portal_id: int, ids: Sequence[int]) -> Iterator[Link]:
    for first in range(0, len(ids), TOGETHER):
        some = links.c.id.in_(ids[first : first + TOGETHER])
        # The sum keeps SQLite from reading all of the portal's links by their index.
        yield from shown(conn, some, links.c.portal_id + 0 == portal_id)


def _query(search: Search, after: Place | None) -> Select[Any]:
    at, is_rising = _order(search.show)
    conditions = [*_conditions(search)]
    if after:
        place = tuple_(literal(after.at, at.type), literal(after.link_id))
        here = tuple_(at, links.c.id)
        conditions.append(here > place if is_rising else here < place)
    order = (at, links.c.id) if is_rising else (at.desc(), links.c.id.desc())
    wanted = select(links.c.id, links.c.document_id, at.label("at"))
    if search.words:
        wanted = wanted.add_columns(links.c.title, links.c.url)
    return wanted.where(*conditions).order_by(*order)


def _order(show: Show) -> tuple[ColumnElement[datetime], bool]:
    """By which time, and whether it rises."""
    if show is Show.ENDING:
        return links.c.expires_at, True
    return (links.c.changed_at if show is Show.ENDED else links.c.asked_at), False


def _conditions(search: Search) -> Iterator[ColumnElement[bool]]:
    if search.item or search.number is not None:
        # By nothing else, or SQLite would read all of the portal's links in their order.
        yield links.c.id.in_(_of_item(search))
    else:
        yield links.c.portal_id == search.portal_id
    if search.show is Show.ENDED:
        yield links.c.state == OFF
        how = links.c.ended_by
        # before there was a column for it, nobody wrote down how a link ended
        is_end = or_(how.is_(None), how != EndedBy.NEVER_ON)
        yield how == search.ended_by if search.ended_by else is_end
    else:
        yield links.c.state != OFF
    if search.show is Show.ENDING:
        yield links.c.expires_at.is_not(None)
    if search.before:
        yield _order(search.show)[0] < search.before
    if search.up_to is not None:
        yield links.c.id <= search.up_to


def _of_item(search: Search) -> Select[Any]:
    """The few links of an item, or of whatever has that number; each index is asked by itself."""
    number = min(search.number or 0, MAX_ID)
    names = [search.item] if search.item else names_of(number)
    of_portal = links.c.portal_id == search.portal_id
    items = select(links.c.id).where(of_portal, links.c.item.in_(names))
    documents = select(links.c.id).where(of_portal, links.c.document_id == number)
    return select(union_all(items, documents).subquery().c.id)


def _has_words(row: Row[Any], words: Sequence[str]) -> bool:
    if not words:
        return True
    text = f"{row.title}\n{row.url}".casefold()
    return all(word in text for word in words)
