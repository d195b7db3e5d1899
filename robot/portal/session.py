"""One portal's requests: with a user's token, renewed once, at the address that holds."""

from collections.abc import Awaitable, Callable, Sequence

import httpx2 as httpx

from robot.errors import (
    ForgedError,
    MovedError,
    NotExecutedError,
    PortalError,
    RejectedError,
    TokenError,
)
from robot.portal.access import KEPT, Access
from robot.portal.client import send_together
from robot.portal.verify import Verifier
from robot.protocol.answers import Answer
from robot.protocol.calls import Call
from robot.protocol.endpoints import portal_endpoint, same_host
from robot.protocol.oauth import RENEWAL, UNANSWERED, Tokens

# Every pair that events brought, the stored one as it was and as it is now, then a renewed one.
TRIES = KEPT + 3
UNCONFIRMED_RETRY_AFTER = 60.0  # seconds


class Session:
    """How to reach one portal."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        verifier: Verifier,
        access: Access,
        *,
        endpoint: str,
        confirm: Callable[[str], str],
        moved: Callable[[str], Awaitable[None]],
    ) -> None:
        self._http = http
        self._verifier = verifier
        self._access = access
        self._endpoint = endpoint
        self._confirm = confirm  # refuses an address that may not be called
        self._moved = moved  # writes a new address down

    async def request(
        self, calls: Sequence[Call], *, user_id: int, may_send: Callable[[], None]
    ) -> list[Answer | PortalError]:
        """Send the calls of one user in one request; what each of them answered.

        `may_send` is asked right before each request and raises where it must not go out.

        Raises:
            PortalError: the request as a whole failed.
        """
        if calls[0].method == RENEWAL:  # and so are the others
            may_send()
            return [await self._renew(user_id)] * len(calls)
        for _ in range(TRIES):
            tokens = await self._access.token(user_id)
            may_send()
            try:
                return await self._send(calls, tokens, may_send)
            except TokenError as error:
                self._access.spoil(tokens)
                refused = RejectedError(error.method, error.code, error.text)
        raise refused

    async def _renew(self, user_id: int) -> Answer | RejectedError:
        """Asked for once: a renewal that may have worked is not asked for again to look at it."""
        try:
            await self._access.renew(user_id)
        except RejectedError as refused:
            return refused
        except PortalError as error:
            return RejectedError(RENEWAL, UNANSWERED, error.text)
        return Answer(result=True)

    async def _send(
        self, calls: Sequence[Call], tokens: Tokens, may_send: Callable[[], None]
    ) -> list[Answer | PortalError]:
        try:
            return await send_together(
                self._http, self._endpoint, calls, access_token=tokens.access_token
            )
        except MovedError as error:
            self._endpoint = await self._new_address(error, tokens)
            await self._moved(self._endpoint)
            may_send()
            return await send_together(
                self._http, self._endpoint, calls, access_token=tokens.access_token
            )

    async def _new_address(self, error: MovedError, tokens: Tokens) -> str:
        """The portal's new address, if the authorization server knows it by that one too."""
        try:
            verified = await self._verifier.identify(tokens.access_token)
            endpoint = self._confirm(verified.client_endpoint)
        except ForgedError as refusal:
            raise _unconfirmed(error, str(refusal)) from None
        if not same_host(endpoint, error.location):
            raise _unconfirmed(error, "the authorization server names another address")
        return endpoint


def address_rule(*, loopback: bool, private_portals: frozenset[str]) -> Callable[[str], str]:
    """The rule for portals' addresses: returns the endpoint to use, or raises ForgedError."""

    def confirm(url: str) -> str:
        return portal_endpoint(url, loopback=loopback, private_portals=private_portals)

    return confirm


def _unconfirmed(error: MovedError, reason: str) -> NotExecutedError:
    text = f"the portal redirects to another address, which was not followed: {reason}"
    return NotExecutedError(error.method, error.code, text, retry_after=UNCONFIRMED_RETRY_AFTER)
