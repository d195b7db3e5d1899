"""What runs choose and decide, written down together with what it means for the links."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from robot.flows.catalogue import END
from robot.flows.flow import Chosen, Granted, Only
from robot.store import expiry, leases, links, pauses, robots, runs, settling
from robot.store.links import EndedBy, Origin
from robot.store.runs import StoredRun
from robot.store.settling import Settled
from robot.work.job import Decided, Job


def put_chosen(
    conn: Connection,
    portal_id: int,
    chosen: Collection[tuple[StoredRun, Chosen]],
    now: datetime,
) -> dict[int, Granted]:
    """Which documents these runs are about to change, and which links they ask for.

    Returns what of it each run may do.
    """
    granted = {run.id: _granted(conn, portal_id, run, found) for run, found in chosen}
    runs.save_chosen(conn, {run.id: found.document_ids for run, found in chosen}, now=now)
    asked = {
        _origin(portal_id, run): (granted[run.id].document_ids, granted[run.id].expires_at)
        for run, found in chosen
        if found.public
    }
    links.ask(conn, asked, now=now)
    return granted


def _granted(conn: Connection, portal_id: int, run: StoredRun, chosen: Chosen) -> Granted:
    ids = chosen.document_ids
    if chosen.only is Only.EXPIRED:
        due = expiry.expired(conn, portal_id, ids, now=leases.moment(conn))
        ids = tuple(one for one in ids if one in due)
    elif chosen.only is Only.NOT_ENDED_SINCE:
        ended = expiry.ended_since(conn, portal_id, ids, sent_at=run.sent_at)
        ids = tuple(one for one in ids if one not in ended)
    elif chosen.only is Only.NOT_ON_SINCE:
        is_on = expiry.on_since(conn, portal_id, ids, sent_at=run.sent_at)
        ids = tuple(one for one in ids if one not in is_on)
    if chosen.valid_for is None:
        return Granted(ids)
    return Granted(ids, leases.moment(conn) + timedelta(seconds=chosen.valid_for))


def put_decided(
    conn: Connection, portal_id: int, decided: Collection[tuple[Job, Decided]], now: datetime
) -> None:
    """The outcomes of these runs stand, and what they did to links and robots."""
    runs.decide(conn, {job.run.id: found.outcome for job, found in decided}, now=now)
    settled = [
        Settled(
            origin=_origin(portal_id, job.run),
            changes=found.outcome.links,
            is_known=found.is_known,
            ended_by=EndedBy.EXPIRED if job.run.code == END else "",
            ends_waiting=found.outcome.ends_waiting,
        )
        for job, found in decided
    ]
    settling.settle(conn, settled, now=now)
    if waited := [job.run.id for job, _ in decided if job.run.looks]:
        pauses.resume(conn, waited, now=now)
    for job, found in decided:
        if registered := found.outcome.registered:
            robots.save(
                conn,
                portal_id,
                registered,
                templates=found.outcome.templates,
                user_id=job.user_id,
                now=now,
            )


def _origin(portal_id: int, run: StoredRun) -> Origin:
    return Origin(
        portal_id=portal_id,
        run_id=run.id,
        item=run.document_id,
        source=run.source,
        user_id=run.user_id,
        sent_at=run.sent_at,
    )
