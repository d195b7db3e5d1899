"""A run in hand: whatever its flow does, it ends in an outcome that is told."""

import pytest

from robot.errors import NotExecutedError, PortalError, RejectedError
from robot.flows.catalogue import LOOK
from robot.flows.flow import Chosen, Granted, succeeded
from robot.protocol.answers import Answer
from robot.protocol.calls import Call
from robot.work.job import Decided
from tests.work.work_rig import job, outcome_of, unanswered

LINK = "https://acme.bitrix24.com/~71q5j"
DOCUMENT = {"id": "5", "title": "Invoice", "entityTypeId": "2", "entityId": "7"}
LISTED = Answer(result={"documents": [DOCUMENT]})
REFUSED = RejectedError("m", "DOCGEN_ACCESS_ERROR", "Access denied")


def test_a_run_goes_from_the_look_up_over_the_choice_to_its_outcome() -> None:
    one = job()

    looks_up = one.proceed()
    assert isinstance(looks_up, Call)
    one.expect(looks_up)
    assert one.take_answer(0, LISTED) == Chosen((5,))
    enabling = one.proceed(Granted((5,)))
    assert isinstance(enabling, tuple)
    one.expect(enabling)
    decided = one.take_answer(0, Answer(result={"publicUrl": LINK}))

    assert isinstance(decided, Decided)
    assert decided.is_known
    assert decided.outcome.outputs["public_url"] == LINK


def test_calls_that_go_together_are_answered_in_any_order() -> None:
    one = job(inputs={"document_id": "5"})
    assert one.proceed() == Chosen((5,))
    step = one.proceed(Granted((5,)))
    assert isinstance(step, tuple)
    assert len(one.expect(step)) == 2

    assert one.take_answer(1, Answer(result={"publicUrl": LINK})) is None
    decided = one.take_answer(0, REFUSED)

    assert outcome_of(decided).succeeded


def test_a_no_becomes_an_error_that_is_told() -> None:
    one = job()
    step = one.proceed()
    assert isinstance(step, Call)
    one.expect(step)

    decided = one.take_answer(0, REFUSED)

    assert outcome_of(decided).error_code == "no_rights"
    assert isinstance(decided, Decided)
    assert decided.is_known


@pytest.mark.parametrize(
    "last",
    [
        pytest.param(unanswered(), id="no answer ever came"),
        pytest.param(NotExecutedError("m", "QUERY_LIMIT_EXCEEDED", ""), id="always refused"),
    ],
)
def test_when_the_time_is_over_the_workflow_is_told_what_was_tried_last(
    last: PortalError,
) -> None:
    one = job()
    step = one.proceed()
    assert isinstance(step, Call)
    one.expect(step)
    for _ in range(2):
        one.came_to_nothing(step.method, last)

    decided = one.too_late()

    assert decided.is_known, "nothing was turned on"
    assert decided.outcome.error_code == "gave_up"
    assert f"2 times: {step.method}" in decided.outcome.outputs["error_text"]
    assert (last.code or last.text) in decided.outcome.outputs["error_text"]


def test_when_the_time_is_over_after_the_choice_whether_the_link_is_on_is_not_known() -> None:
    one = job(inputs={"document_id": "5"})
    one.proceed()
    one.has_chosen = True  # it is on disk
    step = one.proceed(Granted((5,)))
    assert isinstance(step, tuple)
    one.expect(step)
    one.take_answer(0, Answer(result={"document": DOCUMENT}))

    assert not one.too_late().is_known


def test_a_bug_of_ours_leaves_no_workflow_waiting() -> None:
    one = job(code=LOOK, inputs={})  # a KeyError in the flow

    decided = one.proceed()

    assert outcome_of(decided).error_code == "internal_error"
    assert "1" in outcome_of(decided).log


def test_an_unknown_robot_is_told() -> None:
    assert outcome_of(job(code="linkrobot_of_old").proceed()).error_code == "unknown_robot"


def test_a_decided_run_reports_what_was_decided() -> None:
    one = job(outcome=succeeded("On.", public_url=LINK))

    call = one.report()

    assert call.params["RETURN_VALUES"]["public_url"] == LINK
    assert call.params["EVENT_TOKEN"] == "made-up-event-token"


def test_after_a_crash_the_choice_stands() -> None:
    one = job(chosen=(9,))

    assert one.proceed() == Chosen((9,))
