"""How long a portal's methods take, by what it said itself. Pure.

A request must finish within 60 s (docs: limits.md), so a batch is filled only up to the time that
its calls are expected to take.
"""

import math
from collections import defaultdict, deque
from collections.abc import Mapping
from typing import Any

BATCH_SECONDS = 20.0  # of the 60 allowed
UNKNOWN_SECONDS = 1.0  # of a call whose method has no figure yet
REMEMBERED = 100  # calls of each method
LATEST = 5  # of them tell first that a portal is getting slower
# It runs the workflow's following rules inside the call, so its times are far apart.
VARYING = "bizproc.event.send"
_VARYING_QUANTILE = 0.95


class Timings:
    """What calls of each method took lately, at one portal."""

    def __init__(self) -> None:
        self._seconds: dict[str, deque[float]] = defaultdict(lambda: deque(maxlen=REMEMBERED))
        self._expected: dict[str, float] = {}

    def note(self, method: str, time: Mapping[str, Any]) -> None:
        """A call's `time` block; one without a duration tells nothing."""
        duration = time.get("duration")
        if isinstance(duration, int | float) and 0 <= duration < 3600:
            self._seconds[method].append(float(duration))
            self._expected.pop(method, None)

    def overran(self, method: str, seconds: float) -> None:
        """A call's request was not answered in time: so long was its share of it, or longer."""
        self.note(method, {"duration": max(seconds, self.expected(method))})

    def expected(self, method: str) -> float:
        """Seconds that a call of this method should take."""
        if method not in self._seconds:
            return UNKNOWN_SECONDS
        if method not in self._expected:
            self._expected[method] = _figure(method, list(self._seconds[method]))
        return self._expected[method]


def _figure(method: str, seconds: list[float]) -> float:
    if method == VARYING:
        return sorted(seconds)[math.ceil(_VARYING_QUANTILE * len(seconds)) - 1]
    latest = seconds[-LATEST:]
    return max(sum(seconds) / len(seconds), sum(latest) / len(latest))
