"""Queues that a portal's administrator is told what fails until a person mends it.

A run of our own, in the transaction that decides what it tells of: so it is queued once a day for
each cause, whoever dies. It is nobody's hurry, and nothing else depends on it.
"""

import re
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from sqlalchemy.engine import Connection

from robot.flows.catalogue import REGISTER, TELL
from robot.flows.causes import Cause, cause_of
from robot.flows.tell import SCOPE
from robot.store import leases, notices, runs
from robot.store.portals import Portal
from robot.store.runs import Source, StoredRun
from robot.work import newrun
from robot.work.job import Decided, Job

# Bitrix24's names of items. Whoever sends a run may write anything there: no address of his shall
# become a link in a notification of ours.
_NAME = re.compile(r"[A-Za-z0-9_]{1,60}")
GIVE_UP_AFTER = timedelta(hours=1)
# Runs at which nobody looks on.
UNWATCHED = frozenset({Source.ROBOT, Source.INSTALL, Source.TIME})


def queue_told(conn: Connection, portal: Portal, decided: Collection[tuple[Job, Decided]]) -> None:
    """Have it told of which of these runs failed for a reason that a person must mend."""
    first: dict[Cause, StoredRun] = {}
    for job, found in decided:
        cause = cause_of(found.outcome, job.run.inputs, portal.templates)
        if cause and job.run.source in UNWATCHED and job.run.code != TELL:
            first.setdefault(cause, job.run)
    for cause, run in first.items():
        _queue(conn, portal, cause, what=_what(run), item=run.document_id)


def queue_overdue(conn: Connection, portal: Portal, number: int) -> None:
    """Have it told that so many links are public still whose end has come."""
    _queue(conn, portal, Cause.OVERDUE, what="overdue_links", number=number)


def _what(run: StoredRun) -> str:
    if run.code == REGISTER:
        return "registering"
    return "failed" if _NAME.fullmatch(run.document_id) else "failed_anywhere"


def _queue(conn: Connection, portal: Portal, cause: Cause, **about: Any) -> None:
    if SCOPE not in portal.scope:
        return
    if not notices.take(conn, portal.id, cause, now=leases.moment(conn)):
        return
    run = newrun.of_our_own(
        TELL,
        portal.id,
        source=Source.TIME,
        user_id=portal.user_id,
        inputs={
            "cause": cause,
            "user_id": portal.user_id,
            "language": portal.language,
            "portal": portal.endpoint.removesuffix("/rest/"),
            "has_page": portal.has_page,
            **about,
        },
        give_up_after=GIVE_UP_AFTER,
    )
    runs.record_one(conn, run)
