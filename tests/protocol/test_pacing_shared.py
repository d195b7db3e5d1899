"""Other apps behind our address share a portal's bucket: simulated, with the real pacing."""

from dataclasses import dataclass
from random import Random

import pytest

from robot.protocol.pacing import Bucket

LEAK, CAPACITY = 2.0, 50  # the documented ones of most plans
PARALLEL = 4  # PORTAL_PARALLEL, the default
# Several, since who comes at the moment at which a place gets free is a matter of phases.
TICKS = [0.1, 0.05, 0.037, 0.01]  # seconds


@dataclass(slots=True)
class Served:
    """Requests that the portal took and refused."""

    taken: int = 0
    refused: int = 0

    @property
    def share(self) -> float:
        return self.taken / (self.taken + self.refused)


@dataclass(slots=True)
class Request:
    """One of ours, under way."""

    sent_at: float
    answered_at: float
    is_refused: bool


def simulate(
    *, tick: float, others_per_second: float, latency: float = 0.0, seconds: float = 600.0
) -> tuple[Served, Served]:
    """We ask whenever we may, the other app at its own steady pace: ours, theirs."""
    ours, theirs, bucket = Served(), Served(), Bucket(rate=LEAK, burst=CAPACITY)
    under_way, chance = list[Request](), Random(1)  # noqa: S311 # the same each time
    level = owed = 0.0
    for step in range(round(seconds / tick)):
        now = step * tick
        level = max(level - LEAK * tick, 0.0)
        owed += others_per_second * tick
        while owed >= 1:
            owed -= 1
            level = _ask(theirs, level)
        for request in [one for one in under_way if one.answered_at <= now]:
            under_way.remove(request)
            if request.is_refused:
                bucket.refused(now, sent_at=request.sent_at)
        while len(under_way) < PARALLEL and bucket.wait(now) <= 0:
            bucket.add(now)
            refused = ours.refused
            level = _ask(ours, level)
            took = latency * chance.uniform(0.7, 1.3)
            under_way.append(Request(now, now + took, ours.refused > refused))
            if not latency:
                break
    return ours, theirs


def _ask(app: Served, level: float) -> float:
    if level + 1 <= CAPACITY:
        app.taken += 1
        return level + 1
    app.refused += 1
    return level


@pytest.mark.parametrize("tick", TICKS)
def test_alone_we_take_all_and_are_never_refused(tick: float) -> None:
    ours, _ = simulate(tick=tick, others_per_second=0)

    assert ours.refused == 0
    assert ours.taken > 0.99 * LEAK * 600


@pytest.mark.parametrize("latency", [0.0, 0.3, 2.0])
@pytest.mark.parametrize("part", [0.15, 0.25, 0.35, 0.5, 0.75])
@pytest.mark.parametrize("tick", TICKS)
def test_an_app_that_asks_for_its_part_of_the_leak_gets_nine_tenths_of_it(
    tick: float, part: float, latency: float
) -> None:
    ours, theirs = simulate(tick=tick, others_per_second=LEAK * part, latency=latency)

    assert theirs.share >= 0.9
    assert ours.taken > 0.7 * (1 - part) * LEAK * 600
