"""The operating time of methods: when one must rest, and when it opens again. Pure.

Bitrix24 adds up the running time of each method of an app over ten one-minute baskets. Over its
limit it refuses the method until the oldest basket ends; the call that oversteps still succeeds
(wire facts 6.6; docs: limits.md). `now` is a monotonic clock; Unix time only where said.
"""

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# The limit of the documentation's example. Portals may have lower ones, which their refusals show,
# or none at all.
REST_FROM = 0.95 * 480.0  # seconds of operating time
WINDOW = 600.0  # seconds
# Without a reset time in the future the method is tried with one call after these pauses.
PROBES = (2.0, 5.0, 10.0, 20.0, 60.0)  # seconds; the last one stays


@dataclass(slots=True, kw_only=True)
class _Method:
    reset_at: float = 0.0  # the oldest basket ends
    refusals: int = 0  # in a row
    rests_until: float = 0.0
    is_resting: bool = False  # until a call has shown that it is open again
    is_probed: bool = False  # that call is under way


class OperatingTime:
    """Which methods of one portal rest."""

    def __init__(self) -> None:
        self._methods: dict[str, _Method] = defaultdict(_Method)

    def admits(self, method: str, now: float) -> bool:
        """Whether a call may be sent; after a rest one goes first, to see."""
        state = self._methods[method]
        return not state.is_resting or (now >= state.rests_until and not state.is_probed)

    def departed(self, method: str) -> None:
        """A call is sent."""
        state = self._methods[method]
        state.is_probed = state.is_resting

    def ran(self, method: str, time: Mapping[str, Any], *, now: float, unix_now: float) -> None:
        """The method ran: what its `time` block says, if anything."""
        state = self._methods[method]
        used, reset_at = time.get("operating"), time.get("operating_reset_at")
        if isinstance(reset_at, int | float) and math.isfinite(reset_at):
            # Clocks may be wrong: no basket lives longer than the window.
            state.reset_at = now + min(max(reset_at - unix_now, 0.0), WINDOW)
        state.refusals, state.is_probed, state.is_resting = 0, False, False
        if isinstance(used, int | float) and used >= REST_FROM and state.reset_at > now:
            state.is_resting, state.rests_until = True, state.reset_at

    def refused(self, method: str, now: float) -> None:
        """The method is over its limit."""
        state = self._methods[method]
        if state.is_resting and not state.is_probed:
            return  # a call that was under way when the first one was refused
        state.refusals += 1
        probe = now + PROBES[min(state.refusals, len(PROBES)) - 1]
        state.rests_until = state.reset_at if state.reset_at > now else probe
        state.is_resting, state.is_probed = True, False

    def forget_probes(self) -> None:
        """The worker whose calls were under way is gone: others may try."""
        for state in self._methods.values():
            state.is_probed = False

    def vanished(self, method: str) -> None:
        """A call's answer never came: if it was the one that was to show, another may."""
        self._methods[method].is_probed = False

    def next_at(self, now: float) -> float | None:
        """When the next resting method may be tried."""
        times = (
            state.rests_until
            for state in self._methods.values()
            if state.is_resting and not state.is_probed
        )
        return min((at for at in times if at > now), default=None)
