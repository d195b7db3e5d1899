"""Whether a document that a portal says was deleted is worth a look."""

from sqlalchemy import Connection, select

from robot.store import waiting
from robot.store.links import LinkState
from robot.store.tables import links, runs


def has_open_link(conn: Connection, portal_id: int, document_id: int) -> bool:
    """Whether the document's link may be public, as far as the register knows.

    What is only asked for is its run's: a look at it would end what waits for a PDF.
    """
    found = select(links.c.id).where(
        links.c.portal_id == portal_id,
        links.c.document_id == document_id,
        links.c.state.in_([LinkState.PUBLIC, LinkState.UNKNOWN]),
    )
    return conn.execute(found.limit(1)).one_or_none() is not None


def is_looked_at(conn: Connection, portal_id: int, document_id: int, *, code: str) -> bool:
    """Whether a run with that code waits that has the document among its `document_ids`."""
    found = select(runs.c.inputs).where(
        waiting.of_portal(portal_id),
        runs.c.outcome.is_(None),
        runs.c.code == code,
    )
    return any(document_id in row.inputs["document_ids"] for row in conn.execute(found))
