"""How long to wait before the next request to a portal. Pure: the clock is an argument.

Bitrix24 keeps a leaky bucket per portal and source address: over `burst` requests it answers 503,
and `rate` requests a second leak out (wire facts 6.5). Other apps behind our address share it, so
the pace learns: each refusal lowers it by a third (those of requests that were under way together
count once), quiet time raises it slowly. Without that, an
app that asks for half of the leak got 3 of 140 calls (measurements.md section 4).
"""

from dataclasses import dataclass

# Requests that we leave free: others share our address, and clocks differ a little.
HEADROOM = 2
# Once full we wait until so many have leaked out, in turn, and send those together. Whoever sends
# one at the very moment at which one leaks out always finds its place, is never refused, and so
# never learns that another app gets nothing; a group that never changes falls into step with some
# app's own pace (tests/protocol/test_pacing_shared.py).
GROUPS = (2, 3, 4)
LOWERED_TO = 2 / 3  # of the pace, at each refusal
RAISED_BY = 0.005  # of the documented rate, each second without a refusal
SLOWEST = 0.05  # of the documented rate: a request every ten seconds on most plans


@dataclass(slots=True, kw_only=True)
class Bucket:
    """Our picture of a portal's bucket. Times are seconds of one monotonic clock."""

    rate: float  # requests per second, as documented or set
    burst: int
    pace: float = 0.0  # requests per second, as learned; 0: not learned yet
    level: float = 0.0
    at: float = 0.0
    is_full: bool = False  # it was, and a group has not leaked out since
    times_full: int = 0
    lowered_at: float = float("-inf")

    def wait(self, now: float) -> float:
        """Seconds until one more request fits."""
        self._pass(now)
        limit = max(self.burst - HEADROOM, 1)
        # A hair's breadth for sums of floating-point numbers.
        if not self.is_full and self.level + 1 > limit + 1e-9:
            self.is_full, self.times_full = True, self.times_full + 1
        group = GROUPS[self.times_full % len(GROUPS)]
        over = self.level - max(limit - group, 0) if self.is_full else 0.0
        if over <= 1e-9:
            self.is_full = False
            return 0.0
        return over / self.pace

    def add(self, now: float) -> None:
        """A request was sent."""
        self._pass(now)
        self.level += 1

    def refused(self, now: float, *, sent_at: float) -> None:
        """The portal says that its bucket is full: others fill it, too.

        Requests that were under way together when it was full tell of one event: the pace is
        lowered once for them.
        """
        self._pass(now)
        self.level = float(self.burst)
        if sent_at >= self.lowered_at:
            self.pace = max(self.pace * LOWERED_TO, self.rate * SLOWEST)
            self.lowered_at = now

    def take_over(self, level: float, pace: float, *, at: float) -> None:
        """Go on with what another worker had learned by then."""
        self.level, self.at = level, at
        self.pace = min(max(pace, self.rate * SLOWEST), self.rate)

    def filled(self, now: float) -> float:
        """Requests that have not leaked out yet."""
        self._pass(now)
        return self.level

    def _pass(self, now: float) -> None:
        """Let the time since the last look pass."""
        seconds = max(now - self.at, 0.0)
        self.pace = self.pace or self.rate
        self.level = max(self.level - seconds * self.pace, 0.0)
        self.pace = min(self.pace + seconds * self.rate * RAISED_BY, self.rate)
        self.at = now
