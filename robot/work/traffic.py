"""How many requests a portal gets, when, and how much goes into one. No I/O.

A portal that fails as a whole is probed with one request at a time, after growing pauses. Times
are monotonic seconds unless Unix time is said.
"""

from collections.abc import Sequence

from robot.errors import NotExecutedError, OutcomeUnknownError, PortalError, RejectedError
from robot.portal.client import NO_PLACE
from robot.protocol.answers import Answer
from robot.protocol.calls import BATCH_LIMIT, Call
from robot.protocol.oauth import APP_INFO, RENEWAL
from robot.protocol.operating import OperatingTime, Ticket
from robot.protocol.pacing import Bucket
from robot.protocol.timing import BATCH_SECONDS, Timings
from robot.work.retries import pause

SCARCE_FROM = 0.25  # of the bucket
FULL_BUCKET = "QUERY_LIMIT_EXCEEDED"
METHOD_BLOCKED = "OPERATION_TIME_LIMIT"
NOT_THE_PORTAL = frozenset({APP_INFO, RENEWAL})  # methods of the authorization server


def may_be_heard(result: Answer | PortalError) -> bool:
    """Whether the portal may have done it; an unanswered authorization server says nothing."""
    return isinstance(result, OutcomeUnknownError) and result.method not in NOT_THE_PORTAL


def is_blocked(result: Answer | PortalError) -> bool:
    """Whether its method rests; that counts as a try of neither the call nor the report."""
    return isinstance(result, NotExecutedError) and result.code == METHOD_BLOCKED


class Traffic:
    """The requests to one portal, and what its answers told about its speed and its limits."""

    def __init__(self, bucket: Bucket, *, parallel: int) -> None:
        self.bucket = bucket
        self.in_flight = 0
        self.requests = 0  # of this worker
        self.refused = 0  # of them, because the bucket was full
        self._parallel = parallel
        self._timings = Timings()
        self._operating = OperatingTime()
        self._failures = 0  # whole requests in a row
        self._limit = BATCH_LIMIT  # calls that go together
        self._held_since: float | None = None  # calls wait to be more
        self._quiet_until = 0.0

    def begin(self) -> None:
        """A new worker: the requests of the one before are no longer its concern."""
        self.in_flight = self.requests = self.refused = 0
        self._operating.forget_under_way()

    def has_room(self) -> bool:
        """Whether one more request may be in flight."""
        return self.in_flight < (1 if self._failures else self._parallel)

    def hold(self, ready: int, now: float) -> float:
        """Seconds for which so few ready calls wait to be more, unless an answer comes before.

        Only where requests get scarce and others are under way, and never for longer than one
        request takes to leak out: a slow answer holds nobody back.
        """
        is_scarce = self.bucket.filled(now) > self.bucket.burst * SCARCE_FROM
        if not (is_scarce and self.in_flight) or ready >= BATCH_LIMIT:
            return 0.0
        if self._held_since is None:
            self._held_since = now
        return max(self._held_since + 1 / self.bucket.pace - now, 0.0)

    def wait(self, now: float) -> float:
        """Seconds until the next request may leave."""
        return max(self.bucket.wait(now), self._quiet_until - now, 0.0)

    def next_load(self, now: float) -> "Load":
        """A request to be filled.

        One call that makes the portal fail is found by sending fewer and fewer together.
        """
        return Load(self._timings, self._operating, now=now, limit=self._limit)

    def rests_until(self, method: str) -> float:
        """Until when no call of a method is sent, in monotonic seconds; 0.0 if it may be."""
        return self._operating.rests_until(method)

    def next_at(self, now: float) -> float | None:
        """When the next method that rests may be tried."""
        return self._operating.next_at(now)

    def departed(self, now: float, *, to_portal: bool = True) -> None:
        """A request leaves; what others than the portal are asked takes none of its bucket."""
        if to_portal:
            self.bucket.add(now)
        self._held_since = None
        self.in_flight += 1
        self.requests += 1

    def departed_again(self, now: float) -> None:
        """The same request once more: with another token, or to the portal's new address."""
        self.bucket.add(now)
        self.requests += 1

    def arrived(self, *, by_portal: bool = True) -> None:
        """A request was answered; what others than the portal answered says nothing of it."""
        self.in_flight -= 1
        if by_portal:
            self._failures = 0
            self._limit = min(self._limit * 2, BATCH_LIMIT)

    def failed(self, error: PortalError, now: float, *, sent_at: float) -> None:
        """A request as a whole came to nothing.

        What concerns one method only, or only the authorization server, is no fault of the portal.
        """
        self.in_flight -= 1
        if error.code == METHOD_BLOCKED or error.method in NOT_THE_PORTAL:
            return
        if error.code == NO_PLACE:
            self._quiet_until = now + pause(1)
            return
        if error.code == FULL_BUCKET:
            self.bucket.refused(now, sent_at=sent_at)
            self.refused += 1
        elif isinstance(error, NotExecutedError | OutcomeUnknownError):
            self._failures += 1
            self._limit = max(self._limit // 2, 1)
            retry_after = getattr(error, "retry_after", 0.0)
            self._quiet_until = now + pause(self._failures, at_least=retry_after)

    def learn(
        self, ticket: Ticket, result: Answer | PortalError, *, now: float, unix: float
    ) -> None:
        """What a call's answer tells about its method."""
        if isinstance(result, Answer):
            self._timings.note(ticket.method, result.time)
            self._operating.ran(ticket, result.time, now=now, unix_now=unix)
        elif result.code == METHOD_BLOCKED:
            self._operating.refused(ticket, now)
        elif isinstance(result, RejectedError) and result.method == ticket.method:
            self._operating.ran(ticket, {}, now=now, unix_now=unix)  # a no is an answer, too
        else:
            self._operating.vanished(ticket)

    def overran(self, tickets: Sequence[Ticket], seconds: float) -> None:
        """A request was not answered within the time that one may take."""
        if seconds >= BATCH_SECONDS:
            for ticket in tickets:
                self._timings.overran(ticket.method, seconds / len(tickets))


class Load:
    """One request while it is being filled: not too many calls, not too much time."""

    def __init__(
        self, timings: Timings, operating: OperatingTime, *, now: float, limit: int
    ) -> None:
        self._timings = timings
        self._operating = operating
        self._now = now
        self._limit = limit
        self._calls = 0
        self._seconds = 0.0

    @property
    def is_full(self) -> bool:
        """No further call fits."""
        return self._calls >= self._limit or self._seconds >= BATCH_SECONDS

    def admits(self, call: Call) -> bool:
        """Whether this call may go with the others; one alone may always, unless it rests."""
        expected = self._timings.expected(call.method)
        if not self._operating.admits(call.method, expected, self._now):
            return False
        longer = self._seconds + expected
        return not self._calls or (not self.is_full and longer <= BATCH_SECONDS)

    def add(self, call: Call) -> Ticket:
        """The call goes with this request."""
        expected = self._timings.expected(call.method)
        self._calls += 1
        self._seconds += expected
        return self._operating.departed(call.method, expected)
