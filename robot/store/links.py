"""Public links that we turned on: asked -> public -> off, or unknown where nobody could tell."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from robot.flows.flow import LinkChange
from robot.store.tables import links, portals


class LinkState(StrEnum):
    """What we know of a document's public link."""

    ASKED = "asked"  # a call to turn it on may be under way
    PUBLIC = "public"
    OFF = "off"
    UNKNOWN = "unknown"  # the call's answer never came


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


async def ask(
    conn: AsyncConnection,
    portal_id: int,
    document_ids: Sequence[int],
    *,
    run_id: int,
    item: str,
    now: datetime,
) -> None:
    """A call that turns these links on is about to be sent; links already open stay as they are."""
    for document_id in document_ids:
        row = insert(links).values(
            portal_id=portal_id,
            document_id=document_id,
            run_id=run_id,
            item=item,
            state=LinkState.ASKED,
            asked_at=now,
            changed_at=now,
        )
        await conn.execute(row.on_conflict_do_nothing())


async def settle(
    conn: AsyncConnection,
    portal_id: int,
    changes: Sequence[LinkChange],
    *,
    run_id: int,
    is_known: bool,
    now: datetime,
) -> None:
    """The run's outcome stands: write down what became of its links.

    What the run asked for and did not get is off, or unknown where no answer came
    (`is_known` False).
    """
    for change in changes:
        values: dict[str, str] = {"state": LinkState.PUBLIC if change.public else LinkState.OFF}
        if change.public:
            values |= {"url": change.url, "title": change.title}
        await conn.execute(
            update(links)
            .where(
                links.c.portal_id == portal_id,
                links.c.document_id == change.document_id,
                links.c.state != LinkState.OFF,
            )
            .values(**values, changed_at=now)
        )
    await conn.execute(
        update(links)
        .where(
            links.c.portal_id == portal_id,
            links.c.run_id == run_id,
            links.c.state == LinkState.ASKED,
        )
        .values(state=LinkState.OFF if is_known else LinkState.UNKNOWN, changed_at=now)
    )


async def listed(
    conn: AsyncConnection, *, portal_id: int | None = None, every: bool = False
) -> list[Link]:
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
        Link(**{name: row._mapping[name] for name in Link.__slots__})
        for row in await conn.execute(query)
    ]
