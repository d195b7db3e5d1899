"""How many requests a portal gets: as many as its pace allows, one where it fails."""

import pytest

from robot.errors import NotExecutedError, PortalError, RejectedError
from robot.portal.client import NO_PLACE
from robot.protocol.answers import Answer
from robot.protocol.calls import BATCH_LIMIT, Call
from robot.protocol.operating import Ticket
from robot.work.traffic import Traffic
from tests.work.work_rig import GET, traffic, unanswered

FULL = NotExecutedError("batch", "QUERY_LIMIT_EXCEEDED", "Too many requests")
OVERLOADED = NotExecutedError("batch", "OVERLOAD_LIMIT", "", retry_after=300)
BLOCKED = NotExecutedError("crm.documentgenerator.document.get", "OPERATION_TIME_LIMIT", "")
OTHER = Call("bizproc.event.send", {})


def fail(portal: Traffic, error: PortalError, *, now: float = 0.0, times: int = 1) -> None:
    for _ in range(times):
        portal.departed(now)
        portal.failed(error, now, sent_at=now)


def size(portal: Traffic, call: Call = GET, *, now: float = 0.0) -> int:
    """How many such calls go into one request."""
    filled = portal.next_load(now)
    number = 0
    while not filled.is_full and filled.admits(call):
        filled.add(call)
        number += 1
    return number


def answer(portal: Traffic, call: Call = GET, *, now: float = 0.0, **time: float) -> None:
    result = Answer(result=True, time=time)
    portal.learn(ticket(portal, call, now=now), result, now=now, unix=1_000_000.0 + now)


def ticket(portal: Traffic, call: Call = GET, *, now: float = 0.0) -> Ticket:
    """Of such a call that is sent now."""
    return portal.next_load(now).add(call)


def test_only_so_many_requests_are_in_flight() -> None:
    portal = traffic(parallel=2)
    for _ in range(2):
        assert portal.has_room()
        portal.departed(0.0)

    assert not portal.has_room()
    portal.arrived()
    assert portal.has_room()


def test_what_the_authorization_server_is_asked_costs_nothing_of_the_portals_pace() -> None:
    portal = traffic()

    for _ in range(1_000):
        portal.departed(0.0, to_portal=False)
        portal.arrived(by_portal=False)

    assert portal.wait(0.0) == 0.0
    assert portal.bucket.filled(0.0) == 0.0


def test_a_portal_that_fails_is_probed_with_one_request_after_growing_pauses() -> None:
    portal = traffic()
    waits = []
    for _ in range(8):
        fail(portal, unanswered())
        waits.append(portal.wait(0.0))
        assert portal.has_room()
        portal.departed(0.0)
        assert not portal.has_room()
        portal.failed(unanswered(), 0.0, sent_at=0.0)

    assert waits[0] < waits[3] < waits[5]
    assert max(waits) <= 72


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(unanswered(), id="no answer"),
        pytest.param(NotExecutedError("batch", "", "", retry_after=1.0), id="no connection"),
        pytest.param(NotExecutedError("batch", "CONNECTION_ERROR", "", retry_after=5.0), id="401"),
    ],
)
def test_a_portal_that_is_away_for_half_an_hour_gets_about_forty_requests(
    error: PortalError,
) -> None:
    portal, now, requests, back_at = traffic(), 0.0, 0, 1_800.0
    while now < back_at:
        while portal.has_room() and not portal.wait(now) and portal.in_flight == 0:
            portal.departed(now)
            requests += 1
            portal.failed(error, now, sent_at=now)
        now += max(portal.wait(now), 0.001)

    assert 20 <= requests <= 45
    assert now - back_at < 75, "and is found again within one pause"


def test_fewer_and_fewer_calls_go_together_while_requests_fail() -> None:
    portal = traffic()
    for _ in range(100):
        answer(portal, duration=0.01)
    sizes = [size(portal)]
    for _ in range(7):
        fail(portal, unanswered())
        sizes.append(size(portal))

    assert sizes == [BATCH_LIMIT, 25, 12, 6, 3, 1, 1, 1]


def test_one_answer_of_the_portal_itself_ends_the_probing() -> None:
    portal = traffic(parallel=3)
    fail(portal, unanswered(), times=4)
    portal.departed(0.0)
    portal.arrived(by_portal=False)
    portal.departed(0.0)
    assert not portal.has_room()

    portal.arrived()

    for _ in range(3):
        assert portal.has_room()
        portal.departed(0.0)


def test_a_full_bucket_is_no_failure_of_the_portal() -> None:
    portal = traffic(parallel=4)
    before = size(portal)

    fail(portal, FULL)

    assert 0 < portal.wait(0.0) < 10
    assert size(portal) == before
    portal.departed(0.0)
    assert portal.has_room()


def test_a_portal_that_was_blocked_by_hand_is_left_alone_for_long() -> None:
    portal = traffic()

    fail(portal, OVERLOADED)

    assert portal.wait(0.0) >= 300


def test_a_no_to_a_whole_request_slows_nothing_down() -> None:
    portal = traffic()

    fail(portal, RejectedError("batch", "NO_TOKEN", ""))

    assert portal.wait(0.0) == 0
    assert portal.in_flight == 0


def test_calls_of_unknown_length_fill_a_request_carefully() -> None:
    assert size(traffic()) <= 20


def test_slow_calls_go_in_short_requests_but_always_one_goes() -> None:
    portal = traffic()
    for _ in range(10):
        answer(portal, duration=4.0)
        answer(portal, OTHER, duration=300.0)

    assert size(portal) == 5
    assert size(portal, OTHER) == 1


def test_a_portal_that_suddenly_gets_slow_loses_few_requests() -> None:
    for seconds in (1.5, 3.0, 6.0, 20.0):
        portal = traffic()
        for _ in range(100):
            answer(portal, duration=0.3)
        lost, longest = 0, 0.0

        for _ in range(40):
            filled = portal.next_load(0.0)
            tickets = []
            while not filled.is_full and filled.admits(GET):
                tickets.append(filled.add(GET))
            took = min(seconds * len(tickets), 60.0)
            portal.departed(0.0)
            if took < 60.0:
                portal.arrived()
                for one in tickets:
                    time = {"duration": seconds}
                    portal.learn(one, Answer(result=True, time=time), now=0.0, unix=0.0)
                longest = took
            else:
                lost += 1
                portal.failed(unanswered(), 0.0, sent_at=-took)
                for one in tickets:
                    portal.learn(one, unanswered(), now=0.0, unix=0.0)
                portal.overran(tickets, took)

        assert lost <= 4, seconds
        assert longest <= 20.0, seconds


def test_what_comes_while_requests_are_scarce_waits_to_be_more_but_not_for_long() -> None:
    portal = traffic(rate=2.0, burst=50)
    for _ in range(20):
        portal.departed(0.0)
        portal.arrived()
    assert portal.hold(3, 0.0) == 0.0, "nothing is under way"

    portal.departed(0.0)

    assert portal.hold(3, 0.0) == pytest.approx(0.5)
    assert portal.hold(BATCH_LIMIT, 0.0) == 0.0
    assert portal.hold(4, 0.6) == 0.0


def test_too_many_requests_to_all_portals_together_are_no_failure_of_one() -> None:
    portal = traffic()
    before = size(portal)

    fail(portal, NotExecutedError("batch", NO_PLACE, "busy"), times=5)

    assert portal.wait(0.0) < 1
    assert size(portal) == before
