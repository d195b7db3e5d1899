"""bizproc.robot.*: the order of checks of wire facts 9.1, and events bound."""

from typing import Any

import pytest

from tests.sandbox.sandbox_rig import Bitrix, Handler

GOOD: dict[str, Any] = {"CODE": "a.b-c_1", "HANDLER": "https://x.example/robot", "NAME": "Name"}
NO_APP = (403, "ACCESS_DENIED", "Access denied! Application context required")


def invalid(text: str) -> tuple[int, str, str]:
    return 400, "ERROR_ACTIVITY_VALIDATION_FAILURE", text


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param({"CODE": ""}, invalid("Empty activity code!"), id="no code"),
        pytest.param({"CODE": "a b"}, invalid("Wrong activity code!"), id="bad code"),
        pytest.param(
            {"HANDLER": "https://localhost/x"},
            (400, "ERROR_WRONG_HANDLER_URL", "Wrong handler URL"),
            id="a host without a dot",
        ),
        pytest.param(
            {"HANDLER": "ftp://x.example/"},
            (400, "ERROR_UNSUPPORTED_PROTOCOL", "Unsupported handler protocol"),
            id="ftp",
        ),
        pytest.param({"NAME": ""}, invalid("Empty activity NAME!"), id="no name"),
        pytest.param(
            {"PROPERTIES": "x"}, invalid("Wrong properties array!"), id="properties are text"
        ),
        pytest.param(
            {"PROPERTIES": {"1x": {"Name": "x"}}},
            invalid("Wrong property key (1x)!"),
            id="property key",
        ),
        pytest.param(
            {"RETURN_PROPERTIES": {"x": {"Type": "string"}}},
            invalid("Empty property NAME (x)!"),
            id="property without name",
        ),
        pytest.param({"FILTER": "x"}, invalid("Wrong activity FILTER!"), id="filter"),
        pytest.param(
            {"USE_PLACEMENT": "Y"},
            (400, "ERROR_WRONG_HANDLER_URL", "Wrong handler URL"),
            id="placement without handler",
        ),
    ],
)
def test_each_field_is_checked(portal: Bitrix, change: Any, told: Any) -> None:
    assert portal.error("bizproc.robot.add", **GOOD | change) == told


def test_the_first_wrong_field_is_the_one_told(portal: Bitrix) -> None:
    told = portal.error("bizproc.robot.add", CODE="ok", HANDLER="x", NAME="")

    assert told[1] == "ERROR_WRONG_HANDLER_URL"
    assert portal.error("bizproc.robot.add") == invalid("Empty data!")


def test_only_an_administrators_app_may_register(portal: Bitrix) -> None:
    hook = portal.control("POST", "webhooks", user_id=1, scope="bizproc")["url"]
    answer = portal.http.post(hook + "bizproc.robot.list")
    portal.control("PATCH", "users/1", admin=False)

    assert (answer.status_code, *answer.json().values()) == NO_APP
    assert portal.error("bizproc.robot.add", **GOOD) == (403, "ACCESS_DENIED", "Access denied!")


def test_a_code_is_taken_by_robots_and_activities_alike(portal: Bitrix) -> None:
    assert portal.result("bizproc.robot.add", **GOOD) is True

    again = portal.error("bizproc.activity.add", **GOOD)

    assert again[1] == "ERROR_ACTIVITY_ALREADY_INSTALLED"
    assert portal.result("bizproc.robot.list") == [GOOD["CODE"]]
    assert portal.result("bizproc.activity.list") == []


def test_keys_are_capital_letters_except_names_and_options(portal: Bitrix) -> None:
    options = {"pdf": "PDF", "docX": "DOCX"}
    about = {"Name": {"en": "Kind"}, "Type": "select", "Options": options}
    portal.result("bizproc.robot.add", **GOOD, PROPERTIES={"docType": about})

    robot = portal.control("GET", "state")["robots"][0]

    kept = {"NAME": {"EN": "Kind"}, "TYPE": "select", "OPTIONS": options}
    assert robot["fields"]["PROPERTIES"] == {"docType": kept}


def test_an_update_changes_what_it_names(portal: Bitrix) -> None:
    portal.result("bizproc.robot.add", **GOOD, AUTH_USER_ID=1)

    fields = {"HANDLER": "https://y.example/robot", "NAME": ""}
    assert portal.result("bizproc.robot.update", CODE=GOOD["CODE"], FIELDS=fields) is True

    stored = portal.control("GET", "state")["robots"][0]["fields"]
    assert (stored["HANDLER"], stored["NAME"]) == ("https://y.example/robot", "Name")


@pytest.mark.parametrize(
    ("code", "fields", "told"),
    [
        ("other", {"NAME": "x"}, (400, "ERROR_ACTIVITY_NOT_FOUND")),
        ("a.b-c_1", {}, invalid("")[:2]),
        ("a.b-c_1", {"PLACEMENT_HANDLER": "https://x.y/"}, invalid("")[:2]),
        ("a.b-c_1", {"NAME": ""}, invalid("")[:2]),
        ("a.b-c_1", {"DOCUMENT_TYPE": ["crm"]}, invalid("")[:2]),
    ],
)
def test_an_update_of_nothing_is_refused(
    portal: Bitrix, code: str, fields: Any, told: tuple[int, str]
) -> None:
    portal.result("bizproc.robot.add", **GOOD)

    assert portal.error("bizproc.robot.update", CODE=code, FIELDS=fields)[:2] == told


def test_a_deleted_robot_is_gone(portal: Bitrix) -> None:
    portal.result("bizproc.robot.add", **GOOD)

    assert portal.result("bizproc.robot.delete", CODE=GOOD["CODE"]) is True

    assert portal.result("bizproc.robot.list") == []
    again = portal.error("bizproc.robot.delete", CODE=GOOD["CODE"])
    assert again[1] == "ERROR_ACTIVITY_NOT_FOUND"


def test_events_are_bound_once_and_unbound(portal: Bitrix, handler: Handler) -> None:
    bind = {"event": "onAppUninstall", "handler": handler.url}

    assert portal.result("event.bind", **bind) is True
    assert portal.error("event.bind", **bind)[1] == "ERROR_CORE"
    assert portal.result("event.get") == [
        {"event": "ONAPPUNINSTALL", "handler": handler.url, "auth_type": "0", "offline": 0}
    ]
    assert portal.error("event.bind", event="x", handler=handler.url)[1] == "ERROR_EVENT_NOT_FOUND"
    assert portal.result("event.unbind", event="ONAPPUPDATE", handler=handler.url) == {"count": 0}
    assert portal.result("event.unbind", **bind) == {"count": 1}
