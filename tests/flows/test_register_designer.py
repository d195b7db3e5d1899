"""Activities of the workflow designer: the robots once more, where a plan has the designer."""

from dataclasses import replace

import pytest

from robot.flows.catalogue import (
    ACTIVITIES,
    DISABLE,
    ENABLE,
    ROBOTS,
    only_hides,
    registrations,
    report,
    start,
)
from robot.flows.flow import succeeded
from robot.flows.register import NOT_TAKEN, is_current
from tests.flows.flow_player import play, refusal, run
from tests.flows.register_rig import (
    ALREADY,
    HANDLER,
    LOOKS,
    MISSING,
    OK,
    changing,
    look,
    registered,
)

ENABLE_TOO, DISABLE_TOO = f"{ENABLE}_activity", f"{DISABLE}_activity"
ADD, UPDATE, DELETE = (f"bizproc.activity.{verb}" for verb in ("add", "update", "delete"))
ALL = registrations(handler=HANDLER, user_id=1, templates={}, activities=True)
ROBOTS_ALONE = registrations(handler=HANDLER, user_id=1, templates={}, activities=False)
NO_DESIGNER = refusal("ERROR_METHOD_NOT_FOUND", "Method not found!", method="bizproc.activity.list")
WITHOUT = ROBOTS_ALONE | {ENABLE_TOO: NOT_TAKEN, DISABLE_TOO: NOT_TAKEN}


def test_a_plan_with_the_designer_gets_both_kinds() -> None:
    played = registered(look([ENABLE, DISABLE]), [OK, OK], known=ROBOTS_ALONE, activities=True)

    assert changing(played) == [(ADD, ENABLE_TOO), (ADD, DISABLE_TOO)]
    assert played.outcome.registered == ALL
    assert is_current(ALL, ALL)


def test_an_activity_is_the_robot_but_for_its_code() -> None:
    played = registered(look([], designer=()), [OK] * 4, known={}, activities=True)

    robot, _, activity, _ = (dict(call.params) for call in played.calls[LOOKS:])
    assert (robot.pop("CODE"), activity.pop("CODE")) == (ENABLE, ENABLE_TOO)
    assert activity == robot


def test_a_plan_without_the_designer_gets_its_robots_and_is_not_asked_at_every_start() -> None:
    played = registered(look([], designer=NO_DESIGNER), [OK, OK], known={}, activities=True)

    assert played.outcome.succeeded
    assert played.outcome.registered == WITHOUT
    assert "workflow designer" in played.outcome.log
    assert is_current(WITHOUT, ALL)


def test_a_plan_that_gets_the_designer_gets_the_activities() -> None:
    played = registered(look([ENABLE, DISABLE]), [OK, OK], known=WITHOUT, activities=True)

    assert changing(played) == [(ADD, ENABLE_TOO), (ADD, DISABLE_TOO)]


def test_an_activity_that_is_refused_is_no_failure_of_the_robots() -> None:
    refused = refusal("ERROR_ACTIVITY_ADD_FAILURE", "Activity save error!")

    played = registered(look([ENABLE, DISABLE]), [refused, OK], known=ROBOTS_ALONE, activities=True)

    assert played.outcome.succeeded
    assert played.outcome.registered == ALL | {ENABLE_TOO: NOT_TAKEN}
    assert "Activity save error!" in played.outcome.log


def test_where_the_list_of_activities_was_wrong_the_other_call_is_made() -> None:
    answers = look([ENABLE, DISABLE], designer=(ENABLE_TOO,))

    played = registered(answers, [MISSING, ALREADY], [OK, OK], known=ROBOTS_ALONE, activities=True)

    assert changing(played) == [
        (UPDATE, ENABLE_TOO),
        (ADD, DISABLE_TOO),
        (ADD, ENABLE_TOO),
        (UPDATE, DISABLE_TOO),
    ]
    assert played.outcome.registered == ALL


def test_nothing_is_called_where_all_of_it_stands() -> None:
    answers = look([ENABLE, DISABLE], designer=(ENABLE_TOO, DISABLE_TOO))

    assert changing(registered(answers, known=ALL, activities=True)) == []


def test_who_does_not_want_them_any_more_gets_them_removed() -> None:
    answers = look([ENABLE, DISABLE], designer=(ENABLE_TOO, DISABLE_TOO, "somebody_elses"))

    played = registered(answers, [OK, MISSING], known=ALL)

    assert changing(played) == [(DELETE, ENABLE_TOO), (DELETE, DISABLE_TOO)]
    assert played.outcome.registered == ROBOTS_ALONE
    assert not is_current(ALL, ROBOTS_ALONE)


def test_an_activity_that_could_not_be_removed_is_removed_another_time() -> None:
    refused = refusal("ACCESS_DENIED", "Access denied!")

    played = registered(look([ENABLE, DISABLE], designer=(ENABLE_TOO,)), [refused], known=ALL)

    assert played.outcome.succeeded
    assert not is_current(played.outcome.registered, ROBOTS_ALONE)


@pytest.mark.parametrize("code", ROBOTS)
def test_a_run_of_an_activity_is_one_of_its_robot(code: str) -> None:
    too = f"{code}_activity"
    outcome = succeeded("Done.", public_url="https://acme.example/~a")
    nothing = replace(run(document_id="x"), item=None)

    assert report(too, "token", outcome) == report(code, "token", outcome)
    assert play(start(too, nothing)).outcome == play(start(code, nothing)).outcome
    assert only_hides(too) == only_hides(code)
    assert ACTIVITIES[too].flow is ROBOTS[code].flow
