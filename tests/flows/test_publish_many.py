"""linkrobot_enable for several documents, for a time, and once their PDF is there."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from robot.flows.flow import Chosen, Granted, LinkChange, Only, Pause, Result, Run
from robot.flows.publish import LEAVES, LONGEST_WAIT, LOOKS_AFTER, publish
from robot.protocol.calls import RENEW
from tests.flows.flow_player import document, link, page, play, refusal, row, run

END = datetime(2026, 12, 13, 10, 5, 59, tzinfo=UTC)
PDF = {"pdfUrl": "https://acme.bitrix24.com/pdf"}


def url(number: int) -> str:
    return f"https://acme.bitrix24.com/~{number}"


def test_every_document_of_the_item_becomes_public_over_all_pages() -> None:
    first = page(*(row(str(one)) for one in range(60, 10, -1)), next=50)
    second = page(row("10"), row("9"))
    answers = [link(url(one)) for one in range(60, 8, -1)]

    played = play(publish(run(which="every")), first, second, answers)

    outputs = played.outcome.outputs
    assert played.chosen == [Chosen(tuple(range(60, 8, -1)))]
    assert outputs["public_urls"] == [url(one) for one in range(60, 8, -1)]
    assert outputs["public_url"] == url(60)
    assert outputs["document_title"] == "Invoice 60"
    assert outputs["linked_document_id"].startswith("60, 59, ")


def test_an_item_without_documents_is_told() -> None:
    played = play(publish(run(which="every")), page())

    assert played.outcome.error_code == "no_document"


def test_several_named_documents_become_public_in_their_order() -> None:
    answers = [document("5"), document("9"), link(url(5)), link(url(9))]

    played = play(publish(run(document_id="5, 9", which="every")), answers)

    assert played.outcome.outputs["public_urls"] == [url(5), url(9)]
    assert played.outcome.outputs["public_url"] == url(9), "the newest"


def test_where_some_fail_the_others_links_come_back_and_the_text_names_the_failed_ones() -> None:
    no = refusal("DOCGEN_ACCESS_ERROR")
    answers: list[Result] = [document("5"), document("9"), no, link(url(9))]

    played = play(publish(run(document_id="5,9")), answers)

    outputs = played.outcome.outputs
    assert outputs["succeeded"] == "N"
    assert outputs["error_code"] == "no_rights"
    assert "Not public: document 5." in outputs["error_text"]
    assert "Public now: document 9." in outputs["error_text"]
    assert outputs["public_urls"] == [url(9)]
    assert "public_url" not in outputs
    assert [change.document_id for change in played.outcome.links] == [9]


def test_where_all_fail_nothing_is_handed_on() -> None:
    no = refusal("DOCGEN_ACCESS_ERROR")

    played = play(publish(run(document_id="5,9")), [document("5"), document("9"), no, no])

    assert played.outcome.error_code == "no_rights"
    assert not played.outcome.links
    assert "public_urls" not in played.outcome.outputs


def test_a_link_gets_the_end_that_was_written_down() -> None:
    played = play(
        publish(run(document_id="5", valid_days="14")),
        [document("5"), link()],
        granted=Granted((5,), END),
    )

    assert played.chosen == [Chosen((5,), valid_for=14 * 86_400.0)]
    assert played.outcome.outputs["expires_at"] == "2026-12-13 10:05 UTC"
    assert "It ends at 2026-12-13 10:05 UTC" in played.outcome.log
    (change,) = played.outcome.links
    assert change.expires_at == END


def test_before_a_link_with_an_end_becomes_public_a_renewal_has_to_succeed() -> None:
    never_renewed = replace(run(document_id="5", valid_days="1"), can_renew=False)

    played = play(publish(never_renewed), page(), [document("5"), link()])

    assert played.steps[0] == RENEW
    assert played.outcome.succeeded


def test_where_the_access_does_not_renew_nothing_becomes_public() -> None:
    never_renewed = replace(run(document_id="5", valid_days="1"), can_renew=False)

    played = play(publish(never_renewed), refusal("NO_TOKEN", "wrong_client"))

    assert played.outcome.error_code == "access_does_not_last"
    assert "LINKROBOT_CLIENT_ID" in played.outcome.log
    assert "wrong_client" in played.outcome.log
    assert played.changed == []


def waiting(**changes: object) -> Run:
    return replace(run(document_id="5", wait_for_pdf="Y"), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(("looks", "seconds"), [(0, 2.0), (1, 3.0), (99, LOOKS_AFTER[-1])])
def test_without_its_pdf_the_run_looks_again_with_growing_pauses(
    looks: int, seconds: float
) -> None:
    chosen = (5,) if looks else None

    played = play(publish(waiting(looks=looks, chosen=chosen)), document("5"))

    assert played.steps[-1] == Pause(seconds)
    assert [step for step in played.steps if isinstance(step, Chosen)] == (
        [] if looks else [Chosen((5,))]
    )
    assert played.changed == []
    assert all(call.can_wait for call in played.calls), "others go first"


def test_once_the_pdf_is_there_the_link_is_turned_on_unless_a_later_step_ended_it() -> None:
    played = play(publish(waiting(looks=3, chosen=(5,))), document("5", **PDF), link())

    assert played.chosen == [Chosen((5,), only=Only.NOT_ENDED_SINCE)]
    assert played.outcome.outputs["pdf_ready"] == "Y"


def test_what_a_later_step_turned_off_meanwhile_stays_off() -> None:
    played = play(publish(waiting(looks=3, chosen=(5,))), document("5", **PDF), granted=Granted(()))

    assert played.outcome.error_code == "ended_meanwhile"
    assert played.changed == []


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"waited": LONGEST_WAIT}, id="five minutes are over"),
        pytest.param({"left": LEAVES}, id="the run's time is nearly over"),
    ],
)
def test_after_its_time_the_link_is_turned_on_without_the_pdf(changes: dict[str, float]) -> None:
    played = play(publish(waiting(looks=9, chosen=(5,), **changes)), document("5"), link())

    assert played.outcome.succeeded
    assert played.outcome.outputs["pdf_ready"] == "N"


def test_a_pause_ends_before_the_runs_time_does() -> None:
    played = play(publish(waiting(left=LEAVES + 1.5)), document("5"))

    assert played.steps[-1] == Pause(1.5)


def test_a_conversion_that_failed_is_not_waited_for() -> None:
    failed = document("5", isTransformationError=True)

    played = play(publish(waiting()), failed, link())

    assert played.outcome.succeeded
    assert played.outcome.outputs["pdf_ready"] == "N"


def test_of_several_the_slowest_pdf_is_waited_for() -> None:
    several = replace(run(document_id="5,9", wait_for_pdf="Y"))

    played = play(publish(several), [document("5", **PDF), document("9")])

    assert played.steps[-1] == Pause(2.0)


def test_what_may_not_be_read_is_not_waited_for() -> None:
    no = refusal("DOCGEN_ACCESS_ERROR")

    played = play(publish(waiting()), no, no)

    assert played.outcome.error_code == "no_rights"


def test_the_title_of_a_named_document_is_handed_on_after_the_wait() -> None:
    played = play(publish(waiting()), document("5", **PDF), link())

    assert played.outcome.links == (
        LinkChange(document_id=5, public=True, url=link().result["publicUrl"], title="Invoice 5"),
    )
