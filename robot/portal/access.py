"""Tokens of one portal's users: which to use next, and renewing them once for everybody.

The first that lives is taken: the events' own tokens and the stored one, the longest-lived first;
then the refresh tokens are tried, the newest first. CONNECTION_ERROR and the like are no reason to
throw any of them away.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from robot.errors import RejectedError
from robot.portal.verify import Verifier
from robot.protocol.oauth import NO_TOKEN, RENEWAL, Tokens
from robot.steady import to_the_end

STORED_ANEW_AFTER = timedelta(days=1)
JUST_RENEWED = 300.0  # seconds; a token lives for an hour, and then a renewal helps again
KEPT = 5  # pairs of one user; a burst brings hundreds, all of them alike


class Access:
    """The tokens of one portal, held by the worker that drains it."""

    def __init__(
        self,
        verifier: Verifier,
        *,
        member_id: str,
        client_id: str,
        save: Callable[[Tokens], Awaitable[None]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._verifier = verifier
        self._member_id = member_id
        self._client_id = client_id
        self._save = save  # writes a renewed pair down before it is used
        self._held: dict[int, list[Tokens]] = defaultdict(list)
        self._spoiled: set[str] = set()
        self._clock = clock
        self._renewed_at: dict[str, float] = {}  # by access token
        self._unsaved: dict[int, Tokens] = {}
        self._stored: dict[int, Tokens] = {}
        self._stored_until: dict[int, datetime] = {}
        self._renewing: dict[int, asyncio.Lock] = defaultdict(asyncio.Lock)

    def offer(self, tokens: Tokens, *, is_stored: bool = False) -> None:
        """Tokens of a user that came along."""
        held = self._held[tokens.user_id]
        if any(other.access_token == tokens.access_token for other in held):
            return
        if is_stored:
            self._stored[tokens.user_id] = tokens
            self._stored_until[tokens.user_id] = tokens.expires_at
        held.append(tokens)
        held.sort(key=lambda pair: pair.expires_at, reverse=True)
        # The stored pair is proven to be that user's; what events bring never pushes it out.
        stored = self._stored.get(tokens.user_id)
        held[KEPT:] = [pair for pair in held[KEPT:] if pair is stored]

    def worth_storing(self) -> list[Tokens]:
        """The newest pair of each user whose stored one is missing or was not used for a day.

        Each is named once. Whose tokens they are was only said by a POST: verify before storing.
        """
        now = datetime.now(UTC)
        found = []
        for user_id, held in self._held.items():
            stored_until = self._stored_until.get(user_id)
            if stored_until and stored_until + STORED_ANEW_AFTER > now:
                continue
            renewable = [tokens for tokens in held if tokens.refresh_token and tokens.is_live(now)]
            if renewable:
                found.append(renewable[0])
                self._stored_until[user_id] = now
        return found

    def users(self) -> list[int]:
        """Users whose tokens live or can be renewed."""
        return [user_id for user_id, held in self._held.items() if self._usable(held)]

    async def token(self, user_id: int) -> Tokens:
        """Tokens of that user whose access token lives; renewed once, however many ask.

        Raises:
            RejectedError: NO_TOKEN, nothing is left to try.
            PortalError: the authorization server could not be asked.
        """
        async with self._renewing[user_id]:
            await self._save_renewed(user_id)
            if live := self._live(user_id):
                return live
            return await to_the_end(self._renew(user_id))

    def spoil(self, tokens: Tokens) -> None:
        """The portal did not take this access token; its refresh token may still be good.

        Where it is one that was just renewed, renewing again would not help either.
        """
        self._spoiled.add(tokens.access_token)
        renewed_at = self._renewed_at.get(tokens.access_token)
        if renewed_at is not None and self._clock() - renewed_at < JUST_RENEWED:
            self._held[tokens.user_id].clear()

    async def _renew(self, user_id: int) -> Tokens:
        held = self._held[user_id]
        if not self._verifier.can_renew(self._client_id):
            raise RejectedError(RENEWAL, NO_TOKEN, "")
        for tokens in [pair for pair in held if pair.refresh_token]:
            try:
                renewed = await self._verifier.renew(
                    tokens, member_id=self._member_id, client_id=self._client_id
                )
            except RejectedError:
                held[:] = [pair for pair in held if pair is not tokens]
                continue
            self._renewed_at[renewed.access_token] = self._clock()
            self._stored[user_id] = renewed
            held[:] = [renewed, *(pair for pair in held if pair is not tokens)]
            self._unsaved[user_id] = renewed
            await self._save_renewed(user_id)
            return renewed
        raise RejectedError(RENEWAL, NO_TOKEN, "")

    async def _save_renewed(self, user_id: int) -> None:
        """Write the renewed pair down: the one before it may be dead. Tried until it works."""
        if unsaved := self._unsaved.get(user_id):
            await self._save(unsaved)
            del self._unsaved[user_id]

    def _live(self, user_id: int) -> Tokens | None:
        now = datetime.now(UTC)
        return next(
            (
                tokens
                for tokens in self._held[user_id]
                if tokens.is_live(now) and tokens.access_token not in self._spoiled
            ),
            None,
        )

    def _usable(self, held: list[Tokens]) -> bool:
        if self._verifier.can_renew(self._client_id) and any(pair.refresh_token for pair in held):
            return True
        now = datetime.now(UTC)
        return any(pair.is_live(now) and pair.access_token not in self._spoiled for pair in held)
