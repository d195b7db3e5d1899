"""Other apps behind our address share a portal's bucket: simulated, with the real pacing."""

from dataclasses import dataclass

from robot.protocol.pacing import Bucket

LEAK, CAPACITY = 2.0, 50  # the documented ones of most plans
TICK = 0.05  # seconds


@dataclass(slots=True)
class Served:
    """Requests that the portal took and refused."""

    taken: int = 0
    refused: int = 0

    @property
    def share(self) -> float:
        return self.taken / (self.taken + self.refused)


def simulate(*, seconds: float, others_per_second: float) -> tuple[Served, Served]:
    """We ask whenever we may, the other app at its own steady pace: ours, theirs."""
    ours, theirs, bucket, level, owed = (
        Served(),
        Served(),
        Bucket(rate=LEAK, burst=CAPACITY),
        0.0,
        0.0,
    )
    for tick in range(round(seconds / TICK)):
        now = tick * TICK
        level = max(level - LEAK * TICK, 0.0)
        owed += others_per_second * TICK
        while owed >= 1:
            owed -= 1
            level = _ask(theirs, level)
        if bucket.wait(now) <= 0:
            bucket.add(now)
            level = _ask(ours, level, bucket, now)
    return ours, theirs


def _ask(app: Served, level: float, bucket: Bucket | None = None, now: float = 0.0) -> float:
    if level + 1 <= CAPACITY:
        app.taken += 1
        return level + 1
    app.refused += 1
    if bucket:
        bucket.refused(now)
    return level


def test_alone_we_take_all_and_are_never_refused() -> None:
    ours, _ = simulate(seconds=600, others_per_second=0)

    assert ours.refused == 0
    assert ours.taken > 0.99 * LEAK * 600


def test_an_app_that_asks_for_half_of_the_leak_gets_nine_tenths_of_it() -> None:
    ours, theirs = simulate(seconds=600, others_per_second=LEAK / 2)

    assert theirs.share >= 0.9
    assert ours.taken > 0.9 * LEAK / 2 * 600
