"""Whose tokens did a run bring? Asked for runs that only somebody of the portal has sent.

Their installation's application token was in browsers, so every employee could send such a run and
name another one. The authorization server tells whose access token it brought; from then on it is
a run of that user. Where the access token has died, renewing tells the same.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlalchemy.exc import SQLAlchemyError

from robot.errors import BusyError, FlowError, ForgedError, OutcomeUnknownError, PortalError
from robot.flows.failures import not_proven
from robot.logs import get_logger
from robot.portal.verify import AT_A_TIME
from robot.protocol.oauth import APP_INFO, Tokens
from robot.steady import to_the_end
from robot.store.portals import Portal
from robot.work.job import Job
from robot.work.keyring import Keyring
from robot.work.retries import pause
from robot.work.tools import Tools

log = get_logger()


@dataclass(slots=True, kw_only=True)
class Unproven:
    """A run that waits for its proof."""

    job: Job
    tokens: Tokens  # what it brought; of which user is not known
    tries: int = 0
    not_before: float = 0.0  # monotonic seconds


class Proving:
    """The unproven runs of one portal."""

    def __init__(
        self, tools: Tools, portal: Portal, keyring: Keyring, *, changed: Callable[[], None]
    ) -> None:
        self._verifier = tools.verifier
        self._portal = portal
        self._keyring = keyring
        self._changed = changed  # called when something is proven, or is not
        self._waiting: list[Unproven] = []
        self._under_way: list[Unproven] = []
        self._landed: list[tuple[Job, Tokens | FlowError]] = []

    @property
    def is_busy(self) -> bool:
        """Whether the authorization server is being asked."""
        return bool(self._under_way)

    def add(self, job: Job, tokens: Tokens) -> None:
        """A run to prove."""
        self._waiting.append(Unproven(job=job, tokens=tokens))

    def leave(self, job: Job) -> None:
        """The run's time is over."""
        self._waiting = [one for one in self._waiting if one.job is not job]

    def landed(self) -> list[tuple[Job, Tokens | FlowError]]:
        """The runs that were proven since the last look, or why they cannot be."""
        landed, self._landed = self._landed, []
        return landed

    def idle(self, until: float) -> int:
        """How many wait for a time after that one, in monotonic seconds."""
        return sum(one.not_before >= until for one in self._waiting)

    def next_at(self) -> float | None:
        """When the next of those that wait for a time may be tried, in monotonic seconds."""
        return min((one.not_before for one in self._waiting if one.not_before), default=None)

    def send(self, group: asyncio.TaskGroup) -> None:
        """Ask about some. Of one CRM item's runs a later one never overtakes an earlier one."""
        now, self._waiting = time.monotonic(), sorted(self._waiting, key=lambda one: one.job.order)
        held = {one.job.run.document_id for one in self._under_way}
        for one in list(self._waiting):
            if len(self._under_way) >= AT_A_TIME:
                return
            item = one.job.run.document_id
            if item not in held and one.not_before <= now:
                self._waiting.remove(one)
                self._under_way.append(one)
                group.create_task(self._prove(one))
            held.add(item)

    async def _prove(self, one: Unproven) -> None:
        try:
            # First the answer, then the list: it is another one after each look.
            tokens = await self._whose(one)
            self._landed.append((one.job, tokens))
        except ForgedError as error:
            log.warning("run.not_proven", run_id=one.job.run.id, reason=str(error))
            can_renew = self._verifier.can_renew(self._portal.client_id)
            self._landed.append((one.job, not_proven(can_renew=can_renew)))
        except (PortalError, BusyError, SQLAlchemyError) as error:
            self._again(one, error)
        finally:
            self._under_way.remove(one)
            self._changed()

    async def _whose(self, one: Unproven) -> Tokens:
        """The run's tokens, of the user to whom they belong.

        Raises:
            ForgedError: nobody's of this portal.
            PortalError, BusyError: it could not be asked.
        """
        given = one.tokens
        try:
            verified = await self._verifier.identify(given.access_token)
        except ForgedError:
            if not self._verifier.can_renew(self._portal.client_id):
                raise
            return await to_the_end(self._renewed(one))
        named = (verified.member_id, verified.client_id)
        if named != (self._portal.member_id, self._portal.client_id):
            raise ForgedError("its access token is another portal's or another application's")
        return replace(given, user_id=verified.user_id)

    async def _renewed(self, one: Unproven) -> Tokens:
        """The pair before may be dead now, and with it this run's own proof: written down."""
        _, one.tokens = await self._verifier.identify_by_refresh(
            one.tokens.refresh_token,
            member_id=self._portal.member_id,
            client_ids=[self._portal.client_id],
        )
        await self._keyring.save_proven(one.tokens, of_run=one.job.run.id)
        return one.tokens

    def _again(self, one: Unproven, error: Exception) -> None:
        """Nobody answered: it waits in its place, until its time is over."""
        if not isinstance(error, PortalError):
            error = OutcomeUnknownError(APP_INFO, "", "Linkrobot had too much to do")
        one.job.came_to_nothing(APP_INFO, error)
        one.tries += 1
        one.not_before = time.monotonic() + pause(one.tries)
        self._waiting.append(one)
