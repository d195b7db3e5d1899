"""The register of links as people see it: what is public, until when, and how others ended."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from robot.store.links import LinkState
from robot.store.tables import links, portals


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
    source: str  # who asked
    user_id: int | None
    expires_at: datetime | None
    ended_by: str | None

    @property
    def host(self) -> str:
        """The portal's address as people know it."""
        return self.endpoint.split("/")[2]


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
