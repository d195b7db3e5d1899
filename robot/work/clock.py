"""The machine's clock, which may be set while we work: what waits must not wait for its error."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy.engine import Connection

from robot.logs import get_logger
from robot.store import leases, redating
from robot.work.tools import Tools

TOLERATED = 2.0  # seconds between two looks: clocks are steered a little all the time
REMEDY = "the machine's clock was set, or the machine slept: look after its time service (NTP)"

log = get_logger()


class Clock:
    """Looked at about once a second: where it was set, it and the monotonic clock went apart."""

    def __init__(
        self,
        tools: Tools,
        *,
        wall: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tools = tools
        self._wall, self._steady = wall, steady
        self._apart = wall() - steady()
        self._set_at = steady()
        self._jumped_at: float | None = None
        self._was_ahead = False  # and what it dated is not mended yet

    async def look(self) -> None:
        """Tell of a jump; after one back, what was put off to a later time is due now."""
        apart = self._wall() - self._steady()
        jump, self._apart = apart - self._apart, apart
        if abs(jump) >= TOLERATED:
            self._set_at = self._jumped_at = self._steady()
            self._was_ahead |= jump < 0
            log.warning("clock.jumped", seconds=round(jump), remedy=REMEDY)
        if self._was_ahead:
            await self._tools.database.write(self._bring_forward)
            self._was_ahead = False

    def is_steady_for(self, seconds: float) -> bool:
        """Whether it was not set for so long, as far as this process has seen."""
        return self._steady() - self._set_at >= seconds

    def jumped_within(self, seconds: float) -> bool:
        """Whether it was set that recently: it may be set again, if that was an error."""
        jumped_at = self._jumped_at
        return jumped_at is not None and self._steady() - jumped_at < seconds

    def _bring_forward(self, conn: Connection) -> None:
        now = datetime.now(UTC)
        redating.bring_forward(conn, now=now, latest=now)
        if not self._tools.database.is_shared:  # else leases are the server's clock's
            leases.expire_late(conn, owner=self._tools.owner, now=now)
