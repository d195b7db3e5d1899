"""What an answer to a report means: design.md section 3, line by line."""

from typing import Any

import pytest

from robot.errors import (
    NotExecutedError,
    OutcomeUnknownError,
    PortalError,
    RejectedError,
    TokenError,
)
from robot.protocol.answers import Answer
from robot.protocol.oauth import NO_TOKEN
from robot.store.runs import Ending
from robot.work.verdict import ABOUT_ACCESS, APPEARS_WITHIN, Verdict, judge

SEND = "bizproc.event.send"
GONE = RejectedError(SEND, "404", "The business process is not found.")
LOCKED = RejectedError(SEND, "423", "The workflow is hung or being executed")


def verdict(result: Answer | PortalError, **changes: Any) -> Verdict:
    values = {"attempt": 1, "waited": 0.0, "was_unanswered": False, "is_late": False}
    return judge(result, **values | changes)


@pytest.mark.parametrize("result", [True, False, None, [], {}])
def test_any_answer_means_taken(result: object) -> None:
    assert verdict(Answer(result=result)).ending is Ending.REPORTED


def test_a_workflow_that_is_not_found_may_not_be_saved_yet() -> None:
    found = verdict(GONE, waited=APPEARS_WITHIN - 1, attempt=30)

    assert found.ending is None
    assert 0 < found.retry_in <= 10


def test_after_five_minutes_it_is_gone() -> None:
    assert verdict(GONE, waited=APPEARS_WITHIN).ending is Ending.WORKFLOW_GONE
    assert APPEARS_WITHIN == 300


def test_not_found_after_an_unanswered_send_means_that_we_were_heard() -> None:
    assert verdict(GONE, was_unanswered=True).ending is Ending.REPORTED


def test_a_locked_workflow_is_tried_to_the_deadline() -> None:
    assert verdict(LOCKED, attempt=500).ending is None
    assert verdict(LOCKED, attempt=500).retry_in <= 10
    assert verdict(LOCKED, is_late=True).ending is Ending.REFUSED


def test_access_denied_is_a_loud_failure() -> None:
    found = verdict(RejectedError(SEND, "ACCESS_DENIED", "Access denied!"))

    assert found.ending is Ending.REFUSED
    assert "Access denied!" in found.note


def test_a_plan_that_ended_is_no_access_denied() -> None:
    text = "REST is available only on commercial plans."

    found = verdict(RejectedError(SEND, "ACCESS_DENIED", text))

    assert found.ending is None
    assert found.retry_in >= 600


@pytest.mark.parametrize("code", sorted(ABOUT_ACCESS))
@pytest.mark.parametrize("is_late", [False, True])
def test_broken_access_is_probed_as_long_as_the_run_is_kept(code: str, is_late: bool) -> None:
    found = verdict(RejectedError(SEND, code, ""), is_late=is_late, attempt=50)

    assert found.ending is None
    assert found.retry_in >= 600


def test_our_own_lack_of_a_token_is_about_access() -> None:
    assert NO_TOKEN in ABOUT_ACCESS


@pytest.mark.parametrize(
    "error",
    [
        OutcomeUnknownError(SEND, "", "no answer"),
        OutcomeUnknownError(SEND, "INTERNAL_SERVER_ERROR", ""),
        NotExecutedError(SEND, "QUERY_LIMIT_EXCEEDED", ""),
        NotExecutedError(SEND, "OPERATION_TIME_LIMIT", "", retry_after=60),
        TokenError(SEND, "EXPIRED_TOKEN", ""),
    ],
    ids=lambda error: error.code or "no answer",
)
@pytest.mark.parametrize("is_late", [False, True])
def test_what_says_nothing_is_tried_again(error: PortalError, is_late: bool) -> None:
    found = verdict(error, is_late=is_late)

    assert found.ending is None
    assert found.retry_in >= getattr(error, "retry_after", 0)


def test_a_deleted_portal_ends_it() -> None:
    found = verdict(RejectedError(SEND, "PORTAL_DELETED", "Portal was deleted"))

    assert found.ending is Ending.PORTAL_DELETED


@pytest.mark.parametrize("code", ["0", "", "ERROR_CORE", "100", "ERROR_ARGUMENT"])
def test_every_other_error_is_a_later_robots_and_ours_was_taken(code: str) -> None:
    found = verdict(RejectedError(SEND, code, "Mail server not configured"))

    assert found.ending is Ending.REPORTED
    assert "Mail server not configured" in found.note
