"""Which calls go together: one user's, reports first, and each document's in Bitrix24's order."""

from dataclasses import replace

import pytest

from robot.protocol.calls import BATCH_LIMIT, RENEW, Call
from tests.work.work_rig import GET, enables, hides, load, numbers, ready, waiting

SEND = Call("bizproc.event.send", {"EVENT_TOKEN": "t", "LOG_MESSAGE": "done"})
REPLACEABLE = Call("bizproc.event.send", {"LOG_MESSAGE": "Invoice $result[c0]"})


def test_calls_of_many_runs_go_together_in_the_order_of_their_sending() -> None:
    calls = waiting(ready(1, sent=3), ready(2, sent=1), ready(3, sent=2))

    assert numbers(calls.take(load(), now=0)) == [2, 3, 1]
    assert len(calls) == 0


def test_of_runs_that_were_sent_at_once_the_first_to_arrive_goes_first() -> None:
    assert numbers(waiting(ready(2), ready(1)).take(load(), now=0)) == [1, 2]


def test_a_batch_carries_the_calls_of_one_user_the_longest_waiting_ones() -> None:
    calls = waiting(
        ready(1, sent=2, user_id=1), ready(2, sent=1, user_id=2), ready(3, sent=3, user_id=2)
    )

    assert numbers(calls.take(load(), now=0)) == [2, 3]
    assert numbers(calls.take(load(), now=0)) == [1]


def test_renewals_of_one_user_are_one_and_nothing_else_goes_with_them() -> None:
    calls = waiting(ready(1, RENEW), ready(2), ready(3, RENEW), ready(4, RENEW, user_id=2))

    assert numbers(calls.take(load(), now=0)) == [1, 3]
    assert numbers(calls.take(load(), now=0)) == [2]
    assert numbers(calls.take(load(), now=0)) == [4]


def test_reports_go_before_calls_that_start_new_work() -> None:
    calls = waiting(ready(1, sent=0), ready(2, SEND, sent=9, is_report=True))

    assert numbers(calls.take(load(), now=0)) == [2, 1]


def test_no_more_go_together_than_a_batch_holds() -> None:
    calls = waiting(*(ready(number) for number in range(1, 200)))

    taken = calls.take(load(), now=0)

    assert 0 < len(taken) <= BATCH_LIMIT
    assert len(calls) == 199 - len(taken)


def test_after_failures_fewer_go_together_and_at_last_one() -> None:
    sizes = []
    for failures in (1, 3, 5, 20):
        calls = waiting(*(ready(number) for number in range(1, 100)))
        sizes.append(len(calls.take(load(failures), now=0)))

    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] == 1


def test_two_changes_of_one_document_never_go_together() -> None:
    first, second = ready(1, enables(5), sent=1), ready(2, hides(5), sent=2)
    calls = waiting(first, second)

    assert numbers(calls.take(load(), now=0)) == [1]
    assert calls.take(load(), now=0) == []  # the first is under way
    calls.landed(first)
    calls.leave(first.job)
    assert numbers(calls.take(load(), now=0)) == [2]


def test_changes_of_different_documents_do() -> None:
    calls = waiting(ready(1, enables(5)), ready(2, enables(6)), ready(3, hides(7)))

    assert numbers(calls.take(load(), now=0)) == [1, 2, 3]


def test_a_later_run_of_a_document_waits_for_an_earlier_one_that_waits() -> None:
    earlier = ready(1, enables(5), sent=1, not_before=10.0)
    calls = waiting(earlier, ready(2, hides(5), sent=2), ready(3, enables(6), sent=3))

    assert numbers(calls.take(load(), now=0)) == [3]
    assert numbers(calls.take(load(), now=10)) == [1]


def test_a_later_run_of_a_document_waits_for_an_earlier_one_of_another_user() -> None:
    calls = waiting(
        ready(1, GET, sent=0, user_id=1),
        ready(2, enables(5), sent=1, user_id=2),
        ready(3, hides(5), sent=2, user_id=1),
    )

    assert numbers(calls.take(load(), now=0)) == [1]
    assert numbers(calls.take(load(), now=0)) == [2]


def test_an_earlier_run_that_came_late_goes_first() -> None:
    calls = waiting(ready(2, hides(5), sent=2))
    calls.add(ready(1, enables(5), sent=1))

    assert numbers(calls.take(load(), now=0)) == [1]


def test_a_call_that_is_tried_again_keeps_its_turn() -> None:
    first = ready(1, enables(5), sent=1)
    calls = waiting(first, ready(2, hides(5), sent=2))
    calls.take(load(), now=0)
    calls.landed(first)
    first.not_before = 60.0
    calls.add(first)

    assert calls.take(load(), now=0) == []
    assert numbers(calls.take(load(), now=60)) == [1]


def test_while_a_dead_workers_request_may_be_under_way_no_link_is_turned_off() -> None:
    calls = waiting(ready(1, hides(5)), ready(2, enables(6)))

    assert numbers(calls.take(load(), now=0, hides_from=60.0)) == [2]
    assert calls.take(load(), now=59.0, hides_from=60.0) == []
    assert numbers(calls.take(load(), now=60.0, hides_from=60.0)) == [1]


@pytest.mark.parametrize(
    "lone",
    [
        pytest.param({"call": REPLACEABLE}, id="text that a portal would replace in a batch"),
        pytest.param({"goes_alone": True}, id="a call that once made a request fail"),
    ],
)
def test_such_a_call_goes_alone_wherever_it_stands(lone: dict[str, object]) -> None:
    first = replace(ready(1, sent=1), **lone)  # type: ignore[arg-type]
    middle = replace(ready(3, sent=3), **lone)  # type: ignore[arg-type]
    calls = waiting(first, ready(2, sent=2), middle, ready(4, sent=4))

    assert numbers(calls.take(load(), now=0)) == [1]
    assert numbers(calls.take(load(), now=0)) == [2, 4]
    assert numbers(calls.take(load(), now=0)) == [3]


def test_what_must_wait_is_not_taken_and_its_time_is_known() -> None:
    calls = waiting(ready(1, not_before=30.0), ready(2, hides(5)), ready(3, not_before=20.0))

    assert calls.take(load(), now=10, hides_from=60.0) == []
    assert calls.next_at(now=10, hides_from=60.0) == 20.0
    assert calls.next_at(now=25, hides_from=60.0) == 30.0
    assert calls.next_at(now=35, hides_from=60.0) == 60.0
    assert calls.next_at(now=60, hides_from=60.0) is None


def test_every_call_is_taken_once() -> None:
    calls = waiting(*(ready(number, enables(number % 7 + 1)) for number in range(1, 60)))
    seen = []
    while len(calls):
        taken = calls.take(load(), now=0)
        assert taken
        assert len({one.call.changes for one in taken}) == len(taken)
        for one in taken:
            seen.append(one.job.run.id)
            calls.landed(one)
            calls.leave(one.job)

    assert sorted(seen) == list(range(1, 60))
