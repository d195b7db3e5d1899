"""What was measured, as one line of the table; medians and percentiles."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from bench.portal.portal import Portal, Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One figure, beside what it shall reach where that is promised."""

    row: str  # the name on the command line
    what: str
    figure: str
    reach: str = ""
    reached: bool | None = None  # None: only to compare with
    how: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What came of a number of runs, and of the requests for them."""

    calls: int
    answered: int  # by the handler, with 200
    hung: int  # never reported: the deal stays where it is
    wrong: int  # reported with another link than the document's
    seconds: float  # from the first call to the last report
    times: tuple[float, ...]  # to link, of each that was reported
    requests: int
    portal_calls: int
    over_limit: int
    busy: float  # seconds that the portal needed, by its clock
    longest: float  # seconds of the longest request

    @property
    def counted(self) -> str:
        """The counts that every row shows."""
        return (
            f"{self.answered} answered, {self.hung} hung, {self.wrong} wrong, "
            f"{self.requests} HTTP requests, {self.over_limit} QUERY_LIMIT_EXCEEDED"
        )

    @property
    def is_right(self) -> bool:
        """Every deal went on, with its own link."""
        return not self.hung and not self.wrong and self.answered == self.calls


def came_of(portal: Portal, runs: Sequence[Run]) -> Came:
    """Count; the portal's tally is of these runs alone."""
    reported = [run for run in runs if run.reported_at is not None]
    first = min((run.sent_at for run in runs), default=0.0)
    last = max((run.reported_at or 0.0 for run in reported), default=first)
    tally = portal.tally
    return Came(
        calls=len(runs),
        answered=sum(run.status == 200 for run in runs),
        hung=len(runs) - len(reported),
        wrong=sum(not portal.is_right(run) for run in reported),
        seconds=last - first,
        times=tuple(run.time_to_link for run in reported),
        requests=tally.requests,
        portal_calls=tally.calls,
        over_limit=tally.over_limit,
        busy=tally.busy,
        longest=tally.longest,
    )


def middle(values: Sequence[float]) -> float:
    """The median; nothing measured is endless."""
    return median(values) if values else float("inf")


def percentile(values: Sequence[float], share: float) -> float:
    """The value that so large a share stays under."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else float("inf")


def spread(values: Sequence[float], unit: str, digits: int = 2) -> str:
    """`1.20 s (1.18 to 1.31)`, or the bare value where there is only one."""
    text = f"{middle(values):.{digits}f} {unit}"
    if len(values) < 2:
        return text
    return f"{text} ({min(values):.{digits}f} to {max(values):.{digits}f})"
