"""ONAPPUNINSTALL: a portal says that it removed the app.

Its tokens are dead by then, so the application token is all that proves it (wire facts 8.3).
Where browsers have seen that one, every employee could say so: then it is asked back whether the
stored tokens still work. They do not where the app was removed.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from sqlalchemy.engine import Connection

from robot.errors import (
    BusyError,
    ForgedError,
    OtherAppError,
    OutcomeUnknownError,
    PortalError,
)
from robot.logs import get_logger
from robot.portal.verify import NO_IS_REMEMBERED
from robot.protocol.auth import Auth
from robot.protocol.oauth import APP_INFO, Tokens
from robot.store import portals, removal, tokens
from robot.store.portals import Portal, recognised
from robot.work import housekeeping
from robot.work.tools import Tools

NOT_A_PORTAL = "this message does not come from a portal that is installed here"
STILL_WORKS = "an employee's tokens still work: the app was not removed"
# What a renewal is told of an app that was removed; a wrong secret of ours is no such answer.
GONE = frozenset({"APPLICATION_NOT_FOUND", "INVALID_GRANT", "NOT_INSTALLED", "PORTAL_DELETED"})
ASKED = 3  # employees whose tokens are tried for one message

log = get_logger()


class Removals:
    """Believes what is proven; remembers for a minute what it was told when it asked back."""

    def __init__(self, tools: Tools, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._tools = tools
        self._clock = clock
        self._asking = asyncio.Lock()
        self._answers: dict[int, tuple[float, Exception]] = {}  # portal -> when, and what was told

    async def believe(self, auth: Auth) -> None:
        """Forget the portal's secrets and end its runs.

        Raises:
            ForgedError: the app was not removed, or the message proves nothing.
            PortalError, BusyError: whether it was removed could not be asked.
        """
        found = await self._tools.database.write(lambda conn: _named(conn, auth))
        asked: Sequence[Tokens] | None = None
        if found.has_page:
            async with self._asking:
                asked = await self._ask_back(found)

        def write(conn: Connection) -> tuple[int, datetime]:
            portal = _named(conn, auth)
            # Now that nobody else stores runs: those that were stored before came before.
            now = datetime.now(UTC)
            if portal.has_page and self._stored(conn, portal) != asked:
                raise BusyError("new tokens came while it was asked back")
            removal.remove(conn, portal.id, now=now)
            return portal.id, now

        portal_id, removed_at = await self._tools.database.write(write)
        await housekeeping.end_runs(self._tools.database, portal_id, removed_at=removed_at)
        log.info("portal.removed", member_id=auth.member_id)

    async def _ask_back(self, portal: Portal) -> Sequence[Tokens]:
        """The stored tokens, none of which works any more."""
        at, told = self._answers.get(portal.id, (0.0, None))
        if told and self._clock() - at < NO_IS_REMEMBERED:
            raise told.with_traceback(None)
        stored = await self._tools.database.read(lambda conn: self._stored(conn, portal))
        try:
            await self._try(portal, stored)
        except (ForgedError, PortalError) as error:
            self._answers[portal.id] = self._clock(), error
            raise
        self._answers.pop(portal.id, None)
        return stored

    async def _try(self, portal: Portal, stored: Sequence[Tokens]) -> None:
        """The newest first; they are the last that die while the app is installed."""
        unanswered: PortalError | None = None
        answers = []
        for pair in sorted(stored, key=lambda pair: pair.expires_at, reverse=True)[:ASKED]:
            try:
                answers.append(await self._works(portal, pair))
            except PortalError as error:
                unanswered = error
            if True in answers:
                raise ForgedError(STILL_WORKS)
        if unanswered or False not in answers:
            raise unanswered or OutcomeUnknownError(APP_INFO, "", "no stored token can be tried")

    async def _works(self, portal: Portal, pair: Tokens) -> bool | None:
        """None where nothing can be told: the access token is over, and cannot be renewed.

        Raises:
            PortalError, BusyError: it could not be asked.
        """
        try:
            if pair.is_live(datetime.now(UTC)):
                await self._tools.verifier.identify(pair.access_token)
            elif pair.refresh_token and self._tools.verifier.can_renew(portal.client_id):
                await self._renew(portal, pair)
            else:
                return None
        except OtherAppError:
            return True  # it lives; only our settings do not name its application
        except ForgedError:
            return False
        except PortalError as error:
            if error.code not in GONE:
                raise
            return False
        return True

    async def _renew(self, portal: Portal, pair: Tokens) -> None:
        """Where it works, the new pair is the one that counts from now on."""
        renewed = await self._tools.verifier.renew(
            pair, member_id=portal.member_id, client_id=portal.client_id
        )
        await self._tools.database.write(
            lambda conn: tokens.save(conn, self._tools.vault, portal, renewed, overrule=True)
        )

    def _stored(self, conn: Connection, portal: Portal) -> list[Tokens]:
        return tokens.of_portal(conn, self._tools.vault, portal)


def _named(conn: Connection, auth: Auth) -> Portal:
    """The installation whose application token the message carries."""
    known = portals.recognise(conn, [auth.member_id], is_removal=True)
    found = recognised(known.get(auth.member_id, []), auth.application_token)
    portal = portals.find(conn, found.portal_id) if found else None
    if portal is None:
        raise ForgedError(NOT_A_PORTAL)
    return portal
