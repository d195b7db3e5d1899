"""Work off one portal's runs, all together: the next calls of many runs go in one request.

Each turn: load what is due, feed the answers that came to their flows, write down what they chose
and decided in one transaction, then send what is ready, as far as the portal's pace allows.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from sqlalchemy.exc import SQLAlchemyError

from robot.errors import ForgedError, OutcomeUnknownError, PortalError
from robot.logs import get_logger
from robot.portal.access import Access
from robot.portal.session import Session
from robot.protocol.answers import Answer
from robot.protocol.oauth import Tokens
from robot.store.leases import LeaseLostError
from robot.work.beginning import Beginning
from robot.work.desk import Desk
from robot.work.lease import Lease
from robot.work.ledger import Ledger
from robot.work.ready import Ready
from robot.work.tools import Tools
from robot.work.traffic import FULL_BUCKET, Traffic

# An enabling call of a worker that died may be under way for as long as a call may take.
HIDES_WAIT = 60.0  # seconds
OVERLOADED = "OVERLOAD_LIMIT"
UNBLOCK = "Bitrix24 blocked this portal's REST API by hand: ask its support to lift that"
# What a request's calls were answered, or why it came to nothing as a whole.
Landed = tuple[Sequence[Ready], Sequence[Answer | PortalError] | PortalError]

log = get_logger()


class Drain:
    """The worker of one portal, for as long as it has due runs."""

    def __init__(
        self,
        tools: Tools,
        beginning: Beginning,
        lease: Lease,
        traffic: Traffic,
        *,
        share: Callable[[], int],
    ) -> None:
        self._tools = tools
        self._portal = portal = beginning.portal
        self._lease = lease
        self._traffic = traffic
        self._traffic.begin()
        self._ledger = Ledger(tools, portal, lease)
        self._access = Access(
            tools.verifier,
            member_id=portal.member_id,
            client_id=portal.client_id,
            save=self._ledger.save_renewed,
        )
        self._session = Session(
            tools.http,
            tools.verifier,
            self._access,
            endpoint=portal.endpoint,
            confirm=tools.confirm,
            moved=self._ledger.save_endpoint,
        )
        for stored in beginning.tokens:
            self._access.offer(stored, is_stored=True)
        self._desk = Desk(self._ledger, self._access, tools.vault, portal, share=share)
        self._desk.begin(beginning)
        self._landed: list[Landed] = []
        self._began_at = time.monotonic()
        self._storing = 0  # tokens that are being verified, to be stored
        self._changed = asyncio.Event()
        self._hides_from = 0.0 if lease.was_released else time.monotonic() + HIDES_WAIT
        self._next_at: float | None = None  # when something may be sent, in monotonic seconds
        self._is_stopping = False

    @property
    def wants_look(self) -> bool:
        """Runs came that were not looked at."""
        return self._desk.wants_look

    def look(self) -> None:
        """New runs may have come."""
        self._desk.wants_look = True
        self._changed.set()

    def stop(self) -> None:
        """Send nothing more; what is under way is still written down."""
        self._is_stopping = True
        self._changed.set()

    async def run(self) -> None:
        """Work until nothing is due, then give the portal back.

        Raises:
            ExceptionGroup: LeaseLostError, or a failure of the database. The lease is not given
                back then: a request may be under way.
        """
        async with asyncio.TaskGroup() as group:
            group.create_task(self._lease.keep())
            while not await self._turn(group):
                await self._something_happens()
        self._tell()

    def _tell(self) -> None:
        """One line for each burst that was worked off."""
        log.info(
            "burst.drained",
            member_id=self._portal.member_id,
            runs=self._desk.loaded,
            requests=self._traffic.requests,
            refused=self._traffic.refused,
            pace=round(self._traffic.bucket.pace, 2),
            seconds=round(time.monotonic() - self._began_at, 3),
        )

    async def _turn(self, group: asyncio.TaskGroup) -> bool:
        """One turn; True when nothing is left to do."""
        self._changed.clear()
        if not self._is_stopping:
            await self._desk.load()
        landed, self._landed = self._landed, []
        for batch, found in landed:
            self._desk.take_found(batch, found)
        if not self._is_last():
            await self._desk.settle()
            self._go_on(group)
        if not (self._is_stopping or self._is_last()) or self._is_busy():
            return False
        # From here on a wake is for the next worker of this portal: `wants_look` tells.
        self._lease.let_go()
        await self._ledger.close()
        return True

    def _is_last(self) -> bool:
        """Whether what is noted is all that is left to do."""
        return self._desk.is_clear and not self._is_busy()

    def _is_busy(self) -> bool:
        return bool(self._traffic.in_flight or self._storing)

    def _go_on(self, group: asyncio.TaskGroup) -> None:
        if self._is_stopping:
            return
        self._send(group)
        for tokens in self._access.worth_storing():
            self._storing += 1
            group.create_task(self._store(tokens))

    async def _something_happens(self) -> None:
        """An answer, a new run, the order to stop, or the time to send again."""
        try:
            async with asyncio.timeout(self._seconds_to_wait()):
                await self._changed.wait()
        except TimeoutError:
            pass

    def _send(self, group: asyncio.TaskGroup) -> None:
        self._next_at = None
        while self._traffic.has_room() and len(self._desk.ready):
            now = time.monotonic()
            if not self._traffic.is_worth_sending(len(self._desk.ready), now):
                return  # the next answer wakes us
            wait = self._traffic.wait(now)
            batch = [] if wait else self._take(now)
            if not batch:
                self._next_at = now + wait if wait else self._later(now)
                return
            self._traffic.departed(now)
            group.create_task(self._request(batch, sent_at=now))

    def _take(self, now: float) -> list[Ready]:
        load = self._traffic.next_load(now)
        return self._desk.ready.take(load, now=now, hides_from=self._hides_from)

    def _later(self, now: float) -> float | None:
        """When something that waits for a time may be sent."""
        times = (
            self._traffic.next_at(now),
            self._desk.ready.next_at(now=now, hides_from=self._hides_from),
        )
        return min((at for at in times if at is not None), default=None)

    def _seconds_to_wait(self) -> float | None:
        """Until something may be sent, or some run's time is over."""
        times = [] if self._next_at is None else [self._next_at - time.monotonic()]
        if deadline := self._desk.ready.next_deadline():
            times.append((deadline - datetime.now(UTC)).total_seconds())
        return max(min(times), 0.0) if times else None

    async def _request(self, batch: list[Ready], *, sent_at: float) -> None:
        calls = [ready.call for ready in batch]
        try:
            results = await self._session.request(
                calls, user_id=batch[0].user_id, may_send=self._lease.may_send
            )
        except PortalError as error:
            self._failed(batch, error, sent_at)
        except LeaseLostError:
            raise
        except Exception:
            # Our own bug or the database's trouble: it must hold up these calls only.
            log.exception("request.crashed", portal=self._portal.id, calls=len(batch))
            failure = OutcomeUnknownError("batch", "", "Linkrobot itself failed")
            self._failed(batch, failure, sent_at)
        else:
            self._traffic.arrived()
            self._learn(batch, results)
            self._landed.append((batch, results))
        self._changed.set()

    def _failed(self, batch: Sequence[Ready], error: PortalError, sent_at: float) -> None:
        if error.code == OVERLOADED:
            log.error("portal.blocked", member_id=self._portal.member_id, remedy=UNBLOCK)
        elif error.code != FULL_BUCKET:
            log.warning(
                "request.failed",
                member_id=self._portal.member_id,
                calls=len(batch),
                error_code=error.code,
                reason=error.text,
            )
        self._traffic.failed(error, time.monotonic(), sent_at=sent_at)
        self._learn(batch, [error] * len(batch))
        self._landed.append((batch, error))

    def _learn(self, batch: Sequence[Ready], results: Sequence[Answer | PortalError]) -> None:
        now, unix = time.monotonic(), time.time()
        for ready, result in zip(batch, results, strict=True):
            self._traffic.learn(ready.call, result, now=now, unix=unix)

    async def _store(self, tokens: Tokens) -> None:
        """Keep an event's tokens for runs that bring none, once it is proven whose they are."""
        try:
            verified = await self._tools.verifier.identify(tokens.access_token)
            named = (verified.member_id, verified.client_id, verified.user_id)
            if named == (self._portal.member_id, self._portal.client_id, tokens.user_id):
                await self._ledger.save_proven(tokens)
        except (ForgedError, PortalError, SQLAlchemyError) as error:
            log.info("token.not_stored", user_id=tokens.user_id, reason=str(error))
        finally:
            self._storing -= 1
            self._changed.set()
