"""One worker per portal, by a lease: taken, renewed by a task of its own, fenced, released.

The epoch fences our database, not Bitrix24: so each request first asks `may_send`, by the
monotonic clock, and a worker that was paused for longer sends nothing more.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeVar

from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from robot.logs import get_logger
from robot.protocol.pacing import Bucket
from robot.store import leases
from robot.store.database import Database
from robot.store.leases import LeaseLostError
from robot.work.tools import Tools

# From a lease's end until somebody's sweep has found the portal, at the latest.
FOUND_WITHIN = timedelta(seconds=2)
# An enabling call of a worker that died may be under way for as long as a call may take.
HIDES_WAIT = 60.0  # seconds

log = get_logger()
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who takes portals, and for how long at a time."""

    owner: str
    length: timedelta  # of a lease; it is renewed long before its end, unless its holder died


def holder_of(tools: Tools) -> Holder:
    """This process."""
    return Holder(owner=tools.owner, length=tools.settings.take_over_after - FOUND_WITHIN)


class Lease:
    """A portal that is ours to drain."""

    def __init__(
        self,
        database: Database,
        portal_id: int,
        taken: leases.Taken,
        *,
        length: timedelta,
        until: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.portal_id = portal_id
        self.epoch = taken.epoch
        self.was_released = taken.was_released
        self.learned = taken.learned  # by the holder before
        late_for = taken.late_for.total_seconds() if taken.was_released else HIDES_WAIT
        # In monotonic seconds: no link is turned off before. Our clock may have been set back.
        self.hides_from = clock() + min(late_for, HIDES_WAIT)
        self._bucket: Bucket | None = None
        self._database = database
        self._length = length
        self._until = until
        self._clock = clock
        self._is_over = asyncio.Event()

    def watch(self, bucket: Bucket) -> None:
        """What this bucket learns is written down with each renewal and at the end."""
        self._bucket = bucket

    def may_send(self) -> None:
        """Raise LeaseLostError unless the lease still holds for certain."""
        if self._clock() >= self._until:
            raise LeaseLostError(f"the lease of portal {self.portal_id} ran out")

    async def keep(self) -> None:
        """Renew every third of the length until `let_go`.

        Raises:
            LeaseLostError: somebody else took the portal.
        """
        while not await self._over_within(self._length.total_seconds() / 3):
            renewed_at = self._clock()
            try:
                await self._database.write(self._renewal())
            except SQLAlchemyError as error:
                # The next third tries again; `may_send` ends the work in time.
                log.warning("lease.not_renewed", portal=self.portal_id, reason=type(error).__name__)
                continue
            self._until = renewed_at + self._length.total_seconds()

    def _renewal(self) -> Callable[[Connection], None]:
        # Made here and not in the database's thread: the bucket is the event loop's.
        learned = self._learned_now()

        def renew(conn: Connection) -> None:
            until = leases.moment(conn) + self._length
            leases.renew(conn, self.portal_id, epoch=self.epoch, until=until, learned=learned)

        return renew

    def let_go(self) -> None:
        """The work is done: renew no more."""
        self._is_over.set()

    async def release(self) -> None:
        """Give the portal back; only with no request under way."""
        await self._database.write(self.releasing())

    def releasing(self) -> Callable[[Connection], None]:
        """What gives the portal back, as part of the holder's last transaction."""
        learned = self._learned_now()

        def release(conn: Connection) -> None:
            # Whoever is next has no sign of the one who died but this.
            left = self.hides_from - self._clock()
            late_until = leases.moment(conn) + timedelta(seconds=left) if left > 0 else None
            leases.release(
                conn, self.portal_id, epoch=self.epoch, learned=learned, late_until=late_until
            )

        return release

    def _learned_now(self) -> leases.Learned | None:
        if self._bucket is None:
            return None
        level = self._bucket.filled(self._clock())
        return leases.Learned(pace=self._bucket.pace, level=level, at=datetime.now(UTC))

    async def _over_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                return await self._is_over.wait()
        except TimeoutError:
            return False


async def take(
    database: Database,
    portal_id: int,
    *,
    holder: Holder,
    begin: Callable[[Connection], T],
) -> tuple[Lease, T] | None:
    """Take the portal, unless another worker holds it; `begin` reads what the work begins with."""
    return await database.write(
        partial(take_within, database=database, portal_id=portal_id, holder=holder, begin=begin)
    )


def take_within(
    conn: Connection,
    database: Database,
    portal_id: int,
    *,
    holder: Holder,
    begin: Callable[[Connection], T],
    waits: bool = True,
) -> tuple[Lease, T] | None:
    """The same as part of somebody's transaction, in the database's thread."""
    # By our clock from before: a lease never seems to last longer than the database says.
    ends_at = time.monotonic() + holder.length.total_seconds()
    now = leases.moment(conn)
    until = now + holder.length
    taken = leases.take(conn, portal_id, owner=holder.owner, now=now, until=until, waits=waits)
    if taken is None:
        return None
    beginning = begin(conn)
    return Lease(database, portal_id, taken, length=holder.length, until=ends_at), beginning
