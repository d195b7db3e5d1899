"""The two limits of a cloud portal: requests per second and operating time.

https://apidocs.bitrix24.com/limits.html and wire facts 6.5, 6.6.
"""

from dataclasses import dataclass, field

# Runs shorter than this are not counted: wire facts 6.6.
COUNTED_FROM = 0.1  # seconds


@dataclass(slots=True, kw_only=True)
class Bucket:
    """A leaky bucket per source address; apps on one server share it."""

    _levels: dict[str, tuple[float, float]] = field(default_factory=dict)

    def take(self, source: str, *, now: float, rate: float | None, burst: float) -> bool:
        """Count one request; False where it is one too many. `rate` None is no limit."""
        if rate is None:
            return True
        level = self.level(source, now=now, rate=rate)
        if level + 1 > burst:
            return False
        self._levels[source] = (level + 1, now)
        return True

    def level(self, source: str, *, now: float, rate: float) -> float:
        level, since = self._levels.get(source, (0.0, now))
        return max(0.0, level - (now - since) * rate)

    def levels(self, *, now: float, rate: float | None) -> dict[str, float]:
        return {source: self.level(source, now=now, rate=rate or 0) for source in self._levels}


@dataclass(slots=True)
class _Minute:
    first_at: float
    seconds: float


@dataclass(slots=True, kw_only=True)
class Operating:
    """Seconds that each method of each app has run, in baskets of one minute."""

    _minutes: dict[tuple[str, str], dict[int, _Minute]] = field(default_factory=dict)

    def used(self, app: str, method: str, *, now: float, window: float) -> float:
        """Seconds within the window; baskets leave it `window` after their first hit."""
        minutes = self._minutes.get((app, method), {})
        for minute in [m for m, basket in minutes.items() if basket.first_at + window <= now]:
            del minutes[minute]
        return sum(basket.seconds for basket in minutes.values())

    def add(self, app: str, method: str, *, seconds: float, now: float) -> None:
        if seconds < COUNTED_FROM:
            return
        minutes = self._minutes.setdefault((app, method), {})
        minutes.setdefault(int(now // 60), _Minute(now, 0.0)).seconds += seconds

    def reset_at(self, app: str, method: str, *, now: float, window: float) -> int:
        minutes = self._minutes.get((app, method), {})
        return int(min((basket.first_at for basket in minutes.values()), default=now) + window)

    def all(self, *, now: float, window: float) -> list[dict[str, object]]:
        return [
            {
                "app": app,
                "method": method,
                "seconds": self.used(app, method, now=now, window=window),
            }
            for app, method in list(self._minutes)
        ]
