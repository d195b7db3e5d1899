"""Asks the authorization server who a portal is, and for new tokens.

Only servers of the allow-list are ever called; a POST may choose among them, never add one.
"""

import asyncio
import time
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime

import httpx2 as httpx

from robot.errors import (
    BusyError,
    ForgedError,
    NotExecutedError,
    OtherAppError,
    OutcomeUnknownError,
    PortalError,
    RejectedError,
    TokenError,
)
from robot.portal.client import exchange
from robot.protocol.oauth import (
    APP_INFO,
    RENEWAL,
    Renewed,
    Tokens,
    Verified,
    read_app_info,
    read_renewal,
    renewal,
)
from robot.protocol.origin import digest

AT_A_TIME = 4  # verifications; strangers must not make us a source of load
WAITING = 200  # more than this are told to come back
NO_IS_REMEMBERED = 60.0  # seconds
REMEMBERED = 10_000  # tokens; forgotten all at once, which costs one question each


class Verifier:
    """The authorization servers of the settings, with a memory of their 'no'."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        servers: tuple[str, ...],
        credentials: Mapping[str, str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._http = http
        self._servers = servers
        self._credentials = credentials
        self._clock = clock
        self._refused: dict[bytes, float] = {}
        self._slots = asyncio.Semaphore(AT_A_TIME)
        self._waiting = 0

    async def identify(self, access_token: str, *, named_server: str = "") -> Verified:
        """Who the token belongs to, as the first server that knows it says.

        Raises:
            ForgedError: no server knows the token, or (OtherAppError) it is another application's.
            OutcomeUnknownError: a server could not be asked, and no other knows the token.
            BusyError: too many ask at once.
        """
        if not access_token:
            raise ForgedError("the message carries no access token to verify")
        key = digest(access_token)
        if self._clock() - self._refused.get(key, -NO_IS_REMEMBERED) < NO_IS_REMEMBERED:
            raise ForgedError("the authorization server does not know this access token")
        if self._waiting >= WAITING:
            raise BusyError("too many messages are being verified")
        self._waiting += 1
        try:
            async with self._slots:
                return await self._ask_each(access_token, named_server)
        except OtherAppError:
            raise
        except ForgedError:
            self._remember(key)
            raise
        finally:
            self._waiting -= 1

    def can_renew(self, client_id: str) -> bool:
        """Whether the settings hold the secret that renewing this application's tokens needs."""
        return client_id in self._credentials

    async def renew(self, tokens: Tokens, *, member_id: str, client_id: str) -> Tokens:
        """A new pair of tokens for the same user.

        Raises:
            PortalError: refused (RejectedError), or nobody answered (OutcomeUnknownError).
        """
        renewed = await self._renew(tokens.refresh_token, member_id=member_id, client_id=client_id)
        if renewed.tokens.user_id != tokens.user_id:
            raise RejectedError(RENEWAL, "", "the new tokens belong to another user")
        return renewed.tokens

    async def _renew(self, refresh_token: str, *, member_id: str, client_id: str) -> Renewed:
        form = renewal(client_id, self._credentials[client_id], refresh_token)
        failure: PortalError = RejectedError(RENEWAL, "", "no authorization server is set")
        for server in self._servers:
            try:
                status, body = await self._post(f"{server}/oauth/token/", RENEWAL, form)
                return read_renewal(status, body, member_id=member_id, now=datetime.now(UTC))
            except PortalError as error:
                # A 'perhaps' outweighs a 'no': the servers know different tokens.
                failure = error if isinstance(failure, RejectedError) else failure
        raise failure

    async def identify_by_refresh(
        self, refresh_token: str, *, member_id: str, client_ids: Collection[str] | None = None
    ) -> tuple[Verified, Tokens]:
        """Who a message is from whose access token has died: the renewal tells as much.

        `client_ids` names the applications to try, where not all of the settings'.

        Raises:
            ForgedError: none of our applications' secrets renews it.
            OutcomeUnknownError: a server could not be asked.
        """
        for client_id in (client_ids or self._credentials) if refresh_token else ():
            try:
                renewed = await self._renew(refresh_token, member_id=member_id, client_id=client_id)
            except RejectedError:
                continue
            verified = Verified(
                member_id=member_id,
                client_id=client_id,
                user_id=renewed.tokens.user_id,
                client_endpoint=renewed.client_endpoint,
                scope=renewed.scope,
            )
            return verified, renewed.tokens
        raise ForgedError("the authorization server does not know this message's tokens")

    async def _ask_each(self, access_token: str, named_server: str) -> Verified:
        unanswered: PortalError | None = None
        for server in self._in_order(named_server):
            try:
                status, body = await self._post(
                    f"{server}/rest/{APP_INFO}", APP_INFO, {"auth": access_token}
                )
                verified = read_app_info(status, body)
            except (RejectedError, TokenError):
                continue
            except PortalError as error:
                unanswered = error
                continue
            return self._ours(verified)
        if unanswered:
            raise OutcomeUnknownError(APP_INFO, unanswered.code, unanswered.text)
        raise ForgedError("the authorization server does not know this access token")

    def _ours(self, verified: Verified) -> Verified:
        """With client ids in the settings, only those are ours (design.md section 4)."""
        if self._credentials and verified.client_id not in self._credentials:
            raise OtherAppError(verified.member_id, verified.client_id)
        return verified

    def _in_order(self, named: str) -> list[str]:
        base = named.rstrip("/").removesuffix("/rest")
        return sorted(self._servers, key=lambda server: server != base)

    def _remember(self, key: bytes) -> None:
        if len(self._refused) >= REMEMBERED:
            self._refused.clear()
        self._refused[key] = self._clock()

    async def _post(self, url: str, method: str, form: Mapping[str, str]) -> tuple[int, bytes]:
        request = self._http.build_request("POST", url, data=dict(form))
        try:
            response, body = await exchange(self._http, request, method)
        except NotExecutedError as error:
            raise OutcomeUnknownError(method, "", error.text) from None
        return response.status_code, body
