"""Faults on order: what the control plane asked to go wrong, and how often."""

from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import count
from typing import Literal

Target = Literal["rest", "oauth", "delivery"]
Kind = Literal["error", "slow", "omit", "drop_before", "drop_after", "html", "cut", "status"]

# These concern one command; all others but `omit` (a batch's) the whole HTTP request.
OF_A_COMMAND: frozenset[Kind] = frozenset({"error", "slow"})
OF_A_BATCH: frozenset[Kind] = frozenset({"omit"})


@dataclass(slots=True, kw_only=True)
class Fault:
    """One order; `times` None is for ever, `method` None is any."""

    id: int = field(default_factory=count(1).__next__, compare=False)
    target: Target
    method: str | None
    kind: Kind
    times: int | None
    error: str
    description: str
    status: int
    seconds: float
    user_id: int | None = None  # of the caller, for one command; None: whoever calls

    def hits(self, target: Target, methods: Collection[str], user_id: int | None = None) -> bool:
        if self.target != target or self.times == 0 or self.user_id not in (None, user_id):
            return False
        return self.method is None or self.method.lower() in methods

    def use(self) -> None:
        if self.times is not None:
            self.times -= 1


def take(
    faults: list[Fault],
    target: Target,
    methods: Collection[str],
    kinds: Collection[Kind],
    *,
    user_id: int | None = None,
) -> Fault | None:
    """The first order that hits, counted as used once; `methods` in lower case."""
    for fault in faults:
        if fault.kind in kinds and fault.hits(target, methods, user_id):
            fault.use()
            return fault
    return None
