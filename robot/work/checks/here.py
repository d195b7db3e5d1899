"""What the database alone tells of one portal, for its own administrators."""

from datetime import datetime

from sqlalchemy.engine import Connection

from robot.settings import Settings
from robot.store import expiry, glance
from robot.store.portals import Portal
from robot.work import renewing
from robot.work.checks import portal_words as words
from robot.work.checks import stored
from robot.work.checks.finding import Finding, failed, well
from robot.work.registering import is_registered


def at_once(
    conn: Connection, portal: Portal, settings: Settings, *, now: datetime
) -> list[Finding]:
    """Findings of this portal only, in the order in which they should be mended."""
    found = [_key(portal, settings), _robots(conn, portal, settings)]
    late = glance.overdue(conn, portal.id, before=now - expiry.OVERDUE_AFTER)
    if late:
        found.append(stored.overdue(portal, late))
    if glance.has_ends(conn, portal.id) and not renewing.is_proven(settings, portal):
        found.append(stored.not_renewable(portal))
    waiting = glance.waiting(conn, portal.id, portal.member_id)
    if waiting and stored.has_waited(waiting, now):
        found.append(stored.waiting(waiting, now))
    return found


def _key(portal: Portal, settings: Settings) -> Finding:
    if not stored.is_named(settings, portal):
        return stored.not_named(portal)
    return stored.keys(settings, [portal])


def _robots(conn: Connection, portal: Portal, settings: Settings) -> Finding:
    name = "robots"
    if is_registered(conn, portal, settings):
        return well(name, words.KNOWN_TO_BE_REGISTERED)
    return failed(name, words.DIFFER_OR_MISSING, words.SYNC)
