"""How long to wait before the next request to a portal. Pure: the clock is an argument.

Bitrix24 keeps a leaky bucket per portal and source address: over `burst` requests it answers 503,
and `rate` requests a second leak out (wire facts 6.5).
"""

from dataclasses import dataclass

# Requests that we leave free: others share our address, and clocks differ a little.
HEADROOM = 2


@dataclass(slots=True, kw_only=True)
class Bucket:
    """Our picture of a portal's bucket. Times are seconds of one monotonic clock."""

    rate: float
    burst: int
    level: float = 0.0
    at: float = 0.0

    def wait(self, now: float) -> float:
        """Seconds until one more request fits."""
        over = self.filled(now) + 1 - max(self.burst - HEADROOM, 1)
        return max(over / self.rate, 0.0)

    def add(self, now: float) -> None:
        """A request was sent."""
        self.level, self.at = self.filled(now) + 1, now

    def refused(self, now: float) -> None:
        """The portal says that its bucket is full."""
        self.level, self.at = float(self.burst), now

    def filled(self, now: float) -> float:
        """Requests that have not leaked out yet."""
        return max(self.level - (now - self.at) * self.rate, 0.0)
