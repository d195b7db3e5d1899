"""Access that lasts as long as the links that are to end: renewed before it dies of age.

A refresh token lives for 180 days by the documentation, for 30 by what was seen (wire facts 7).
"""

from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from robot.flows.catalogue import RENEW
from robot.protocol.oauth import TOKEN_LIFE
from robot.protocol.origin import digest
from robot.settings import Settings
from robot.store import backlog, expiry, portals, runs
from robot.store.portals import Portal
from robot.store.runs import Source
from robot.work import newrun

OLD_AFTER = timedelta(days=20)
GIVE_UP_AFTER = timedelta(minutes=30)  # then the next round tries


def keys_print(settings: Settings, client_id: str) -> bytes | None:
    """What tells the application's present keys from others; None where they are not set."""
    secret = settings.credentials.get(client_id)
    return digest(f"{client_id}:{secret}") if secret else None


def is_proven(settings: Settings, portal: Portal) -> bool:
    """Whether its access was renewed with the application's present keys."""
    keys = keys_print(settings, portal.client_id)
    return keys is not None and portal.renewed_with == keys


def queue_renewals(conn: Connection, *, now: datetime) -> list[int]:
    """Runs that renew the access of portals with links that end later; those portals."""
    before = now - OLD_AFTER + TOKEN_LIFE
    old = expiry.with_old_access(conn, now=now, before=before)
    due = [portal_id for portal_id in old if not backlog.waits_for(conn, portal_id, RENEW)]
    for portal_id in due:
        portal = portals.find(conn, portal_id)
        if portal is None:
            continue
        run = newrun.of_our_own(
            RENEW,
            portal_id,
            source=Source.TIME,
            user_id=portal.user_id,
            inputs={},
            give_up_after=GIVE_UP_AFTER,
        )
        runs.record_one(conn, run)
    return due
