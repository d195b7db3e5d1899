"""The calls of one portal that are ready to be sent, and which of them go together. No I/O.

- A batch carries the calls of one user only; whose call has waited longest fills the next one.
- All who want the access of one user renewed wait for the same renewal.
- Calls that free a waiting workflow go first.
- Runs take turns at an item and at a document, in Bitrix24's own order, from their first call about
  it to their outcome: of two runs for the same document the later one has the last word.
"""

from bisect import insort
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from robot.protocol.calls import Call, fits_batch
from robot.protocol.oauth import RENEWAL
from robot.protocol.operating import Ticket
from robot.work.job import Job
from robot.work.traffic import Load


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
    goes_alone: bool = False  # it may be the reason that a request came to nothing
    ticket: Ticket | None = None  # of the try that is under way
    refused_users: set[int] = field(default_factory=set)

    @property
    def is_renewal(self) -> bool:
        """It asks for the access of its user to be renewed, once for all who ask for that."""
        return self.call.method == RENEWAL

    @property
    def is_lone(self) -> bool:
        """No other call goes with it."""
        return self.goes_alone or not (self.is_renewal or fits_batch(self.call))

    @property
    def any_user(self) -> bool:
        """Whether it may go with any employee's token."""
        return self.is_report or self.job.takes_any_user

    @property
    def order(self) -> tuple[int, datetime, int, int]:
        """Reports first, then Bitrix24's order; last what can wait."""
        rank = 0 if self.is_report else 2 if self.call.can_wait else 1
        return (rank, *self.job.order, self.index)


class ReadyCalls:
    """Waiting calls in their order, and whose turn it is at each item and document."""

    def __init__(self) -> None:
        self._waiting: list[Ready] = []
        self._under_way: set[int | str] = set()  # where a call of somebody's turn is being sent
        self._turns: dict[int | str, list[tuple[datetime, int]]] = defaultdict(list)

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, ready: Ready) -> None:
        """A call to send, for the first time or again."""
        insort(self._waiting, ready, key=lambda waiting: waiting.order)
        place = ready.call.turn_at
        if place and ready.job.order not in self._turns[place]:
            insort(self._turns[place], ready.job.order)

    def leave(self, job: Job) -> None:
        """The job has its outcome: nothing of it is sent any more, the next one has its turn."""
        self._waiting = [ready for ready in self._waiting if ready.job is not job]
        for place, turns in list(self._turns.items()):
            if job.order in turns:
                turns.remove(job.order)
            if not turns:
                del self._turns[place]

    def idle(self, until: float, rests_until: Callable[[str], float]) -> int:
        """How many jobs can do nothing before that time, in monotonic seconds."""
        waiting: dict[int, bool] = {}
        for ready in self._waiting:
            sendable = max(ready.not_before, rests_until(ready.call.method)) < until
            job = ready.job
            waiting[job.run.id] = waiting.get(job.run.id, not job.under_way) and not sendable
        return sum(waiting.values())

    def take(self, load: Load, *, now: float, hides_from: float = 0.0) -> list[Ready]:
        """Fill the next request; its calls are under way until `landed`.

        Before `hides_from` no link is turned off: an enabling call of a worker that died may
        still be under way.
        """
        taken: list[Ready] = []
        for ready in self._sendable(now, hides_from):
            if taken and not _go_together(taken[0], ready):
                continue
            if load.admits(ready.call):
                ready.ticket = load.add(ready.call)
                taken.append(ready)
                if ready.is_lone or load.is_full:
                    break
        chosen = {id(ready) for ready in taken}
        self._waiting = [ready for ready in self._waiting if id(ready) not in chosen]
        self._under_way |= {ready.call.turn_at for ready in taken if ready.call.turn_at}
        for ready in taken:
            ready.job.under_way.append(ready.call.method)
        return taken

    def landed(self, ready: Ready) -> None:
        """The call's request is over, whatever came of it."""
        ready.job.under_way.remove(ready.call.method)
        self._under_way.discard(ready.call.turn_at or 0)

    def next_at(self, *, now: float, hides_from: float) -> float | None:
        """When the next of the calls that wait for a time may be sent, in monotonic seconds."""
        times = (
            max(ready.not_before, hides_from if ready.call.hides else 0.0)
            for ready in self._waiting
        )
        return min((at for at in times if at > now), default=None)

    def _sendable(self, now: float, hides_from: float) -> Iterator[Ready]:
        """What may go now, each place's calls in turn and never two of them together."""
        held = set(self._under_way)
        for ready in self._waiting:
            place = ready.call.turn_at
            if place and (place in held or self._turns[place][0] != ready.job.order):
                continue
            if ready.not_before <= now and (not ready.call.hides or hides_from <= now):
                if place:
                    held.add(place)
                yield ready


def _go_together(first: Ready, other: Ready) -> bool:
    is_alike = first.user_id == other.user_id and first.is_renewal == other.is_renewal
    return is_alike and not other.is_lone
