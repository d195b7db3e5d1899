"""The `time` block of an answer: wire facts 6.2."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sandbox.portal import Portal


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopwatch:
    """Since when a method runs."""

    started_at: float  # unix seconds

    @classmethod
    def start(cls) -> "Stopwatch":
        return cls(started_at=time.time())

    def block(self, portal: Portal, app: str, method: str) -> dict[str, Any]:
        """The time so far; newer cores send whole seconds as start, some send no operating."""
        now = time.time()
        style = portal.settings.time
        start = self.started_at if style == "float" else int(self.started_at)
        processing = now - self.started_at if style == "float" else int(now) - int(self.started_at)
        block = {
            "start": start,
            "finish": now,
            "duration": now - self.started_at,
            "processing": processing,
            "date_start": iso(self.started_at),
            "date_finish": iso(now),
        }
        return block if style == "bare" else block | _operating(portal, app, method, now)


def _operating(portal: Portal, app: str, method: str, now: float) -> dict[str, Any]:
    window = portal.settings.operating_window
    return {
        "operating_reset_at": portal.operating.reset_at(app, method, now=now, window=window),
        "operating": portal.operating.used(app, method, now=now, window=window),
    }


def iso(at: float) -> str:
    """`YYYY-MM-DDThh:mm:ss+00:00`, as all times of the portal."""
    return datetime.fromtimestamp(int(at), tz=UTC).isoformat()
