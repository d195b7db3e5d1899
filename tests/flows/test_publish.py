"""linkrobot_enable: the right document becomes public, and only its own link is handed on."""

import pytest

from robot.flows.flow import Chosen, LinkChange
from robot.flows.publish import publish
from robot.protocol.answers import Answer
from tests.flows.flow_player import DOCUMENT, LINK, document, link, page, play, refusal, row, run


def test_the_latest_document_is_the_one_with_the_highest_id_in_whatever_order() -> None:
    played = play(publish(run()), page(row("9"), row("10"), row("2")), link())

    assert played.changed == [(10, False)]
    assert played.outcome.outputs == {
        "succeeded": "Y",
        "public_url": LINK,
        "public_urls": [LINK],
        "linked_document_id": "10",
        "document_title": "Invoice 10",
        "document_number": "A-10",
        "expires_at": "",
        "pdf_ready": "N",
    }


def test_the_list_is_asked_for_that_item_newest_first() -> None:
    played = play(publish(run(template_id="3")), page(row("1")), link())

    assert played.calls[0].method == f"{DOCUMENT}.list"
    assert played.calls[0].params == {
        "select": ["*"],
        "filter": {"entityTypeId": 2, "entityId": 7, "templateId": 3},
        "order": {"id": "DESC"},
        "start": 0,
    }


def test_what_is_about_to_become_public_is_written_down_before() -> None:
    played = play(publish(run()), page(row("5")), link())

    assert played.steps[1] == Chosen((5,))
    assert played.outcome.links == (
        LinkChange(document_id=5, public=True, url=LINK, title="Invoice 5"),
    )


def test_enabling_sends_the_number_1_which_alone_turns_a_link_on() -> None:
    played = play(publish(run()), page(row("5")), link())

    assert played.calls[-1].method == f"{DOCUMENT}.enablepublicurl"
    assert played.calls[-1].params == {"id": 5, "status": 1}
    assert type(played.calls[-1].params["status"]) is int


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"entityId": "8"}, id="another deal's"),
        pytest.param({"entityTypeId": "1"}, id="a lead's with the same number"),
        pytest.param({"entityId": None}, id="nobody's"),
        pytest.param({"templateId": "4"}, id="of another template"),
        pytest.param({"id": "61abc"}, id="no number for an id"),
        pytest.param({"id": None}, id="without id"),
        pytest.param({"id": "0"}, id="number 0"),
        pytest.param({"id": -5}, id="below zero"),
        pytest.param({"id": 10**30}, id="an id beyond every database"),
    ],
)
def test_where_a_list_holds_what_was_not_asked_for_nothing_is_changed(
    fields: dict[str, object],
) -> None:
    listed = page(row("5"), row("6") | fields)

    played = play(publish(run(template_id="3")), listed)

    assert played.outcome.error_code == "unexpected_answer"
    assert played.changed == []


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Answer(result=[]), id="a list"),
        pytest.param(Answer(result=None), id="nothing"),
        pytest.param(Answer(result={"documents": {"0": row("5")}}), id="a map of documents"),
        pytest.param(Answer(result={"documents": ["5"]}), id="bare ids"),
    ],
)
def test_a_list_that_is_none_changes_nothing(answer: Answer) -> None:
    played = play(publish(run()), answer)

    assert played.outcome.error_code == "unexpected_answer"
    assert played.changed == []


def test_an_item_without_documents_is_told_so() -> None:
    played = play(publish(run()), page())

    assert played.outcome.error_code == "no_document"
    assert "DEAL_7" in played.outcome.log
    assert "Create document" in played.outcome.log


def test_the_template_is_named_where_it_has_no_documents() -> None:
    played = play(publish(run(template_id="3")), page())

    assert played.outcome.error_code == "no_document"
    assert "template 3" in played.outcome.outputs["error_text"]


