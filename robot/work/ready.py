"""The calls of one portal that are ready to be sent, and which of them go together. No I/O.

- A batch carries the calls of one user only; whose call has waited longest fills the next one.
- Calls that free a waiting workflow go first.
- A document has at most one changing call under way, in Bitrix24's own order: of two runs for the
  same document the later one has the last word.
"""

from bisect import insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from robot.protocol.calls import BATCH_LIMIT, Call, fits_batch
from robot.work.job import Job


@dataclass(slots=True, kw_only=True)
class Ready:
    """One call of a job, from its first try to its answer."""

    job: Job
    index: int  # among the calls of the job's step
    call: Call
    user_id: int
    is_report: bool = False
    not_before: float = 0.0  # monotonic seconds
    tries: int = 0
    was_unanswered: bool = False  # a try may have been heard
    goes_alone: bool = False  # it came to nothing when it was sent alone
    refused_users: set[int] = field(default_factory=set)

    @property
    def order(self) -> tuple[bool, datetime, int, int]:
        """Reports first, then Bitrix24's order."""
        return (not self.is_report, *self.job.order, self.index)


class ReadyCalls:
    """Waiting calls in their order, and the documents with a changing call under way."""

    def __init__(self) -> None:
        self._waiting: list[Ready] = []
        self._busy: set[int] = set()

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, ready: Ready) -> None:
        """A call to send, for the first time or again."""
        insort(self._waiting, ready, key=lambda waiting: waiting.order)

    def take(self, *, now: float, hides_from: float = 0.0, limit: int = BATCH_LIMIT) -> list[Ready]:
        """The calls of the next request; they are under way until `landed`.

        Before `hides_from` no link is turned off: an enabling call of a worker that died may
        still be under way.
        """
        taken: list[Ready] = []
        for ready in self._sendable(now, hides_from):
            is_lone = ready.goes_alone or not fits_batch(ready.call)
            if taken and (is_lone or ready.user_id != taken[0].user_id):
                continue
            taken.append(ready)
            if is_lone or len(taken) == limit:
                break
        chosen = {id(ready) for ready in taken}
        self._waiting = [ready for ready in self._waiting if id(ready) not in chosen]
        self._busy |= {ready.call.changes for ready in taken if ready.call.changes}
        return taken

    def landed(self, ready: Ready) -> None:
        """The call's request is over, whatever came of it."""
        self._busy.discard(ready.call.changes or 0)

    def next_at(self, *, now: float, hides_from: float) -> float | None:
        """When the next of the calls that wait for a time may be sent, in monotonic seconds."""
        times = (
            max(ready.not_before, hides_from if ready.call.hides else 0.0)
            for ready in self._waiting
        )
        return min((at for at in times if at > now), default=None)

    def _sendable(self, now: float, hides_from: float) -> Iterator[Ready]:
        """What may go now. A changing call waits for those before it on the same document."""
        held = set(self._busy)
        for ready in self._waiting:
            changes = ready.call.changes
            if changes in held:
                continue
            if changes:
                held.add(changes)
            if ready.not_before <= now and (not ready.call.hides or hides_from <= now):
                yield ready
