"""Tokens of one portal's users: which to use next, and renewing them once for everybody.

The first that lives is taken: the events' own tokens and the stored one, the longest-lived first;
then the refresh tokens are tried, the newest first. No token is ever thrown away: one that the
authorization server refuses only makes room for a newer one.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from robot.errors import OutcomeUnknownError, PortalError, RejectedError
from robot.portal.verify import Verifier
from robot.protocol.oauth import NO_TOKEN, RENEWAL, Tokens
from robot.steady import to_the_end

STORED_ANEW_AFTER = timedelta(days=1)
JUST_RENEWED = 300.0  # seconds; a token lives for an hour, and then a renewal helps again
KEPT = 5  # pairs of one user; a burst brings hundreds, all of them alike


class Kept(Protocol):
    """Where the newest pair of each user is kept."""

    async def load(self, user_id: int) -> Tokens | None:
        """The pair as it is kept now."""

    async def save(self, renewed: Tokens) -> None:
        """A renewed pair, before its first use: the one before it may be dead."""

    async def set_aside(self, refused: Tokens) -> None:
        """The pair is not renewed any more: any newer one takes its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unanswered:
    """The last renewal that came to nothing."""

    times: int  # in a row
    again_at: float  # monotonic seconds
    error: PortalError


class Access:
    """The tokens of one portal, held by the worker that drains it."""

    def __init__(
        self,
        verifier: Verifier,
        kept: Kept,
        *,
        member_id: str,
        client_id: str,
        pause: Callable[[int], float],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._verifier = verifier
        self._kept = kept
        self._member_id = member_id
        self._client_id = client_id
        self._pause = pause  # seconds, after so many renewals without an answer
        self._clock = clock
        self._held: dict[int, list[Tokens]] = defaultdict(list)
        self._spoiled: set[str] = set()  # access tokens that the portal did not take
        self._refused: set[str] = set()  # refresh tokens
        self._said: dict[int, str] = {}  # by the authorization server, with its last refusal
        self._renewed_at: dict[str, float] = {}  # by access token
        self._unsaved: dict[int, Tokens] = {}
        self._stored: dict[int, Tokens] = {}
        self._stored_until: dict[int, datetime] = {}
        self._renewing: dict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._unanswered: dict[int, _Unanswered] = {}

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

    def has(self, user_id: int, *, living: bool = False) -> bool:
        """Whether that user's token lives or, unless only a `living` one counts, can be renewed."""
        if user_id not in self._held:
            return False
        if self._live(user_id):
            return True
        may_renew = not living and self._verifier.can_renew(self._client_id)
        return may_renew and bool(self._renewable(self._held[user_id]))

    def users(self) -> list[int]:
        """Users whose tokens live or can be renewed."""
        return [user_id for user_id in self._held if self.has(user_id)]

    async def token(self, user_id: int) -> Tokens:
        """Tokens of that user whose access token lives; renewed once, however many ask.

        Raises:
            RejectedError: NO_TOKEN, nothing is left to try.
            OutcomeUnknownError: the authorization server could not be asked, now or a moment ago.
        """
        async with self._renewing[user_id]:
            await self._save_renewed(user_id)
            if live := self._live(user_id):
                return live
            self._check_pause(user_id)
            return await to_the_end(self._renew(user_id))

    async def renew(self, user_id: int) -> None:
        """Renew that user's tokens, to see that it works; once for all who ask within minutes.

        Raises:
            RejectedError: NO_TOKEN, none of them renews.
            OutcomeUnknownError: the authorization server could not be asked.
        """
        async with self._renewing[user_id]:
            if user_id in self._unsaved:
                await self._save_renewed(user_id)
            elif not self._has_just_renewed(user_id):
                await to_the_end(self._renew(user_id, although_live=True))

    def spoil(self, tokens: Tokens) -> None:
        """The portal did not take this access token; its refresh token may still be good.

        Where it is one that was just renewed, renewing again would not help either.
        """
        self._spoiled.add(tokens.access_token)
        if self._is_just_renewed(tokens):
            self._refused.update(pair.refresh_token for pair in self._held[tokens.user_id])

    def _has_just_renewed(self, user_id: int) -> bool:
        stored = self._stored.get(user_id)
        if stored is None or stored.access_token in self._spoiled:
            return False
        return self._is_just_renewed(stored)

    def _is_just_renewed(self, tokens: Tokens) -> bool:
        renewed_at = self._renewed_at.get(tokens.access_token)
        return renewed_at is not None and self._clock() - renewed_at < JUST_RENEWED

    async def _renew(self, user_id: int, *, although_live: bool = False) -> Tokens:
        if kept := await self._kept.load(user_id):
            self.offer(kept, is_stored=True)  # another process may have renewed it
            if not although_live and (live := self._live(user_id)):
                return live
        if self._verifier.can_renew(self._client_id):
            for tokens in self._renewable(self._held[user_id]):
                try:
                    return await self._renewed(tokens)
                except RejectedError as error:
                    said = f"{error.text} ({error.code})" if error.code else error.text
                    self._said[user_id] = said
                    await self._set_aside(tokens)
        if not although_live and (live := self._live(user_id)):
            return live  # a call brought it meanwhile
        raise RejectedError(RENEWAL, NO_TOKEN, self._said.get(user_id, ""))

    async def _renewed(self, tokens: Tokens) -> Tokens:
        user_id = tokens.user_id
        try:
            renewed = await self._verifier.renew(
                tokens, member_id=self._member_id, client_id=self._client_id
            )
        except RejectedError:
            raise
        except PortalError as error:
            raise self._note_unanswered(user_id, error) from None
        self._unanswered.pop(user_id, None)
        self._renewed_at[renewed.access_token] = self._clock()
        self._refused.add(tokens.refresh_token)
        self._stored[user_id] = renewed
        self._stored_until[user_id] = renewed.expires_at
        self._held[user_id].insert(0, renewed)
        self._unsaved[user_id] = renewed
        await self._save_renewed(user_id)
        return renewed

    async def _set_aside(self, tokens: Tokens) -> None:
        self._refused.add(tokens.refresh_token)
        self._stored_until.pop(tokens.user_id, None)
        await self._kept.set_aside(tokens)

    async def _save_renewed(self, user_id: int) -> None:
        """Write the renewed pair down: the one before it may be dead. Tried until it works."""
        if unsaved := self._unsaved.get(user_id):
            await self._kept.save(unsaved)
            del self._unsaved[user_id]

    def _check_pause(self, user_id: int) -> None:
        """Many runs ask at once; the authorization server is asked after growing pauses."""
        last = self._unanswered.get(user_id)
        if last and self._clock() < last.again_at:
            raise OutcomeUnknownError(RENEWAL, last.error.code, last.error.text)

    def _note_unanswered(self, user_id: int, error: PortalError) -> OutcomeUnknownError:
        last = self._unanswered.get(user_id)
        times = last.times + 1 if last else 1
        again_at = self._clock() + self._pause(times)
        self._unanswered[user_id] = _Unanswered(times=times, again_at=again_at, error=error)
        return OutcomeUnknownError(RENEWAL, error.code, error.text)

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

    def _renewable(self, held: list[Tokens]) -> list[Tokens]:
        return [
            pair for pair in held if pair.refresh_token and pair.refresh_token not in self._refused
        ]
