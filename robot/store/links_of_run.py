"""The links of the documents that a run changed, as they are now."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from robot.store.links import LinkState
from robot.store.tables import links


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkNow:
    """What the register knows last of a document's link."""

    document_id: int
    title: str
    url: str
    state: str
    run_id: int  # which asked for it
    changed_at: datetime
    expires_at: datetime | None
    ended_by: str | None

    @property
    def is_public(self) -> bool:
        """So far as it is known."""
        return self.state == LinkState.PUBLIC


_COLUMNS = [links.c[name] for name in LinkNow.__slots__]


def of_documents(
    conn: Connection, portal_id: int, document_ids: Collection[int]
) -> dict[int, LinkNow]:
    """By their documents."""
    query = select(*_COLUMNS).where(
        links.c.portal_id == portal_id, links.c.document_id.in_(document_ids)
    )
    rows = conn.execute(query.order_by(links.c.id))  # the newest has the last word
    return {row.document_id: LinkNow(**row._mapping) for row in rows}
