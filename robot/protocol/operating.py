"""The operating time of methods: when one must rest, and when it opens again. Pure.

Bitrix24 adds up the running time of each method of an app over ten one-minute baskets. Over its
limit it refuses the method until the oldest basket ends; the call that oversteps still succeeds
(wire facts 6.6; docs: limits.md). `now` is a monotonic clock; Unix time only where said.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# The limit of the documentation's example. A portal with a lower one shows it by a refusal.
LIMIT = 480.0  # seconds of operating time
REST_FROM = 0.95  # of the limit, with what is under way
WINDOW = 600.0  # seconds
_LARGEST = 1e12  # seconds; no time is longer
# Without a reset time in the future the method is tried with one call after these pauses.
PROBES = (2.0, 5.0, 10.0, 20.0, 60.0)  # seconds; the last one stays


@dataclass(frozen=True, slots=True)
class Ticket:
    """A call under way, as this page counts it."""

    method: str
    seconds: float  # that it was expected to take
    is_probe: bool  # it shows whether a method that rested is open again


@dataclass(slots=True, kw_only=True)
class _Method:
    limit: float = LIMIT
    used: float = 0.0  # seconds, as the portal said last
    calls: int = 0  # under way
    under_way: float = 0.0  # seconds that they are expected to take
    reset_at: float = 0.0  # the oldest basket ends
    refusals: int = 0  # in a row, without a reset time
    rests_until: float = 0.0
    is_resting: bool = False  # until a call has shown that it is open again
    is_probed: bool = False  # that call is under way


class OperatingTime:
    """Which methods of one portal rest."""

    def __init__(self) -> None:
        self._methods: dict[str, _Method] = defaultdict(_Method)

    def admits(self, method: str, seconds: float, now: float) -> bool:
        """Whether a call that takes so long may be sent; after a rest one goes first, to see."""
        state = self._methods[method]
        if state.is_resting:
            return now >= state.rests_until and not state.is_probed
        # One call alone may always overstep: otherwise nothing would ever tell that time passed.
        used = state.used if state.reset_at > now else 0.0
        return not state.calls or used + state.under_way + seconds <= state.limit * REST_FROM

    def departed(self, method: str, seconds: float) -> Ticket:
        """A call is sent; hand the ticket back with what came of it."""
        state = self._methods[method]
        is_probe, state.is_probed = state.is_resting, state.is_resting
        state.calls += 1
        state.under_way += seconds
        return Ticket(method, seconds, is_probe)

    def ran(self, ticket: Ticket, time: Mapping[str, Any], *, now: float, unix_now: float) -> None:
        """The method ran: what its `time` block says, if anything."""
        state = self._landed(ticket)
        used, reset_at = _figure(time.get("operating")), _figure(time.get("operating_reset_at"))
        if reset_at is not None:
            # Clocks may be wrong: no basket lives longer than the window.
            state.reset_at = now + min(max(reset_at - unix_now, 0.0), WINDOW)
        if used is not None:
            state.used = used
        if state.used > state.limit:
            state.limit = LIMIT  # it goes on beyond what was taken for its limit
        if state.is_resting and not ticket.is_probe:
            return  # it was sent before the refusal, and shows nothing
        state.refusals, state.is_probed, state.is_resting = 0, False, False
        if state.used >= state.limit * REST_FROM and state.reset_at > now:
            state.is_resting, state.rests_until = True, state.reset_at

    def refused(self, ticket: Ticket, now: float) -> None:
        """The method is over its limit."""
        state = self._landed(ticket)
        if state.is_resting and not ticket.is_probe:
            return  # a call that was under way when the first one was refused
        if state.used and state.reset_at > now:
            state.limit = min(state.limit, state.used)
        if state.reset_at > now:
            state.rests_until = state.reset_at
        else:
            state.rests_until = now + PROBES[min(state.refusals, len(PROBES) - 1)]
            state.refusals += 1
        state.is_resting, state.is_probed = True, False

    def vanished(self, ticket: Ticket) -> None:
        """The call's answer never came: if it was the one that was to show, another may."""
        state = self._landed(ticket)
        if ticket.is_probe:
            state.is_probed = False

    def forget_under_way(self) -> None:
        """The worker whose calls were under way is gone."""
        for state in self._methods.values():
            state.is_probed, state.calls, state.under_way = False, 0, 0.0

    def rests_until(self, method: str) -> float:
        """Until when no call of it is sent, in monotonic seconds; 0.0 where it does not rest."""
        state = self._methods[method]
        return state.rests_until if state.is_resting else 0.0

    def next_at(self, now: float) -> float | None:
        """When the next resting method may be tried."""
        times = (
            state.rests_until
            for state in self._methods.values()
            if state.is_resting and not state.is_probed
        )
        return min((at for at in times if at > now), default=None)

    def _landed(self, ticket: Ticket) -> _Method:
        state = self._methods[ticket.method]
        state.calls = max(state.calls - 1, 0)
        state.under_way = max(state.under_way - ticket.seconds, 0.0) if state.calls else 0.0
        return state


def _figure(value: object) -> float | None:
    """A number that a portal wrote; JSON also has endless ones, and some too large for a float."""
    if isinstance(value, int | float) and -_LARGEST < value < _LARGEST:
        return float(value)
    return None
