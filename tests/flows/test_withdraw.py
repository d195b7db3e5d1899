"""linkrobot_disable: only links that may be on are turned off, and all of them."""

import pytest

from robot.flows.flow import Chosen, LinkChange
from robot.flows.withdraw import withdraw
from robot.protocol.answers import Answer
from tests.flows.flow_player import DOCUMENT, LINK, document, link, page, play, refusal, row, run

OFF = Answer(result={"publicUrl": None})


def test_only_public_documents_are_turned_off() -> None:
    looks = [document("1"), document("2", publicUrl=LINK), document("3", publicUrl=False)]

    played = play(withdraw(run()), page(row("1"), row("2"), row("3")), looks, [OFF])

    assert played.changed == [(2, True)]
    assert played.outcome.outputs == {"succeeded": "Y", "linked_document_id": "2"}


def test_disabling_sends_status_0() -> None:
    played = play(withdraw(run(document_id="5")), [OFF])

    assert played.calls[-1].method == f"{DOCUMENT}.enablepublicurl"
    assert played.calls[-1].params == {"id": 5, "status": 0}
    assert played.outcome.links == (LinkChange(document_id=5, public=False),)


def test_what_is_to_be_turned_off_is_written_down_before() -> None:
    played = play(withdraw(run(document_id="5")), [OFF])

    assert played.steps[0] == Chosen((5,), public=False)


def test_a_link_that_stays_in_the_answer_counts_as_off() -> None:
    # Bitrix24's own cache may still tell it (wire facts 10.2).
    assert play(withdraw(run(document_id="5")), [link()]).outcome.succeeded


@pytest.mark.parametrize(
    "look",
    [
        pytest.param(refusal("DOCGEN_ACCESS_ERROR", "Access denied"), id="it may not be read"),
        pytest.param(Answer(result=[]), id="the answer is no document"),
    ],
)
def test_a_document_of_which_nothing_is_known_may_be_public(look: Answer) -> None:
    played = play(withdraw(run()), page(row("1")), [look], [OFF])

    assert played.changed == [(1, True)]


def test_every_page_is_looked_at() -> None:
    first = page(*(row(str(number)) for number in range(100, 50, -1)), next=50)
    second = page(*(row(str(number)) for number in range(50, 0, -1)), next=100)
    third = page()
    public = [document(str(number), publicUrl=LINK) for number in range(100, 0, -1)]

    played = play(withdraw(run()), first, second, third, public, [OFF] * 100)

    assert [call.params["start"] for call in played.calls[:3]] == [0, 50, 100]
    assert len(played.changed) == 100


def test_pages_that_lead_back_end_the_look() -> None:
    played = play(
        withdraw(run()), page(row("1"), next=50), page(row("1"), next=50), [document("1")]
    )

    assert played.outcome.succeeded


@pytest.mark.parametrize("listed", [page(), page(row("1"))])
def test_where_nothing_is_public_nothing_is_done(listed: Answer) -> None:
    looks = [[document("1")]] if listed.result["documents"] else []

    played = play(withdraw(run()), listed, *looks)

    assert played.outcome.succeeded
    assert played.changed == []
    assert played.chosen == []


def test_documents_of_another_item_are_never_turned_off() -> None:
    played = play(withdraw(run()), page(row("1"), row("2", entityId="8")))

    assert played.outcome.error_code == "unexpected_answer"
    assert played.changed == []


def test_a_partial_failure_says_what_may_still_be_public() -> None:
    refused = refusal("", "You do not have permissions to modify this document")
    looks = [document(str(number), publicUrl=LINK) for number in (1, 2, 3)]

    played = play(withdraw(run()), page(row("1"), row("2"), row("3")), looks, [OFF, refused, OFF])

    outcome = played.outcome
    assert (outcome.succeeded, outcome.error_code) == (False, "no_rights")
    assert outcome.outputs["linked_document_id"] == "1, 3"
    assert "document 2." in outcome.outputs["error_text"]
    assert {change.document_id for change in outcome.links} == {1, 3}


def test_where_everything_is_refused_nothing_is_called_off() -> None:
    refused = refusal("0", "Document not found")

    outcome = play(withdraw(run(document_id="5")), [refused]).outcome

    assert (outcome.error_code, outcome.links) == ("document_not_found", ())


def test_after_a_crash_the_chosen_ones_are_turned_off_without_a_look() -> None:
    played = play(withdraw(run(chosen=(4, 5))), [OFF, OFF])

    assert played.changed == [(4, True), (5, True)]
    assert played.outcome.outputs["linked_document_id"] == "4, 5"


def test_what_is_no_crm_item_needs_a_document_id() -> None:
    assert play(withdraw(run(item=None))).outcome.error_code == "not_a_crm_item"
    assert play(withdraw(run(item=None, document_id="5")), [OFF]).outcome.succeeded


@pytest.mark.parametrize("value", ["61abc", ["5", "6abc"], "DEAL_5", "-1"])
def test_a_wrong_document_id_turns_nothing_off(value: object) -> None:
    played = play(withdraw(run(document_id=value)))

    assert played.outcome.error_code == "unreadable_document_id"
    assert played.calls == []


def test_of_an_item_the_latest_document_alone_may_be_meant() -> None:
    played = play(withdraw(run(which="latest")), page(row("4"), row("9")), [OFF])

    assert played.changed == [(9, True)]
    assert not played.outcome.ends_waiting


def test_every_document_means_those_too_that_wait_for_their_pdf() -> None:
    assert play(withdraw(run()), page()).outcome.ends_waiting
    assert not play(withdraw(run(document_id="5")), [OFF]).outcome.ends_waiting
    assert not play(withdraw(run(template_id="3")), page()).outcome.ends_waiting


def test_several_named_documents_are_turned_off() -> None:
    played = play(withdraw(run(document_id="5, 6")), [OFF, OFF])

    assert played.changed == [(5, True), (6, True)]
