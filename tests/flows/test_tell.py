"""An administrator is told what happened, why, and how to mend it, in the portal's language."""

from typing import Any

import pytest

from robot.flows.flow import Run
from robot.flows.tell import tell
from robot.flows.texts import notices
from robot.protocol.answers import Answer
from tests.flows.flow_player import play, refusal

PORTAL = "https://acme.bitrix24.com"
SENT = Answer(result=12345)


def told(**inputs: Any) -> Run:
    about = {
        "cause": "rights",
        "what": "failed",
        "item": "DEAL_7",
        "user_id": 1,
        "language": "en",
        "portal": PORTAL,
        "has_page": False,
    }
    return Run(item=None, inputs=about | inputs)


def test_one_notification_tells_what_why_and_the_remedy() -> None:
    played = play(tell(told()), SENT)

    (call,) = played.calls
    assert call.method == "im.notify"
    assert (call.params["USER_ID"], call.params["TYPE"]) == (1, "SYSTEM")
    what, remedy, once = call.params["MESSAGE"].split("\n")
    assert what == "[B]Linkrobot could not do its work for DEAL_7, and perhaps for others.[/B]"
    assert remedy == notices("en")["rights"]
    assert once == "You are told of each cause at most once a day."
    assert "[" not in call.params["MESSAGE_OUT"]
    assert played.outcome.succeeded


def test_it_may_wait_for_everything_else() -> None:
    played = play(tell(told(has_page=True)), Answer(result={"ID": 5}), SENT)

    assert [call.can_wait for call in played.calls] == [True, True]


def test_a_repeat_takes_the_place_of_the_one_before() -> None:
    tags = [
        play(tell(told(cause=cause)), SENT).calls[0].params["TAG"]
        for cause in ("rights", "rights", "plan")
    ]

    assert tags == ["linkrobot_rights", "linkrobot_rights", "linkrobot_plan"]


def test_an_application_with_a_page_is_linked_by_its_number_on_the_portal() -> None:
    asked, sent = play(tell(told(has_page=True)), Answer(result={"ID": "5"}), SENT).calls

    page = f"{PORTAL}/marketplace/app/5/"
    assert asked.method == "app.info"
    assert f"[URL={page}]Open Linkrobot[/URL]" in sent.params["MESSAGE"]
    assert f"Open Linkrobot: {page}" in sent.params["MESSAGE_OUT"]


UNKNOWN = {
    "refused": refusal("ACCESS_DENIED"),
    "no number": Answer(result={"ID": "x"}),
    "no object": Answer(result=True),
}


@pytest.mark.parametrize("answer", UNKNOWN.values(), ids=UNKNOWN)
def test_where_its_number_is_not_known_the_link_is_left_out(answer: Any) -> None:
    played = play(tell(told(has_page=True)), answer, SENT)

    assert "URL" not in played.calls[1].params["MESSAGE"]
    assert played.outcome.succeeded


def test_it_is_told_in_the_portals_language_and_in_english_where_we_do_not_speak_it() -> None:
    german, unknown, english = (
        play(tell(told(language=language)), SENT).calls[0].params["MESSAGE"]
        for language in ("de", "kz", "en")
    )

    assert "konnte seine Arbeit für DEAL_7 nicht tun" in german
    assert unknown == english


def test_what_a_workflow_calls_its_item_formats_nothing() -> None:
    name = "[URL=https://evil.example]DEAL_7[/URL]\n" + "x" * 500

    message = play(tell(told(item=name)), SENT).calls[0].params["MESSAGE"]

    assert "[URL" not in message
    assert len(message.split("\n")) == 3
    assert "x" * 100 not in message


def test_a_refusal_is_the_runs_outcome_and_nothing_else_happens() -> None:
    played = play(tell(told()), refusal("INSUFFICIENT_SCOPE", "Needs more", method="im.notify"))

    assert played.outcome.error_code == "scope_missing"
    assert "was not told. «Needs more»" in played.outcome.log


def test_a_notification_that_was_not_created_was_not_told() -> None:
    assert not play(tell(told()), Answer(result=False)).outcome.succeeded


def test_links_that_should_be_off_are_counted() -> None:
    played = play(tell(told(cause="overdue", what="overdue_links", number=3)), SENT)

    assert "still on: 3." in played.calls[0].params["MESSAGE"]
