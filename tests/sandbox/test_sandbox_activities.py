"""bizproc.activity.*: activities beside robots, placed and run, and plans without a designer."""

from typing import Any

import pytest

from tests.sandbox.sandbox_rig import Bitrix, Handler

CODE = "linkrobot_enable_activity"
NAME = {"en": "Name"}
ACTIVITY: dict[str, Any] = {
    "CODE": CODE,
    "NAME": NAME,
    "AUTH_USER_ID": 1,
    "USE_SUBSCRIPTION": "Y",
    "PROPERTIES": {
        "which": {"Name": NAME, "Type": "select", "Options": {"a": "A", "b": "B"}},
        "ids": {"Name": NAME, "Type": "int", "Multiple": "Y"},
    },
    "RETURN_PROPERTIES": {"public_url": {"Name": NAME, "Type": "string"}},
}
NO_DESIGNER = {"bizproc": False, "crm_automation_deal": True}
NOT_FOUND = (404, "ERROR_METHOD_NOT_FOUND", "Method not found!")


@pytest.fixture
def activity(portal: Bitrix, handler: Handler) -> str:
    fields = ACTIVITY | {"HANDLER": handler.url + "/activity"}
    assert portal.result("bizproc.activity.add", **fields) is True
    return CODE


def test_an_activity_is_listed_changed_and_removed(portal: Bitrix, activity: str) -> None:
    assert portal.result("bizproc.activity.list") == [activity]
    assert portal.result("bizproc.robot.list") == []

    changed = portal.result("bizproc.activity.update", CODE=activity, FIELDS={"NAME": "New"})
    stored = portal.control("GET", "state")["robots"][0]

    assert changed is True
    assert (stored["kind"], stored["fields"]["NAME"]) == ("activity", "New")
    assert stored["fields"]["PROPERTIES"]["which"]["OPTIONS"] == {"a": "A", "b": "B"}
    assert portal.result("bizproc.activity.delete", CODE=activity) is True
    assert portal.result("bizproc.activity.list") == []


def test_robots_methods_do_not_reach_an_activity(portal: Bitrix, activity: str) -> None:
    fields = {"CODE": activity, "HANDLER": "https://x.example/", "NAME": "x"}

    taken = portal.error("bizproc.robot.add", **fields)
    updated = portal.error("bizproc.robot.update", CODE=activity, FIELDS={"NAME": "x"})
    deleted = portal.error("bizproc.robot.delete", CODE=activity)

    assert taken[1] == "ERROR_ACTIVITY_ALREADY_INSTALLED"
    assert updated[1] == deleted[1] == "ERROR_ACTIVITY_NOT_FOUND"


def test_a_placed_activity_runs_waits_and_returns(
    portal: Bitrix, handler: Handler, activity: str
) -> None:
    mail = {"to": "a@x.example", "text": "{=Link:public_url}"}
    placed = {"code": activity, "name": "Link", "properties": {"which": "b", "ids": [3, 5]}}
    portal.stage(placed, {"code": "mail", "properties": mail})
    workflow = portal.move(portal.deal())
    form = handler.wait()[0]

    portal.result(
        "bizproc.event.send",
        event_token=form["event_token"],
        return_values={"public_url": "https://x/~abcde"},
    )

    assert handler.received[0][0] == "/activity"
    assert (form["code"], form["use_subscription"]) == (activity, "Y")
    given = ("which", "ids][0", "ids][1")
    assert [form[f"properties[{name}]"] for name in given] == ["b", "3", "5"]
    assert portal.workflow(workflow)["status"] == "completed"
    assert portal.control("GET", "state")["mails"][0]["text"] == "https://x/~abcde"


def test_an_activity_that_does_not_wait_lets_the_workflow_go_on(
    portal: Bitrix, handler: Handler, activity: str
) -> None:
    portal.stage({"code": activity, "use_subscription": "N"})

    workflow = portal.move(portal.deal())

    assert handler.wait()[0]["use_subscription"] == "N"
    assert portal.workflow(workflow)["status"] == "completed"


def test_an_update_of_the_app_wipes_activities_too(portal: Bitrix, activity: str) -> None:
    portal.control("POST", "apps/update")

    assert portal.result("bizproc.activity.list") == []


def test_a_plan_without_the_designer_has_robots_and_no_activities(
    portal: Bitrix, handler: Handler
) -> None:
    portal.control("PATCH", "portal", features=NO_DESIGNER)

    for verb in ("add", "update", "list", "delete", "log"):
        assert portal.error(f"bizproc.activity.{verb}") == NOT_FOUND
    probed = portal.result("method.get", name="bizproc.activity.add")
    batched = portal.batch({"a": "bizproc.activity.list", "r": "bizproc.robot.list"})

    assert probed == {"isExisting": False, "isAvailable": False}
    assert batched["result_error"]["a"]["error"] == "ERROR_METHOD_NOT_FOUND"
    assert batched["result"] == {"r": []}
    portal.robot(handler)
    assert portal.result("bizproc.robot.list") == ["link"]
    assert portal.error("bizproc.event.send")[1] == "ACCESS_DENIED"


def test_a_plan_without_automation_has_neither(portal: Bitrix) -> None:
    portal.control("PATCH", "portal", features={"bizproc": False})

    for name in ("bizproc.robot.list", "bizproc.activity.list", "bizproc.event.send"):
        assert portal.error(name) == NOT_FOUND
