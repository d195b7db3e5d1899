"""bizproc.event.send: the whole table of wire facts 4."""

import threading
from typing import Any

import httpx2 as httpx
import pytest

from tests.sandbox.sandbox_rig import Bitrix, Handler

THROW = {"code": "throw", "name": "Bad", "properties": {"message": "SMS provider is missing"}}
NOT_FOUND = (400, "404", "The business process is not found.")
LOCKED = (400, "423", "The workflow is hung or being executed")
DENIED = (403, "ACCESS_DENIED", "Access denied!")


def start(portal: Bitrix, handler: Handler, *after: Any, **link: object) -> str:
    """Move a deal to a stage with our robot and others after it; the event token."""
    portal.robot(handler)
    portal.stage({"code": "link", "name": "Link", **link}, *after)
    portal.move(portal.deal())
    return handler.wait()[0]["event_token"]


def send(portal: Bitrix, token: object, **more: object) -> tuple[int, object, str]:
    return portal.error("bizproc.event.send", event_token=token, **more)


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda token: None, id="none"),
        pytest.param(lambda token: [token], id="a list"),
        pytest.param(lambda token: "x", id="malformed"),
        pytest.param(lambda token: token[:-1] + "x", id="forged signature"),
        pytest.param(lambda token: "1" + token, id="another workflow"),
    ],
)
def test_a_token_that_is_not_the_portals_is_denied(
    portal: Bitrix, handler: Handler, spoil: object
) -> None:
    token = start(portal, handler)
    assert callable(spoil)

    assert send(portal, spoil(token)) == DENIED


def test_another_portals_token_is_denied(
    portal: Bitrix, handler: Handler, neighbour: Bitrix
) -> None:
    token = start(portal, handler)

    assert send(neighbour, token) == DENIED


def test_a_finished_workflow_is_not_found(portal: Bitrix, handler: Handler) -> None:
    token = start(portal, handler)

    assert portal.result("bizproc.event.send", EVENT_TOKEN=token) is True

    assert send(portal, token) == NOT_FOUND


def test_older_cores_send_the_code_as_a_number(portal: Bitrix, handler: Handler) -> None:
    token = start(portal, handler)
    portal.control("PATCH", "portal", numeric_codes=True)
    portal.result("bizproc.event.send", event_token=token)

    assert send(portal, token)[1] == 404


@pytest.mark.parametrize(("setting", "answer"), [("404", NOT_FOUND), ("423", LOCKED)])
def test_an_answer_before_the_workflow_is_saved_is_too_early(
    portal: Bitrix, handler: Handler, setting: str, answer: tuple[int, str, str]
) -> None:
    portal.control("PATCH", "portal", save_delay=0.8, early_answer=setting)
    token = start(portal, handler)

    assert send(portal, token) == answer

    while portal.call("bizproc.event.send", event_token=token).status_code != 200:
        threading.Event().wait(0.05)


def test_of_a_deleted_deal_the_workflow_ends_and_the_answer_is_true(
    portal: Bitrix, handler: Handler
) -> None:
    token = start(portal, handler)
    deal = portal.control("GET", "state")["items"][0]["id"]
    portal.control("DELETE", f"items/2/{deal}")

    assert portal.result("bizproc.event.send", event_token=token) is True

    assert portal.workflow(token.partition("|")[0])["status"] == "terminated"


def test_a_second_send_is_true_and_changes_nothing(portal: Bitrix, handler: Handler) -> None:
    token = start(portal, handler, {"code": "link", "name": "Again"})
    first = {"event_token": token, "return_values": {"public_url": "one"}}
    second = {"event_token": token, "return_values": {"public_url": "two"}}

    assert portal.result("bizproc.event.send", **first) is True
    assert portal.result("bizproc.event.send", **second) is True

    steps = portal.workflow(token.partition("|")[0])["steps"]
    assert steps[0]["outputs"] == {"public_url": "one"}
    assert steps[1]["state"] == "waiting"


