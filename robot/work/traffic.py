"""How many requests a portal gets, and when. No I/O: times are monotonic seconds.

A portal that fails as a whole is probed with one request at a time, after growing pauses.
"""

from robot.errors import NotExecutedError, OutcomeUnknownError, PortalError
from robot.protocol.calls import BATCH_LIMIT
from robot.protocol.pacing import Bucket
from robot.work.retries import pause

FULL_BUCKET = "QUERY_LIMIT_EXCEEDED"


class Traffic:
    """The requests to one portal: those in flight, those that its pace allows."""

    def __init__(self, bucket: Bucket, *, parallel: int) -> None:
        self.bucket = bucket
        self.in_flight = 0
        self._parallel = parallel
        self._failures = 0  # whole requests in a row
        self._quiet_until = 0.0

    def has_room(self) -> bool:
        """Whether one more request may be in flight."""
        return self.in_flight < (1 if self._failures else self._parallel)

    def batch_limit(self) -> int:
        """How many calls may go together: fewer and fewer while requests come to nothing.

        One call that makes the portal fail is found that way, and delays only itself.
        """
        return max(BATCH_LIMIT >> self._failures, 1)

    def wait(self, now: float) -> float:
        """Seconds until the next request may leave."""
        return max(self.bucket.wait(now), self._quiet_until - now, 0.0)

    def departed(self, now: float) -> None:
        """A request leaves."""
        self.bucket.add(now)
        self.in_flight += 1

    def arrived(self) -> None:
        """A request was answered."""
        self.in_flight -= 1
        self._failures = 0

    def failed(self, error: PortalError, now: float) -> None:
        """A request as a whole came to nothing."""
        self.in_flight -= 1
        if error.code == FULL_BUCKET:
            self.bucket.refused(now)
        elif isinstance(error, NotExecutedError | OutcomeUnknownError):
            self._failures += 1
            retry_after = getattr(error, "retry_after", 0.0)
            self._quiet_until = now + pause(self._failures, at_least=retry_after)
