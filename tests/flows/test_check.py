"""Looking at a portal asks only what changes nothing, and tells what it could not learn."""

from collections.abc import Mapping

import pytest

from robot.errors import RejectedError
from robot.flows import check
from robot.flows.binding import EVENTS
from robot.flows.catalogue import CHECK
from robot.flows.flow import Result
from robot.protocol.answers import Answer
from robot.protocol.calls import RENEW
from robot.protocol.invocation import CODE
from robot.protocol.oauth import NO_TOKEN, RENEWAL, UNANSWERED
from tests.flows.flow_player import Played, play, refusal, run

EVENT_URL = "https://app.example.com/bitrix24/events"
BOUND = [{"event": event.lower(), "handler": EVENT_URL} for event in EVENTS]
OK = Answer(result=True)
EXISTS = {"isExisting": True, "isAvailable": True}
GOOD: dict[str, object] = {
    check.SCOPES: ["bizproc", "crm"],
    check.ADMIN: True,
    check.ROBOTS: ["linkrobot_enable"],
    check.ACTIVITIES: ["linkrobot_enable_activity"],
    check.EVENTS: [*BOUND, {"event": "ONAPPUPDATE", "handler": "https://old.example.com"}],
    **dict.fromkeys(check.METHODS, EXISTS),
}


def looked(renewal: Result = OK, seen: Mapping[str, object] | None = None) -> Played:
    told = [(seen or {}).get(look, GOOD[look]) for look in check.LOOKS]
    answers = [one if isinstance(one, RejectedError) else Answer(result=one) for one in told]
    return play(check.check(run(item=None, events=EVENT_URL)), renewal, answers)


def test_access_is_renewed_once_and_the_rest_only_asked() -> None:
    played = looked()

    renew, *asked = played.calls
    assert renew == RENEW
    assert {call.method for call in asked} == {
        "scope",
        "user.admin",
        "method.get",
        "bizproc.robot.list",
        "bizproc.activity.list",
        "event.get",
    }
    assert played.changed == []


def test_what_was_seen_is_told() -> None:
    outputs = looked().outcome.outputs

    assert outputs == {
        "succeeded": "Y",
        "scopes": "bizproc,crm",
        "admin": "Y",
        "robots": "linkrobot_enable",
        "activities": "linkrobot_enable_activity",
        "events": ",".join(EVENTS),
        "adding": "Y",
        "sending": "Y",
        "enabling": "Y",
    }


@pytest.mark.parametrize(
    ("code", "told", "words"),
    [
        (NO_TOKEN, "no_token", "«in words»"),
        (UNANSWERED, "unanswered", "«in words»"),
        ("X", "bitrix24_error", "«in words» (X)"),
    ],
)
def test_a_renewal_that_fails_is_told_and_the_rest_is_asked_all_the_same(
    code: str, told: str, words: str
) -> None:
    outputs = looked(refusal(code, "in words", method=RENEWAL)).outcome.outputs

    assert outputs["renewal_error"] == told
    assert outputs["renewal_words"] == words
    assert outputs["scopes"] == "bizproc,crm"


def test_what_is_refused_is_told_with_bitrix24s_words() -> None:
    refused = refusal("AUTHORIZATION_ERROR", "Unable to authorize user", method="batch")

    outputs = looked(seen=dict.fromkeys(check.LOOKS, refused)).outcome.outputs

    assert {outputs[f"{look}_error"] for look in check.LOOKS} == {"no_rights"}
    assert not set(check.LOOKS) & set(outputs)
    assert outputs["scopes_words"] == "«Unable to authorize user» (AUTHORIZATION_ERROR)"


@pytest.mark.parametrize("nonsense", [None, "yes", 1, [], {}, {"isExisting": "false"}])
def test_an_answer_that_is_not_as_documented_is_no_yes(nonsense: object) -> None:
    outputs = looked(seen=dict.fromkeys(check.LOOKS, nonsense)).outcome.outputs

    for look in (check.ADMIN, *check.METHODS):
        assert outputs[look] == check.NO
    for look in (check.SCOPES, check.ROBOTS, check.EVENTS):
        assert outputs[look] == ""


def test_no_portal_can_name_a_robot_like_it() -> None:
    assert not CODE.fullmatch(CHECK)
