"""The operating time of a method: when it rests, and what shows that it is open again."""

from typing import Any

import pytest

from robot.protocol.operating import PROBES, OperatingTime, Ticket

ENABLE, GET = "crm.documentgenerator.document.enablepublicurl", "crm.documentgenerator.document.get"
UNIX = 1_000_000.0  # Unix time at monotonic 0


def sent(methods: OperatingTime, *, seconds: float = 1.0, method: str = ENABLE) -> Ticket:
    return methods.departed(method, seconds)


def ran(methods: OperatingTime, ticket: Ticket, *, now: float, **time: Any) -> None:
    methods.ran(ticket, time, now=now, unix_now=UNIX + now)


def is_open(methods: OperatingTime, now: float, *, method: str = ENABLE) -> bool:
    return methods.admits(method, 1.0, now)


def test_a_refused_method_is_probed_by_one_call_after_growing_pauses() -> None:
    methods, now, pauses = OperatingTime(), 100.0, list[float]()
    ticket = sent(methods)
    for _ in range(7):
        methods.refused(ticket, now)
        at = methods.next_at(now)
        assert at is not None
        pauses.append(at - now)
        assert not is_open(methods, at - 0.1)
        assert is_open(methods, at)
        now, ticket = at, sent(methods)
        assert not is_open(methods, now), "only one goes"

    assert pauses == pytest.approx([*PROBES, PROBES[-1], PROBES[-1]])


def test_others_go_on_meanwhile() -> None:
    methods = OperatingTime()
    methods.refused(sent(methods), 0.0)

    assert not is_open(methods, 0.0)
    assert is_open(methods, 0.0, method=GET)


def test_a_late_answer_of_a_call_from_before_the_refusal_opens_nothing() -> None:
    methods = OperatingTime()
    early, refused = sent(methods), sent(methods)
    methods.refused(refused, 10.0)

    ran(methods, early, now=11.0, operating=425.0, operating_reset_at=UNIX + 300)

    assert not is_open(methods, 11.0)


def test_only_the_probe_itself_makes_room_for_another_one() -> None:
    methods = OperatingTime()
    early, refused = sent(methods), sent(methods)
    methods.refused(refused, 0.0)
    probe = sent(methods)

    methods.vanished(early)
    assert not is_open(methods, 50.0), "the probe is still under way"

    methods.vanished(probe)
    assert is_open(methods, 50.0)


def test_an_answer_to_the_probe_opens_the_method() -> None:
    methods = OperatingTime()
    methods.refused(sent(methods), 0.0)

    ran(methods, sent(methods), now=5.0)

    assert is_open(methods, 5.0)


def test_a_method_rests_before_its_limit_until_the_portal_says_that_it_opens() -> None:
    methods = OperatingTime()
    ran(methods, sent(methods), now=0.0, operating=470.0, operating_reset_at=UNIX + 200)

    assert not is_open(methods, 199.0)
    assert is_open(methods, 200.0)


def test_what_is_under_way_counts_before_the_limit() -> None:
    methods = OperatingTime()
    ran(methods, sent(methods), now=0.0, operating=440.0, operating_reset_at=UNIX + 200)
    number = 0
    while is_open(methods, 1.0):
        sent(methods)
        number += 1

    assert number == 16  # up to 0.95 x 480


def test_a_lower_limit_is_learned_from_a_refusal() -> None:
    methods = OperatingTime()
    ran(methods, sent(methods), now=0.0, operating=420.0, operating_reset_at=UNIX + 100)
    methods.refused(sent(methods), 1.0)
    ran(methods, sent(methods), now=100.0, operating=10.0, operating_reset_at=UNIX + 700)
    assert is_open(methods, 100.0)

    ran(methods, sent(methods), now=101.0, operating=405.0, operating_reset_at=UNIX + 700)

    assert not is_open(methods, 101.0)
    assert is_open(methods, 700.0)


def test_a_worker_that_is_gone_leaves_nothing_under_way() -> None:
    methods = OperatingTime()
    methods.refused(sent(methods), 0.0)
    sent(methods)

    methods.forget_under_way()

    assert is_open(methods, 50.0)


def test_one_call_alone_may_always_go_however_many_there_were_before() -> None:
    methods = OperatingTime()
    tickets = [sent(methods, seconds=seconds) for seconds in (0.1, 0.2, 0.3)]
    for ticket in tickets:
        ran(methods, ticket, now=0.0, operating=455.9, operating_reset_at=UNIX + 300)

    assert is_open(methods, 1.0)


def test_a_limit_that_was_learned_wrongly_is_forgotten() -> None:
    methods = OperatingTime()
    ran(methods, sent(methods), now=0.0, operating=1.0, operating_reset_at=UNIX + 10)
    methods.refused(sent(methods), 1.0)
    ran(methods, sent(methods), now=10.0, operating=5.0, operating_reset_at=UNIX + 600)

    ran(methods, sent(methods), now=11.0, operating=100.0, operating_reset_at=UNIX + 600)

    assert is_open(methods, 12.0)


@pytest.mark.parametrize("wrong", [10**400, float("nan"), float("inf"), "480", None, [1]])
def test_a_figure_that_is_none_changes_nothing(wrong: Any) -> None:
    methods = OperatingTime()
    ran(methods, sent(methods), now=1.0, operating=10.0, operating_reset_at=UNIX + 300)

    ran(methods, sent(methods), now=2.0, operating=wrong, operating_reset_at=wrong)

    sent(methods)  # beside another, one must fit
    assert methods.admits(ENABLE, 440.0, 3.0)
    assert not methods.admits(ENABLE, 450.0, 3.0)
