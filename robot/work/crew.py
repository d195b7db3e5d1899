"""The tasks that work: one for each busy portal, the sweep that finds what nobody works on, and
housekeeping. A portal without work has no task.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy.exc import SQLAlchemyError

from robot.logs import get_logger
from robot.protocol.pacing import Bucket
from robot.store import backlog, duties, leases
from robot.store.leases import Learned, LeaseLostError
from robot.store.trouble import explain
from robot.work import housekeeping, lease
from robot.work.beginning import begin
from robot.work.claims import Claims, Taken
from robot.work.clock import Clock
from robot.work.drain import Drain
from robot.work.room import Room
from robot.work.tools import Tools
from robot.work.traffic import Traffic

REMEMBERED = 1_000  # portals whose speed and pace are kept between two bursts
SWEEP_EVERY = 1.0  # seconds
VERIFIES_EVERY = 5.0  # seconds between two looks for kept messages
STOPS_WITHIN = 6.0  # seconds for what is under way at a clean stop
AFTER_FAILURE = 5.0  # seconds
# One of all replicas keeps house, each of them tries to hourly.
ALMOST_HOURLY = timedelta(seconds=housekeeping.EVERY * 0.9)

log = get_logger()


class Crew:
    """Everybody who works in this process."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._drains: dict[int, Drain | None] = {}  # None: about to take the lease
        self._woken: set[int] = set()
        self._room = Room()
        self._claimed: dict[int, Taken] = {}  # taken by those who stored their runs
        self._traffic: dict[int, Traffic] = {}
        self._group: asyncio.TaskGroup | None = None
        self._clock = Clock(tools)
        self._rests_until = 0.0  # monotonic seconds, after a failure of the database
        self._stopping = asyncio.Event()
        self._stops_by: float | None = None  # in the event loop's time
        self._idle = asyncio.Event()  # no portal is being drained
        self._idle.set()

    @property
    def is_stopping(self) -> bool:
        """Nothing is begun any more."""
        return self._stopping.is_set()

    def wake(self, portal_id: int) -> None:
        """There is, or may be, something to do for that portal."""
        if self._stopping.is_set() or self._group is None:
            return
        if portal_id not in self._drains:
            self._drains[portal_id] = None
            self._room.portals = len(self._drains)
            self._idle.clear()
            self._group.create_task(self._drain_portal(portal_id))
        elif drain := self._drains[portal_id]:
            drain.look()
        else:
            self._woken.add(portal_id)

    def claims(self) -> Claims:
        """What a transaction that stores runs may take; hand it to `go` once it is on disk."""
        is_working = self._group is not None and not self._stopping.is_set()
        busy = frozenset(self._drains) if is_working else None
        return Claims(self._tools, busy=busy, room=self._room.beginning())

    def go(self, claims: Claims, portal_ids: Collection[int]) -> None:
        """Runs of these portals were stored, and some of the portals were taken as well."""
        self._claimed |= claims.taken
        for portal_id in portal_ids:
            if portal_id in claims.missed and self._tools.signals:
                self._tools.signals.tell(portal_id)
            else:
                self.wake(portal_id)

    def paces(self) -> dict[int, float]:
        """Requests in our picture of each portal's bucket."""
        now = time.monotonic()
        return {
            portal_id: traffic.bucket.filled(now) for portal_id, traffic in self._traffic.items()
        }

    async def run(self, verify_kept: Callable[[], Awaitable[object]] | None = None) -> None:
        """Work until `stop`; with `verify_kept`, messages that wait for verification, too."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            group.create_task(self._every(SWEEP_EVERY, self._sweep))
            group.create_task(self._every(housekeeping.EVERY, self._keep_house))
            if verify_kept:
                group.create_task(self._every(VERIFIES_EVERY, verify_kept))
            if signals := self._tools.signals:
                group.create_task(signals.send())
                group.create_task(signals.listen(self.wake))

    async def stop(self) -> None:
        """Send nothing more; write down what is under way; `run` ends. Again: wait on for that."""
        self._stopping.set()
        for drain in self._drains.values():
            if drain:
                drain.stop()
        self._stops_by = self._stops_by or asyncio.get_running_loop().time() + STOPS_WITHIN
        with suppress(TimeoutError):
            async with asyncio.timeout_at(self._stops_by):
                await self._idle.wait()

    async def _sweep(self) -> None:
        """Find what nobody works on, also where somebody only seems to."""
        for portal_id, drain in self._drains.items():
            if drain and drain.is_stuck:
                log.error("drain.stuck", portal=portal_id)
                drain.abandon()
        await self._clock.look()
        if time.monotonic() < self._rests_until:
            return
        due = await self._tools.database.read(
            lambda conn: backlog.busy_portals(
                conn, now=datetime.now(UTC), at=leases.moment(conn), owner=self._tools.owner
            )
        )
        for portal_id in due:
            self.wake(portal_id)

    async def _keep_house(self) -> None:
        """What is old is known only while the clock is steady: it may say a year that never was."""
        turn = partial(duties.take, name="housekeeping", every=ALMOST_HOURLY, now=datetime.now(UTC))
        is_steady = self._clock.is_steady_for(housekeeping.EVERY)
        if is_steady and await self._tools.database.write(turn):
            await housekeeping.forget_old(self._tools)
        else:
            await housekeeping.end_left_over(self._tools.database)

    async def _drain_portal(self, portal_id: int) -> None:
        try:
            while not self._stopping.is_set() or portal_id in self._claimed:
                self._woken.discard(portal_id)
                if not await self._drain_once(portal_id):
                    break
        except* LeaseLostError as lost:
            log.warning("lease.lost", portal=portal_id, reason=str(lost.exceptions[0]))
        except* SQLAlchemyError as errors:
            self._rest(errors)
        except* Exception:
            # Whatever it was: the runs are stored, and the sweep comes again.
            log.exception("drain.failed", portal=portal_id)
        finally:
            del self._drains[portal_id]
            self._room.portals = len(self._drains)
            if not self._drains:
                self._idle.set()

    def _rest(self, errors: BaseExceptionGroup[BaseException]) -> None:
        """The database fails, for all portals alike: one line, and the sweep comes again later."""
        now, error = time.monotonic(), _first(errors)
        if now >= self._rests_until:
            log.error("database.failed", reason=explain(error))
        self._rests_until = now + AFTER_FAILURE

    async def _drain_once(self, portal_id: int) -> bool:
        """Take the portal and work; True where it was woken again meanwhile."""
        taken = await self._take(portal_id)
        if taken is None:
            return False
        held, beginning = taken
        traffic = self._traffic_of(portal_id, held.learned)
        held.watch(traffic.bucket)
        drain = Drain(self._tools, beginning, held, traffic, room=self._room)
        self._drains[portal_id] = drain
        if portal_id in self._woken:
            drain.look()  # it may have come too late for the beginning
        if self._stopping.is_set():
            drain.stop()
        await drain.run()
        self._drains[portal_id] = None
        return drain.wants_look

    async def _take(self, portal_id: int) -> Taken | None:
        if claimed := self._claimed.pop(portal_id, None):
            return claimed
        tools, room = self._tools, self._room.beginning()
        taken = await lease.take(
            tools.database,
            portal_id,
            holder=lease.holder_of(tools),
            begin=partial(begin, portal_id=portal_id, vault=tools.vault, room=room),
        )
        # Whoever stored a run may have been quicker.
        return taken or self._claimed.pop(portal_id, None)

    def _traffic_of(self, portal_id: int, learned: Learned | None) -> Traffic:
        """What is known of the portal's speed and pace; it outlives the work on a burst."""
        settings = self._tools.settings
        if portal_id in self._traffic:
            self._traffic[portal_id] = self._traffic.pop(portal_id)  # the latest used stand last
        else:
            bucket = Bucket(rate=settings.portal_rate, burst=settings.portal_burst)
            if learned:
                seconds = max((datetime.now(UTC) - learned.at).total_seconds(), 0.0)
                # One more, since the holder before may have died between sending and writing.
                bucket.take_over(learned.level + 1, learned.pace, at=time.monotonic() - seconds)
            self._traffic[portal_id] = Traffic(bucket, parallel=settings.portal_parallel)
            self._forget_traffic()
        return self._traffic[portal_id]

    def _forget_traffic(self) -> None:
        idle = [portal_id for portal_id in self._traffic if portal_id not in self._drains]
        for portal_id in idle[: max(len(self._traffic) - REMEMBERED, 0)]:
            del self._traffic[portal_id]

    async def _every(self, seconds: float, work: Callable[[], Awaitable[object]]) -> None:
        while not self._stopping.is_set():
            pause = seconds
            try:
                await work()
            except SQLAlchemyError as error:
                # A full disk or a locked database passes; the watch goes on.
                log.error("watch.failed", reason=explain(error))  # noqa: TRY400 # no traceback
                pause = AFTER_FAILURE
            except Exception:
                log.exception("watch.failed")
                pause = max(seconds, AFTER_FAILURE)
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._stopping.wait()


def _first(errors: BaseException) -> BaseException:
    """One of the errors in a group of groups."""
    while isinstance(errors, BaseExceptionGroup):
        errors = errors.exceptions[0]
    return errors
