"""im.notify and its sisters, as their pages describe them."""

from typing import Any

import pytest

from tests.sandbox.sandbox_rig import Bitrix, Handler


@pytest.fixture
def portal(fresh: Bitrix, handler: Handler) -> Bitrix:
    fresh.install(handler, scope="crm,bizproc,im")
    return fresh


def found(portal: Bitrix) -> list[dict[str, Any]]:
    return list(portal.control("GET", "state")["notifications"])


def test_a_notification_is_personal_unless_it_is_the_systems(portal: Bitrix) -> None:
    first = portal.result("im.notify", USER_ID=7, MESSAGE=" Reminder ")
    second = portal.result("im.notify", USER_ID="7", MESSAGE="Trouble", TYPE="SYSTEM")

    assert [
        (one["id"], one["user_id"], one["type"], one["author_id"], one["message"])
        for one in found(portal)
    ] == [(first, 7, "USER", 1, "Reminder"), (second, 7, "SYSTEM", 0, "Trouble")]


def test_the_two_sisters_name_the_type(portal: Bitrix) -> None:
    portal.result("im.notify.system.add", USER_ID=1, MESSAGE="a", MESSAGE_OUT="b", SUB_TAG="c")
    portal.result("im.notify.personal.add", USER_ID=1, MESSAGE="a")

    system, personal = found(portal)
    assert (system["type"], system["message_out"], system["sub_tag"]) == ("SYSTEM", "b", "c")
    assert personal["type"] == "USER"


def test_a_tag_stands_once(portal: Bitrix) -> None:
    for message, tag in (("first", "x"), ("other", "y"), ("second", "x")):
        portal.result("im.notify", USER_ID=1, MESSAGE=message, TAG=tag)

    assert [one["message"] for one in found(portal)] == ["other", "second"]
    journal = portal.control("GET", "journal")["events"]
    sent = [event for event in journal if event["kind"] == "notification.sent"]
    assert [event["message"] for event in sent] == ["first", "other", "second"]


REFUSED = {
    "for nobody": ({"MESSAGE": "x"}, "USER_ID_EMPTY"),
    "for user 0": ({"USER_ID": 0, "MESSAGE": "x"}, "USER_ID_EMPTY"),
    "saying nothing": ({"USER_ID": 1, "MESSAGE": "  "}, "MESSAGE_EMPTY"),
    "of another type": ({"USER_ID": 1, "MESSAGE": "x", "TYPE": "LOUD"}, "SANDBOX_UNKNOWN_VALUE"),
    "with what is not there": (
        {"USER_ID": 1, "MESSAGE": "x", "ATTACH": {}},
        "SANDBOX_UNKNOWN_PARAMETER",
    ),
}


@pytest.mark.parametrize(("given", "code"), REFUSED.values(), ids=REFUSED)
def test_what_is_incomplete_is_refused(portal: Bitrix, given: dict[str, Any], code: str) -> None:
    assert portal.error("im.notify", **given)[:2] == (400, code)
    assert found(portal) == []


@pytest.mark.parametrize("user_id", [99, 7])
def test_who_is_not_there_gets_none(portal: Bitrix, user_id: int) -> None:
    portal.control("PATCH", "users/7", active=False)

    assert portal.result("im.notify", USER_ID=user_id, MESSAGE="x") is False
    assert found(portal) == []


def test_without_the_scope_it_is_refused(fresh: Bitrix, handler: Handler) -> None:
    fresh.install(handler)

    assert fresh.error("im.notify", USER_ID=1, MESSAGE="x")[1] == "insufficient_scope"
