"""How long a portal's calls take, by its own figures."""

import math

import pytest

from robot.protocol.timing import REMEMBERED, UNKNOWN_SECONDS, VARYING, Timings

METHOD = "crm.documentgenerator.document.enablepublicurl"


def noted(method: str, *durations: object) -> float:
    timings = Timings()
    for duration in durations:
        timings.note(method, {"duration": duration})
    return timings.expected(method)


def test_a_method_without_a_figure_counts_as_a_second() -> None:
    assert noted(METHOD) == UNKNOWN_SECONDS


def test_a_method_counts_as_long_as_it_took_on_average() -> None:
    assert noted(METHOD, 0.1, 0.2, 0.3) == pytest.approx(0.2)


def test_only_the_latest_calls_count() -> None:
    assert noted(METHOD, *[30.0] * 50, *[0.1] * REMEMBERED) == pytest.approx(0.1)


def test_a_send_counts_by_its_slow_ones_since_it_runs_the_following_rules() -> None:
    assert noted(VARYING, *[0.1] * 90, *[5.0] * 10) == 5.0


@pytest.mark.parametrize("duration", [None, "0.1", -1.0, math.inf, math.nan, True, [], 1e9])
def test_a_figure_that_is_none_tells_nothing(duration: object) -> None:
    assert noted(METHOD, duration) in (UNKNOWN_SECONDS, 1.0)
