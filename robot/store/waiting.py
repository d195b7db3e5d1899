"""Which runs of a portal are not finished, read by the small index of those alone."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_

from robot.store.tables import runs

EVER = datetime(1970, 1, 1, tzinfo=UTC)


def of_portal(portal_id: Any) -> ColumnElement[bool]:
    """The portal's unfinished runs.

    Without the time SQLite would rather look through all runs that the portal ever had.
    """
    return and_(runs.c.portal_id == portal_id, runs.c.finished_at.is_(None), runs.c.due_at > EVER)
