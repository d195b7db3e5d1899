"""Our picture of a portal's leaky bucket: it never sends what the portal would refuse."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot.protocol.pacing import GROUPS, HEADROOM, SLOWEST, Bucket


def spend(bucket: Bucket, number: int, *, now: float) -> None:
    for _ in range(number):
        bucket.add(now)


def test_an_unused_bucket_takes_a_request_at_once() -> None:
    assert Bucket(rate=2.0, burst=50).wait(12_345.0) == 0


def test_a_burst_leaves_at_once_except_for_the_headroom() -> None:
    bucket = Bucket(rate=2.0, burst=50)

    spend(bucket, 50 - HEADROOM, now=100.0)

    waits = bucket.wait(100.0)
    assert min(GROUPS) / 2.0 <= waits <= max(GROUPS) / 2.0
    assert bucket.wait(100.0 + waits) == 0


def test_requests_leak_out_at_the_portals_rate() -> None:
    bucket = Bucket(rate=2.0, burst=50)
    spend(bucket, 10, now=100.0)

    assert bucket.filled(103.0) == pytest.approx(4.0)
    assert bucket.filled(200.0) == 0


def test_a_refusal_fills_the_bucket_whatever_we_thought() -> None:
    bucket = Bucket(rate=2.0, burst=50)

    bucket.refused(100.0, sent_at=99.0)

    assert bucket.filled(100.0) == 50
    assert bucket.wait(100.0) > 0


def test_each_refusal_lowers_the_pace_by_a_third_but_never_to_nothing() -> None:
    bucket = Bucket(rate=2.0, burst=50)
    waits = []
    for _ in range(30):
        bucket.refused(100.0, sent_at=100.0)
        waits.append(bucket.wait(100.0))

    assert waits[1] == pytest.approx(waits[0] * 1.5)
    assert waits == sorted(waits)
    assert waits[-1] <= (max(GROUPS) + HEADROOM) / (2.0 * SLOWEST)


def test_requests_that_were_refused_together_lower_the_pace_once() -> None:
    bucket, other = Bucket(rate=2.0, burst=50), Bucket(rate=2.0, burst=50)
    for answered_at in (10.1, 10.2, 10.3):
        bucket.refused(answered_at, sent_at=10.0)
    other.refused(10.1, sent_at=10.0)

    assert bucket.pace == pytest.approx(other.pace, rel=0.01)
    bucket.refused(11.0, sent_at=10.5)
    assert bucket.pace < 0.7 * other.pace


def test_quiet_time_raises_the_pace_slowly_up_to_the_documented_rate() -> None:
    bucket = Bucket(rate=2.0, burst=50)
    bucket.refused(0.0, sent_at=0.0)
    lowered = bucket.pace

    bucket.wait(10.0)
    a_little = bucket.pace
    bucket.wait(10_000.0)

    assert lowered < a_little < 2.0
    assert bucket.pace == 2.0


def test_a_clock_that_stands_still_or_steps_back_harms_nothing() -> None:
    bucket = Bucket(rate=2.0, burst=50)
    spend(bucket, 10, now=100.0)

    assert bucket.filled(50.0) == 10
    assert bucket.wait(50.0) == 0


def test_even_a_bucket_of_one_lets_something_through() -> None:
    bucket = Bucket(rate=1.0, burst=1)

    assert bucket.wait(0.0) == 0
    bucket.add(0.0)
    assert bucket.wait(0.0) == pytest.approx(1.0)


@given(
    st.floats(0.1, 10),
    st.integers(HEADROOM + 1, 250),
    st.lists(st.floats(0, 5), min_size=1, max_size=200),
)
def test_whoever_waits_as_told_never_overflows_the_portal(
    rate: float, burst: int, pauses: list[float]
) -> None:
    bucket, now, level = Bucket(rate=rate, burst=burst), 0.0, 0.0
    for pause in pauses:
        step = max(pause, bucket.wait(now))
        now, level = now + step, max(level - step * rate, 0.0) + 1
        bucket.add(now)

        assert level <= burst
