"""Whose token a call goes with.

Documents are looked up and turned on only with tokens of the run's own user. Reports and turning
off may use any token of the portal: they free a workflow or hide a document, and must not fail
because one employee has left.
"""

import random
import time
from collections import defaultdict
from collections.abc import Collection

from robot.errors import OutcomeUnknownError, PortalError, RejectedError
from robot.portal.access import Access
from robot.protocol.oauth import NO_TOKEN, RENEWAL
from robot.store.portals import Portal
from robot.work.ready import Ready
from robot.work.retries import pause
from robot.work.traffic import NOT_THE_PORTAL
from robot.work.verdict import concerns_portal

# A no to this user; another one's token may do.
ABOUT_USER = frozenset(
    {
        NO_TOKEN,
        "AUTHORIZATION_ERROR",
        "EXPIRED_TOKEN",
        "INSUFFICIENT_SCOPE",
        "INVALID_CREDENTIALS",
        "INVALID_TOKEN",
        "NO_AUTH_FOUND",
        "USER_ACCESS_ERROR",
    }
)
OTHERS_TRIED = 3  # for one call; a portal that refuses everybody is not asked for each of them
_RANDOM = random.SystemRandom()


class Senders:
    """The users of one portal."""

    def __init__(self, access: Access, portal: Portal) -> None:
        self._access = access
        self._portal = portal
        self._order: dict[int, float] = defaultdict(_RANDOM.random)  # of others: each has a chance

    def first(self, user_id: int) -> int:
        """Who sends for that user where rights count: the user, unless only others have tokens."""
        return user_id if self._access.has(user_id) else self.quickest(user_id)

    def quickest(self, user_id: int) -> int:
        """Who sends for that user without a renewal, if anybody can."""
        if self._access.has(user_id, living=True):
            return user_id
        return self._choose(user_id, ()) or user_id

    def instead(self, ready: Ready, error: PortalError) -> bool:
        """After a no to its user, let another one send the call; False where nobody else may.

        Where no token was left, but a call has brought one meanwhile, it is that user's turn again.
        """
        has_none = isinstance(error, RejectedError) and error.code == NO_TOKEN
        if (
            has_none
            and ready.call.method != RENEWAL
            and self._access.has(ready.user_id, living=True)
        ):
            return True
        is_about_user = isinstance(error, RejectedError) and error.code in ABOUT_USER
        if not (is_about_user and ready.any_user):
            return False
        ready.refused_users.add(ready.user_id)
        if len(ready.refused_users) > OTHERS_TRIED:
            return False
        other = self._choose(ready.job.user_id, ready.refused_users)
        ready.user_id = other or ready.user_id
        return other is not None

    def _choose(self, own: int, refused: Collection[int]) -> int | None:
        """A living token needs no renewal; then the user's own; then the administrator's."""
        users = [user_id for user_id in self._access.users() if user_id not in refused]
        return min(
            users,
            key=lambda user_id: (
                not self._access.has(user_id, living=True),
                user_id != own,
                user_id != self._portal.user_id,
                self._order[user_id],
            ),
            default=None,
        )


def goes_again(ready: Ready, error: PortalError, together: int, senders: Senders) -> bool:
    """The whole request came to nothing: its calls go again at the portal's pace.

    A call that was alone may be the reason: from now on it holds up only itself.
    """
    if isinstance(error, RejectedError):
        # A no to the batch is no answer to its calls, unless it is about all of them.
        ready.goes_alone = together > 1 and not concerns_portal(error)
        return ready.goes_alone
    # What was refused before it ran waits as long as the portal's pace says, with all others.
    is_about_user = error.method in NOT_THE_PORTAL
    may_be_its_fault = together == 1 and isinstance(error, OutcomeUnknownError)
    if may_be_its_fault or is_about_user:
        ready.goes_alone = not is_about_user
        if is_about_user and ready.any_user:
            ready.user_id = senders.quickest(ready.job.user_id)
        ready.tries += 1
        ready.not_before = time.monotonic() + pause(ready.tries)
    return True