def test_what_is_no_crm_item_needs_a_document_id() -> None:
    assert play(publish(run(item=None))).outcome.error_code == "not_a_crm_item"
    named = play(publish(run(item=None, document_id="5")), [document("5"), link()])
    assert named.outcome.succeeded


def test_a_named_document_is_published_without_looking_for_others() -> None:
    played = play(publish(run(document_id="61")), [document("61"), link()])

    assert [call.method for call in played.calls] == [
        f"{DOCUMENT}.get",
        f"{DOCUMENT}.enablepublicurl",
    ]
    assert played.outcome.outputs["linked_document_id"] == "61"
    assert played.outcome.outputs["document_title"] == "Invoice 61"


def test_a_named_document_of_another_item_is_published_and_the_log_says_so() -> None:
    answers = [document("61", entityId="8"), link()]

    played = play(publish(run(document_id="61")), answers)

    assert played.outcome.succeeded
    assert "another CRM item than DEAL_7" in played.outcome.log


def test_a_document_that_may_not_be_read_but_was_enabled_has_its_link() -> None:
    refused = refusal("DOCGEN_ACCESS_ERROR", "Access denied")

    played = play(publish(run(document_id="61")), [refused, link()])

    assert played.outcome.outputs["public_url"] == LINK
    assert played.outcome.outputs["linked_document_id"] == "61"
    assert played.outcome.outputs["document_title"] == ""


def test_the_details_of_another_document_are_never_told() -> None:
    played = play(publish(run(document_id="61")), [document("1"), link()])

    assert played.outcome.outputs["linked_document_id"] == "61"
    assert played.outcome.outputs["document_title"] == ""


def test_a_document_that_was_read_but_not_enabled_is_a_failure() -> None:
    refused = refusal("", "You do not have permissions to modify this document")

    played = play(publish(run(document_id="61")), [document("61"), refused])

    assert played.outcome.error_code == "no_rights"
    assert played.outcome.outputs.get("public_url", "") == ""


@pytest.mark.parametrize(
    "url",
    [
        pytest.param(None, id="null"),
        pytest.param(False, id="false, as old portals say"),
        pytest.param("", id="empty"),
        pytest.param("/~71q5j", id="only a path"),
        pytest.param("javascript:alert(1)", id="a script"),
        pytest.param("https://acme.example/~a\nBcc: all", id="a second line"),
        pytest.param("https://acme.example/ a", id="a blank in it"),
        pytest.param("https://" + "a" * 5_000, id="endless"),
        pytest.param(["https://acme.example/~a"], id="a list"),
    ],
)
def test_a_link_is_never_guessed(url: object) -> None:
    played = play(publish(run()), page(row("5")), link(url))

    assert played.outcome.error_code == "no_link"
    assert not played.outcome.succeeded
    assert "public_url" not in played.outcome.outputs
    assert "5" in played.outcome.log


@pytest.mark.parametrize("result", [None, [], True, {"url": LINK}, LINK])
def test_an_enabling_answer_without_a_link_is_a_failure(result: object) -> None:
    played = play(publish(run()), page(row("5")), Answer(result=result))

    assert played.outcome.error_code == "no_link"


def test_after_a_crash_the_document_that_was_chosen_is_published_and_no_newer_one() -> None:
    played = play(publish(run(chosen=(5,))), [document("5"), link()])

    assert f"{DOCUMENT}.list" not in [call.method for call in played.calls]
    assert played.changed == [(5, False)]


def test_what_was_chosen_outweighs_the_input_after_a_crash() -> None:
    played = play(publish(run(chosen=(5,), document_id="6")), [document("5"), link()])

    assert played.changed == [(5, False)]


def test_a_title_of_many_lines_becomes_one() -> None:
    played = play(publish(run()), page(row("5", title="Invoice\r\n\x1b[31m 5")), link())

    assert played.outcome.outputs["document_title"] == "Invoice [31m 5"
    assert "\n" not in played.outcome.log
