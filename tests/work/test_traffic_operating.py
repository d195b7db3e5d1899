"""A method over its operating time rests; the portal's other methods go on."""

import pytest

from robot.protocol.answers import Answer
from tests.work.test_traffic import BLOCKED, OTHER, answer, size, ticket
from tests.work.work_rig import traffic


def test_a_method_over_its_limit_rests_and_the_others_go_on() -> None:
    portal = traffic()

    portal.learn(ticket(portal, now=100.0), BLOCKED, now=100.0, unix=1_000_100.0)

    assert size(portal, now=100.0) == 0
    assert size(portal, OTHER, now=100.0) > 0
    wake_at = portal.next_at(100.0)
    assert wake_at is not None
    assert size(portal, now=wake_at) == 1  # one goes first, to see


def test_a_method_rests_until_the_portal_says_that_it_opens() -> None:
    portal = traffic()
    answer(portal, now=100.0, operating=479.0, operating_reset_at=1_000_400.0)

    assert size(portal, now=100.0) == 0
    assert portal.next_at(100.0) == pytest.approx(400.0)
    assert size(portal, now=400.0) == 1


def test_once_one_call_was_answered_the_method_is_open_again() -> None:
    portal = traffic()
    portal.learn(ticket(portal), BLOCKED, now=0.0, unix=0.0)
    probe = ticket(portal, now=60.0)
    assert size(portal, now=60.0) == 0

    portal.learn(probe, Answer(result=True), now=60.0, unix=60.0)

    assert size(portal, now=60.0) > 1


@pytest.mark.parametrize("time", [{}, {"operating": None}, {"duration": "x", "operating": []}])
def test_a_time_block_that_says_nothing_is_no_reason_to_rest(time: dict[str, object]) -> None:
    portal = traffic()

    portal.learn(ticket(portal), Answer(result=True, time=time), now=0.0, unix=0.0)

    assert size(portal) > 1
    assert portal.next_at(0.0) is None


def test_a_call_that_was_to_show_whether_a_method_is_open_may_get_lost() -> None:
    portal = traffic()
    portal.learn(ticket(portal), BLOCKED, now=0.0, unix=0.0)
    assert size(portal, now=60.0) == 1

    portal.begin()  # its worker lost the lease; another begins

    assert portal.in_flight == 0
    assert size(portal, now=120.0) == 1
