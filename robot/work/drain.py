"""Work off one portal's runs, all together: the next calls of many runs go in one request.

Each turn: load what is due, feed the answers that came to their flows, write down what they chose
and decided in one transaction, then send what is ready, as far as the portal's pace allows.
"""

import asyncio
import time
from datetime import UTC, datetime

from sqlalchemy.exc import SQLAlchemyError

from robot.errors import BusyError, ForgedError, PortalError
from robot.logs import get_logger
from robot.portal.access import Access
from robot.portal.session import Session
from robot.protocol.oauth import Tokens
from robot.work.beginning import Beginning
from robot.work.desk import Desk
from robot.work.keyring import Keyring
from robot.work.lease import Lease
from robot.work.ledger import Ledger
from robot.work.proving import Proving
from robot.work.retries import pause
from robot.work.room import Room
from robot.work.sending import Sending
from robot.work.tools import Tools
from robot.work.traffic import Traffic

LOOKS_EVERY = 60.0  # seconds without a turn, at most, whatever was missed
STUCK_AFTER = 300.0  # seconds

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
        room: Room,
    ) -> None:
        self._tools = tools
        self._portal = portal = beginning.portal
        self._lease = lease
        self._traffic = traffic
        self._traffic.begin()
        self._ledger = Ledger(tools, portal, lease)
        self._keyring = Keyring(tools, portal, self._ledger)
        self._access = Access(
            tools.verifier,
            self._keyring,
            member_id=portal.member_id,
            client_id=portal.client_id,
            pause=pause,
        )
        self._changed = asyncio.Event()
        self._proving = Proving(tools, portal, self._keyring, changed=self._changed.set)
        session = Session(
            tools.http,
            tools.verifier,
            self._access,
            endpoint=portal.endpoint,
            confirm=tools.confirm,
            moved=self._ledger.save_endpoint,
        )
        self._sending = Sending(portal, session, traffic, lease, changed=self._changed)
        for stored in beginning.tokens:
            self._access.offer(stored, is_stored=True)
        self._desk = Desk(
            self._ledger,
            self._access,
            tools.vault,
            proving=self._proving,
            room=room,
            rests_until=traffic.rests_until,
        )
        self._beginning = beginning
        self._began_at = time.monotonic()
        self._storing = 0  # tokens that are being verified, to be stored
        self._is_stopping = False
        self._turned_at = time.monotonic()
        self._task: asyncio.Task[None] | None = None

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

    @property
    def is_stuck(self) -> bool:
        """Whether no turn has come for long: something in one never ends."""
        return time.monotonic() - self._turned_at > STUCK_AFTER

    def abandon(self) -> None:
        """End the work where it stands. The lease runs out, then another worker begins anew."""
        self._turned_at = time.monotonic()
        if self._task:
            self._task.cancel()

    async def run(self) -> None:
        """Work until nothing is due, then give the portal back.

        Raises:
            ExceptionGroup: LeaseLostError, or a failure of the database. The lease is not given
                back then: a request may be under way.
        """
        self._task = asyncio.current_task()
        try:
            self._desk.begin(self._beginning)
            async with asyncio.TaskGroup() as group:
                group.create_task(self._lease.keep())
                while not await self._turn(group):
                    await self._something_happens()
        finally:
            self._desk.close()
        self._tell()

    def _tell(self) -> None:
        """One line for each burst that was worked off."""
        log.info(
            "burst.drained",
            member_id=self._portal.member_id,
            runs=self._desk.loaded,
            failed=self._ledger.failed,
            requests=self._traffic.requests,
            refused=self._traffic.refused,
            pace=round(self._traffic.bucket.pace, 2),
            seconds=round(time.monotonic() - self._began_at, 3),
        )

    async def _turn(self, group: asyncio.TaskGroup) -> bool:
        """One turn; True when nothing is left to do."""
        self._changed.clear()
        self._turned_at = time.monotonic()
        if not self._is_stopping:
            await self._desk.load()  # first: what answers finish is not written down yet
        for batch, found in self._sending.landed():
            self._desk.take_found(batch, found)
        self._desk.take_proven()
        if not self._is_last():
            await self._desk.settle()
            self._go_on(group)
            if not self._is_stopping and self._desk.room():
                self._changed.set()  # settling has made room for more
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
        return bool(self._traffic.in_flight or self._storing or self._proving.is_busy)

    def _go_on(self, group: asyncio.TaskGroup) -> None:
        if self._is_stopping:
            return
        self._sending.send(self._desk.ready, group)
        self._proving.send(group)
        for tokens in self._access.worth_storing():
            self._storing += 1
            group.create_task(self._store(tokens))

    async def _something_happens(self) -> None:
        """An answer, a new run, the order to stop, or the time to send again."""
        await asyncio.sleep(0)  # whatever happens, others have their turn
        try:
            async with asyncio.timeout(self._seconds_to_wait()):
                await self._changed.wait()
        except TimeoutError:
            pass

    def _seconds_to_wait(self) -> float:
        """Until something may be sent, or some run's time is over."""
        times = [LOOKS_EVERY]
        for next_at in (self._sending.next_at, self._proving.next_at()):
            if next_at and not self._is_stopping:
                times.append(next_at - time.monotonic())
        if deadline := self._desk.next_deadline():
            times.append((deadline - datetime.now(UTC)).total_seconds())
        return max(min(times), 0.0)

    async def _store(self, tokens: Tokens) -> None:
        """Keep an event's tokens for runs that bring none, once it is proven whose they are."""
        try:
            verified = await self._tools.verifier.identify(tokens.access_token)
            named = (verified.member_id, verified.client_id, verified.user_id)
            is_theirs = named == (self._portal.member_id, self._portal.client_id, tokens.user_id)
            if is_theirs and await self._keyring.save_proven(tokens):
                self.look()
        except (BusyError, ForgedError, PortalError, SQLAlchemyError) as error:
            log.info("token.not_stored", user_id=tokens.user_id, reason=str(error))
        finally:
            self._storing -= 1
            self._changed.set()
