"""The two limits of a cloud portal, scalable. https://apidocs.bitrix24.com/limits.html"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatingRule:
    """How long one method may run within a window; the documented figures are the defaults."""

    limit: float = 480.0  # seconds of work
    window: float = 600.0  # seconds
    basket: float = 60.0  # seconds of the window that leave it together
    counted_from: float = 0.1  # seconds; shorter runs are not counted

    def scaled(self, by: float) -> "OperatingRule":
        """All of it shorter by that factor."""
        return OperatingRule(
            limit=self.limit / by,
            window=self.window / by,
            basket=self.basket / by,
            counted_from=self.counted_from / by,
        )


@dataclass(slots=True, kw_only=True)
class Bucket:
    """The leaky bucket that counts HTTP requests."""

    rate: float
    burst: float
    _level: float = 0.0
    _at: float = 0.0

    def take(self, now: float) -> bool:
        """Count one request; False where it is one too many."""
        self._level = max(0.0, self._level - (now - self._at) * self.rate)
        self._at = now
        if self._level + 1 > self.burst:
            return False
        self._level += 1
        return True


@dataclass(slots=True)
class _Basket:
    first_at: float
    seconds: float = 0.0


@dataclass(slots=True, kw_only=True)
class Operating:
    """Seconds that one method has run, in baskets."""

    rule: OperatingRule
    _baskets: dict[int, _Basket] = field(default_factory=dict)

    def used(self, now: float) -> float:
        """Seconds within the window; a basket leaves it `window` after its first hit."""
        for number, basket in list(self._baskets.items()):
            if basket.first_at + self.rule.window <= now:
                del self._baskets[number]
        return sum(basket.seconds for basket in self._baskets.values())

    def add(self, seconds: float, now: float) -> None:
        """The method ran."""
        if seconds >= self.rule.counted_from:
            number = int(now // self.rule.basket)
            self._baskets.setdefault(number, _Basket(now)).seconds += seconds

    def is_blocked(self, now: float) -> bool:
        """Asked before a call: the one that goes over the limit still runs."""
        return self.used(now) >= self.rule.limit

    def reset_at(self, now: float) -> float:
        """When the oldest basket leaves the window."""
        first = min((basket.first_at for basket in self._baskets.values()), default=now)
        return first + self.rule.window
