"""The `time` block of an answer: wire facts 6.2."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sandbox.portal import Portal


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopwatch:
    """Since when a method runs. A clock that is moved meanwhile makes it run no longer."""

    portal: Portal
    started_at: float  # unix seconds of the portal's clock
    _since: float  # seconds of the machine's monotonic clock

    @classmethod
    def start(cls, portal: Portal) -> "Stopwatch":
        return cls(portal=portal, started_at=portal.clock.now(), _since=time.monotonic())

    def seconds(self) -> float:
        """How long it has taken so far."""
        return time.monotonic() - self._since

    def block(self, app: str, method: str) -> dict[str, Any]:
        """The time so far; newer cores send whole seconds as start, some send no operating."""
        style, start = self.portal.settings.time, self.started_at
        duration = self.seconds()
        now = start + duration
        block = {
            "start": start if style == "float" else int(start),
            "finish": now,
            "duration": duration,
            "processing": duration if style == "float" else int(now) - int(start),
            "date_start": iso(start),
            "date_finish": iso(now),
        }
        return block if style == "bare" else block | _operating(self.portal, app, method, now)


def _operating(portal: Portal, app: str, method: str, now: float) -> dict[str, Any]:
    window = portal.settings.operating_window
    return {
        "operating_reset_at": portal.operating.reset_at(app, method, now=now, window=window),
        "operating": portal.operating.used(app, method, now=now, window=window),
    }


def iso(at: float) -> str:
    """`YYYY-MM-DDThh:mm:ss+00:00`, as all times of the portal."""
    return datetime.fromtimestamp(int(at), tz=UTC).isoformat()
