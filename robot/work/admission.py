"""Who may do what: each message of a stranger is trusted only as far as it is proven.

Known portals show their application token. Whoever does not must have an access token that the
authorization server knows for that portal (design.md section 4). While that server cannot be
asked, a message is kept sealed, and used once it verifies.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy.engine import Connection

from robot.errors import BusyError, ForgedError, OtherAppError, PortalError
from robot.logs import get_logger
from robot.protocol.auth import Auth
from robot.protocol.invocation import Invocation, parse_invocation
from robot.protocol.lifecycle import (
    INSTALLED,
    REMOVED,
    UPDATED,
    FrameOpening,
    LifecycleEvent,
    parse_event,
)
from robot.protocol.oauth import TOKEN_LIFE, Tokens, Verified
from robot.protocol.origin import digest
from robot.store import portals, robots, runs, tokens, unverified
from robot.store.portals import Installation, Portal
from robot.store.unverified import Kind
from robot.work import housekeeping, newrun
from robot.work.accept import Accept, Delivery, Proven
from robot.work.deletions import document_deleted
from robot.work.registering import queue_registering
from robot.work.removing import NOT_A_PORTAL, Removals
from robot.work.tools import Tools

UNVERIFIED_OWNER = "unverified"

log = get_logger()


class Admission:
    """Lets proven messages in."""

    def __init__(self, tools: Tools, accept: Accept, wake: Callable[[int], None]) -> None:
        self._tools = tools
        self._accept = accept
        self._wake = wake
        self._removals = Removals(tools)

    async def run(self, body: bytes, *, is_kept: bool = False) -> None:
        """A robot's call: stored when this returns.

        Raises:
            UnreadableError, ForgedError, BusyError: it is not.
            PortalError: the authorization server still cannot be asked (`is_kept`).
        """
        invocation = parse_invocation(body)
        if await self._accept.put(self._delivery(invocation)):
            return
        try:
            proven = await self._prove(invocation.auth, is_kept=is_kept)
        except PortalError as error:
            if is_kept:
                raise
            await self._keep(Kind.RUN, body, reason=str(error))
            return
        await self._accept.put(replace(self._delivery(invocation), proven=proven))

    async def event(self, event: LifecycleEvent, body: bytes, *, is_kept: bool = False) -> None:
        """An install, update or uninstall, or a deleted document; others are let pass.

        Raises:
            ForgedError, BusyError: nothing was done.
            PortalError: the authorization server still cannot be asked (`is_kept`).
        """
        if event.name == REMOVED:
            await self._removed(event.auth, body, is_kept=is_kept)
        elif event.name in (INSTALLED, UPDATED):
            try:
                await self._installed(event, is_kept=is_kept)
            except (PortalError, OtherAppError) as error:
                # Bitrix24 shows an application's id only after this call, and never calls again:
                # it waits for the id to be added to the settings.
                if is_kept:
                    raise
                # One place for each application of a portal, so that nobody takes all of them.
                place = error.place if isinstance(error, OtherAppError) else ""
                await self._keep(Kind.EVENT, body, reason=str(error), place=place)
        elif event.document_id:
            await self._deleted(event.auth, event.document_id)

    async def frame(self, opening: FrameOpening) -> Proven:
        """A page opened in the frame by a user of that portal.

        Raises:
            ForgedError: it does not verify.
            PortalError: the authorization server could not be asked.
        """
        return await self._prove(opening.auth, language=opening.language, by_frame=True)

    async def again(self, kind: Kind, sealed: bytes) -> None:
        """A message that was kept: the same, now that the server may answer."""
        body = self._tools.vault.open(UNVERIFIED_OWNER, sealed)["body"].encode()
        if kind is Kind.RUN:
            await self.run(body, is_kept=True)
        else:
            await self.event(parse_event(body), body, is_kept=True)

    def _delivery(self, invocation: Invocation) -> Delivery:
        return Delivery(
            member_id=invocation.auth.member_id,
            application_token=invocation.auth.application_token,
            has_tokens=bool(invocation.auth.access_token),
            run=lambda portal_id: newrun.from_invocation(
                invocation,
                portal_id,
                vault=self._tools.vault,
                give_up_after=self._tools.settings.give_up_after,
            ),
        )

    async def _prove(
        self,
        auth: Auth,
        *,
        language: str = "",
        is_kept: bool = False,
        by_frame: bool = False,
        is_new: bool = False,
    ) -> Proven:
        """Who the authorization server says the message is from; kept from now on."""
        verified, proven = await self._identify(auth, is_kept=is_kept)
        if verified.member_id != auth.member_id:
            raise ForgedError(NOT_A_PORTAL)
        now = datetime.now(UTC)
        installation = replace(
            self._installation(verified, auth),
            language=language,
            by_frame=by_frame,
            is_new=is_new,
        )

        # A removed app that is added again must not go on with runs of the time before.
        await housekeeping.end_left_over(self._tools.database, member_id=verified.member_id)

        def write(conn: Connection) -> Portal:
            portal = portals.install(conn, installation, now=now)
            tokens.save(conn, self._tools.vault, portal, proven, overrule=False)
            runs.hurry_reports(conn, portal.id, now=now)
            return portal

        portal = await self._tools.database.write(write)
        log.info("portal.verified", member_id=portal.member_id, endpoint=portal.endpoint)
        return Proven(portal=portal, user_id=verified.user_id)

    async def _identify(self, auth: Auth, *, is_kept: bool) -> tuple[Verified, Tokens]:
        verifier = self._tools.verifier
        try:
            verified = await verifier.identify(auth.access_token, named_server=auth.server_endpoint)
        except ForgedError as error:
            # What was kept for long has an access token that has died meanwhile.
            if not is_kept or isinstance(error, OtherAppError):
                raise
            return await verifier.identify_by_refresh(auth.refresh_token, member_id=auth.member_id)
        return verified, _tokens(auth, verified)

    def _installation(self, verified: Verified, auth: Auth) -> Installation:
        token = auth.application_token
        return Installation(
            member_id=verified.member_id,
            client_id=verified.client_id,
            endpoint=self._tools.confirm(verified.client_endpoint),
            user_id=verified.user_id,
            scope=verified.scope,
            application_token_hash=digest(token) if token else None,
        )

    async def _removed(self, auth: Auth, body: bytes, *, is_kept: bool) -> None:
        try:
            await self._removals.believe(auth)
        except (PortalError, BusyError) as error:
            if is_kept:
                raise
            place = f"removed {auth.member_id} {auth.application_token}"
            await self._keep(Kind.EVENT, body, reason=str(error), place=place)

    async def _deleted(self, auth: Auth, document_id: int) -> None:
        if portal_id := await document_deleted(self._tools, auth, document_id):
            self._wake(portal_id)

    async def _installed(self, event: LifecycleEvent, *, is_kept: bool) -> None:
        proven = await self._prove(
            event.auth,
            language=event.language,
            is_kept=is_kept,
            is_new=event.name == INSTALLED,
        )
        portal = proven.portal

        def write(conn: Connection) -> None:
            if event.name == UPDATED:
                # Bitrix24 wipes an app's robots at every update (wire facts 8.3).
                robots.forget(conn, portal.id)
            # Whose tokens an event brings is not said; who registered before may do it again.
            for user_id in dict.fromkeys((proven.user_id, portal.user_id)):
                queue_registering(conn, portal, self._tools.settings, user_id=user_id)

        await self._tools.database.write(write)
        log.info("portal.installed", member_id=portal.member_id, by=event.name)
        self._wake(portal.id)

    async def _keep(self, kind: Kind, body: bytes, *, reason: str, place: str = "") -> None:
        message_hash, now = digest(place or body.decode()), datetime.now(UTC)

        def write(conn: Connection) -> bool:
            sealed = self._tools.vault.seal(UNVERIFIED_OWNER, {"body": body.decode()})
            return unverified.keep(conn, kind, sealed, message_hash=message_hash, now=now)

        is_kept = await self._tools.database.write(write)
        if not is_kept:
            raise BusyError("too many messages wait for the authorization server")
        log.warning("message.kept_unverified", kind=kind, reason=reason)


def _tokens(auth: Auth, verified: Verified) -> Tokens:
    """The message's tokens; how long they live is believed only up to what is documented."""
    latest = datetime.now(UTC) + TOKEN_LIFE
    return Tokens(
        user_id=verified.user_id,
        access_token=auth.access_token,
        refresh_token=auth.refresh_token,
        expires_at=min(auth.expires_at, latest) if auth.expires_at else latest,
    )
