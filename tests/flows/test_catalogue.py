"""Which robots there are, and what a workflow is told."""

import pytest

from robot.flows.catalogue import DISABLE, ENABLE, MAX_LOG, ROBOTS, report, start
from robot.flows.flow import failed, succeeded
from robot.protocol.calls import fits_batch
from tests.flows.flow_player import document, link, play, run


def test_a_report_carries_every_output_of_its_robot_and_nothing_else() -> None:
    outcome = succeeded("Done.", public_url="https://acme.example/~a", something_else="x")

    call = report(ENABLE, "token", outcome)

    names = [field.name for field in ROBOTS[ENABLE].definition.outputs]
    assert list(call.params["RETURN_VALUES"]) == names
    assert call.params["RETURN_VALUES"]["public_url"] == "https://acme.example/~a"
    assert call.params["RETURN_VALUES"]["error_code"] == ""
    assert call.params["EVENT_TOKEN"] == "token"
    assert call.params["LOG_MESSAGE"] == "Done."


@pytest.mark.parametrize("code", ROBOTS)
def test_a_failure_is_told_with_every_output_and_without_a_link(code: str) -> None:
    values = report(code, "token", failed("no_rights", "Why.")).params["RETURN_VALUES"]

    assert (values["succeeded"], values["error_code"], values["error_text"]) == (
        "N",
        "no_rights",
        "Why.",
    )
    assert values.get("public_url", "") == ""
    assert set(values) == {field.name for field in ROBOTS[code].definition.outputs}


@pytest.mark.parametrize("code", ROBOTS)
def test_whatever_a_flow_finds_out_is_an_output_that_workflows_can_use(code: str) -> None:
    answers = [document("5"), link()] if code == ENABLE else [link()]

    outcome = play(start(code, run(document_id="5")), answers).outcome

    assert set(outcome.outputs) <= {field.name for field in ROBOTS[code].definition.outputs}


def test_a_report_answers_the_workflow_and_changes_no_document() -> None:
    call = report(DISABLE, "token", succeeded("Done."))

    assert call.method == "bizproc.event.send"
    assert call.changes is None
    assert fits_batch(call)


def test_a_long_log_is_cut() -> None:
    call = report(ENABLE, "token", failed("bitrix24_error", "x" * 100_000))

    assert len(call.params["LOG_MESSAGE"]) == MAX_LOG


def test_a_robot_that_is_not_ours_any_more_is_told_to_the_workflow() -> None:
    played = play(start("linkrobot_of_old", run()))

    assert played.outcome.error_code == "unknown_robot"
    assert "linkrobot_of_old" in played.outcome.log
    assert report("linkrobot_of_old", "token", played.outcome).params["RETURN_VALUES"] == {}


def test_the_robots_stand_under_their_own_codes() -> None:
    assert {code: robot.definition.code for code, robot in ROBOTS.items()} == {
        ENABLE: "linkrobot_enable",
        DISABLE: "linkrobot_disable",
    }
