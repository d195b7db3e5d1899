"""A portal removes the app: its application token alone says so, since its other tokens are dead.

Where employees' browsers know that token, too, the authorization server is asked back.
"""

from datetime import UTC, datetime
from functools import partial

from sqlalchemy.engine import Connection

from robot.errors import ForgedError, NeedsProofError, RejectedError
from robot.logs import get_logger
from robot.protocol.auth import Auth
from robot.protocol.oauth import Tokens
from robot.store import portals, removal, tokens
from robot.store.portals import Portal, Recognised
from robot.work import housekeeping
from robot.work.tools import Tools

NOT_A_PORTAL = "this message does not come from a portal that is installed here"
ASKED_ABOUT = 3  # users' tokens: one message must not cause a request for each employee

log = get_logger()


async def leave(tools: Tools, auth: Auth) -> None:
    """Forget the portal's secrets, and end its runs.

    Raises:
        ForgedError: it did not remove the app.
        PortalError, BusyError: whether it did could not be found out.
    """
    found = await tools.database.read(partial(_recognise, auth=auth))
    if found.token_is_shown and not await _is_gone(tools, found.portal_id):
        raise NeedsProofError(f"portal {auth.member_id} still has the app: its tokens work")

    def write(conn: Connection) -> datetime:
        # Now that nobody else writes: runs that were stored before came before.
        now = datetime.now(UTC)
        removal.remove(conn, _recognise(conn, auth).portal_id, now=now)
        return now

    removed_at = await tools.database.write(write)
    await housekeeping.end_runs(tools.database, found.portal_id, removed_at=removed_at)
    log.info("portal.removed", member_id=auth.member_id)


def _recognise(conn: Connection, auth: Auth) -> Recognised:
    known = portals.recognise(conn, [auth.member_id]).get(auth.member_id, [])
    found = portals.recognised(known, auth.application_token)
    if found is None:
        raise ForgedError(NOT_A_PORTAL)
    return found


async def _is_gone(tools: Tools, portal_id: int) -> bool:
    """Whether none of the portal's tokens works any more, as far as we can ask."""

    def read(conn: Connection) -> tuple[Portal | None, list[Tokens]]:
        portal = portals.find(conn, portal_id)
        return portal, tokens.of_portal(conn, tools.vault, portal) if portal else []

    portal, found = await tools.database.read(read)
    newest = sorted(found, key=lambda pair: pair.expires_at, reverse=True)[:ASKED_ABOUT]
    for pair in newest if portal else ():
        if portal and await _works(tools, portal, pair):
            return False
    return True


async def _works(tools: Tools, portal: Portal, pair: Tokens) -> bool:
    if pair.is_live(datetime.now(UTC)):
        try:
            await tools.verifier.identify(pair.access_token)
        except ForgedError:
            pass  # its refresh token may be good
        else:
            return True
    if not tools.verifier.can_renew(portal.client_id):
        return False
    try:
        renewed = await tools.verifier.renew(
            pair, member_id=portal.member_id, client_id=portal.client_id
        )
    except RejectedError:
        return False
    # The pair before it may be dead now; the portal's worker looks here before it gives up.
    await tools.database.write(
        lambda conn: tokens.save(conn, tools.vault, portal, renewed, overrule=True)
    )
    return True
