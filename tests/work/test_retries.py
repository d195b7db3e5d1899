"""Pauses grow, stay bounded, differ, and keep what the portal asked for."""

import pytest

from robot.work.retries import LONGEST, pause


def test_pauses_grow_and_are_bounded() -> None:
    longest_of = [max(pause(attempt) for _ in range(50)) for attempt in range(1, 40)]

    assert longest_of[0] < longest_of[3] < longest_of[6]
    assert max(longest_of) <= LONGEST * 1.2
    assert pause(10**6) <= LONGEST * 1.2


def test_runs_that_failed_together_do_not_come_back_together() -> None:
    assert len({pause(5) for _ in range(50)}) > 10


@pytest.mark.parametrize("seconds", [0.1, 1.0, 60.0, 300.0, 600.0])
def test_a_portal_that_says_when_is_not_asked_before(seconds: float) -> None:
    for attempt in range(1, 20):
        assert pause(attempt, at_least=seconds) >= seconds


def test_a_pause_is_never_nothing() -> None:
    assert all(pause(attempt) > 0 for attempt in range(1, 100))