def test_a_robot_that_never_waited_ignores_the_answer(portal: Bitrix, handler: Handler) -> None:
    token = start(portal, handler, {"code": "link", "name": "Waits"}, use_subscription="N")

    assert portal.result("bizproc.event.send", event_token=token) is True

    assert portal.workflow(token.partition("|")[0])["steps"][0]["log"] == []


def test_a_later_robot_that_throws_fails_our_call_though_our_values_were_taken(
    portal: Bitrix, handler: Handler
) -> None:
    token = start(portal, handler, THROW)

    answer = send(portal, token, return_values={"public_url": "https://x"})

    assert answer == (400, "0", "SMS provider is missing")
    workflow = portal.workflow(token.partition("|")[0])
    assert workflow["status"] == "terminated"
    assert workflow["steps"][0]["outputs"] == {"public_url": "https://x"}


def test_following_robots_run_inside_the_call_and_the_row_is_locked_meanwhile(
    portal: Bitrix, handler: Handler
) -> None:
    token = start(portal, handler, {"code": "link", "name": "Second"})
    portal.control("PATCH", "portal", save_delay=1)
    answers: list[httpx.Response] = []
    call = threading.Thread(
        target=lambda: answers.append(portal.call("bizproc.event.send", event_token=token))
    )
    call.start()

    second = handler.wait(2)[1]["event_token"]

    assert answers == []  # the first send still runs
    other = Bitrix(portal.url, portal.oauth, portal.member_id)
    other.token = portal.token
    assert send(other, second) == LOCKED
    call.join()
    assert answers[0].json()["result"] is True
    assert portal.result("bizproc.event.send", event_token=second) is True
    other.http.close()


def test_names_match_in_any_case_and_unknown_ones_are_dropped(
    portal: Bitrix, handler: Handler
) -> None:
    token = start(portal, handler)

    portal.result("bizproc.event.send", Event_Token=token, RETURN_values={"PUBLIC_Url": 1, "x": 2})

    assert portal.workflow(token.partition("|")[0])["steps"][0]["outputs"] == {"public_url": 1}


@pytest.mark.parametrize(
    ("message", "logged"),
    [
        pytest.param("Done", "Done", id="a text"),
        pytest.param("", "Received application response", id="empty"),
        pytest.param(["x"], "Received application response", id="a list"),
    ],
)
def test_the_log_has_the_message_or_the_default(
    portal: Bitrix, handler: Handler, message: object, logged: str
) -> None:
    token = start(portal, handler)

    portal.result("bizproc.event.send", event_token=token, log_message=message)

    assert portal.workflow(token.partition("|")[0])["steps"][0]["log"] == [logged]


def test_logging_does_not_resume(portal: Bitrix, handler: Handler) -> None:
    token = start(portal, handler)

    assert portal.result("bizproc.activity.log", event_token=token, log_message="Working") is True
    empty = portal.error("bizproc.activity.log", event_token=token, log_message="")

    step = portal.workflow(token.partition("|")[0])["steps"][0]
    assert (step["state"], step["log"]) == ("waiting", ["Working"])
    assert empty == (400, "ERROR_EMPTY_LOG_MESSAGE", "Empty log message!")


def test_a_webhook_with_the_scope_may_answer(portal: Bitrix, handler: Handler) -> None:
    token = start(portal, handler)
    hook = portal.control("POST", "webhooks", user_id=9, scope="bizproc")["url"]

    answer = portal.http.post(hook + "bizproc.event.send", data={"event_token": token})

    assert answer.json()["result"] is True


def test_without_the_feature_the_method_does_not_exist(portal: Bitrix, handler: Handler) -> None:
    token = start(portal, handler)
    portal.control("PATCH", "portal", features={"bizproc": False})

    assert send(portal, token) == (404, "ERROR_METHOD_NOT_FOUND", "Method not found!")
    exists = portal.result("method.get", name="bizproc.robot.add")
    assert exists == {"isExisting": False, "isAvailable": False}
