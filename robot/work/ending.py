"""Links end when they were to: a run of our own for each, queued once its time has come.

The register says when; a run that does not succeed (the portal is away, no access is left) leaves
the link open there, and another one is queued. So nothing is forgotten, whoever dies meanwhile.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy.engine import Connection

from robot.flows.catalogue import END, LOOK
from robot.store import expiry, leases, portals, runs
from robot.store.expiry import DueLink
from robot.store.runs import NewRun, Source
from robot.work import newrun

TOGETHER = 200  # links in one transaction: accepting never waits long for it
GIVE_UP_AFTER = timedelta(hours=1)
# Longer than a run may take: never two of them for one link at once.
AGAIN_AFTER = GIVE_UP_AFTER + timedelta(minutes=5)


def queue_due(conn: Connection) -> tuple[set[int], bool]:
    """Queue runs for links whose time has come, by the one clock that all replicas share.

    Their portals, and whether there may be more.
    """
    now = leases.moment(conn)
    found = expiry.due(conn, now=now, limit=TOGETHER)
    if found:
        expiry.put_off(conn, [link.id for link in found], until=now + AGAIN_AFTER)
        runs.record(conn, _runs(conn, found))
    return {link.portal_id for link in found}, len(found) == TOGETHER


def _runs(conn: Connection, found: Sequence[DueLink]) -> list[NewRun]:
    known = {link.portal_id: portals.find(conn, link.portal_id) for link in found}
    return [
        _run(link, user_id=portal.user_id) for link in found if (portal := known[link.portal_id])
    ]


def _run(link: DueLink, *, user_id: int) -> NewRun:
    look: dict[str, Any] = {"document_ids": [link.document_id]}
    end: dict[str, Any] = {"document_id": str(link.document_id)}
    run = newrun.of_our_own(
        END if link.is_expired else LOOK,
        link.portal_id,
        source=Source.TIME,
        user_id=user_id,
        inputs=end if link.is_expired else look,
        give_up_after=GIVE_UP_AFTER,
    )
    return replace(run, document_id=link.item)
