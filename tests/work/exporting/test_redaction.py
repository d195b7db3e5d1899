"""What leaves the machine of a run: what a developer needs, and nothing of the company."""

from typing import Any

import pytest

from robot.protocol.items import ENTITY_TYPES
from robot.store.exporting import Change
from robot.work.exporting.redaction import redacted
from tests.store.store_rig import later
from tests.work.exporting.exporting_rig import PORTAL, failing, past_run


def one(**changes: Any) -> dict[str, Any]:
    """A run as it is exported alone."""
    (run,) = redacted(PORTAL, [past_run(**changes)])["runs"]
    return dict(run)


def told(text: str, **changes: Any) -> str:
    """The words that are left of an error text."""
    (run,) = redacted(PORTAL, [failing("no_rights", text, **changes)])["runs"]
    return str(run["outcome"]["error_text"])


def test_a_number_is_the_same_small_one_everywhere_and_the_order_stays() -> None:
    runs = [
        past_run(id=900, entity_id=70, chosen=(5021, 4802), user_id=33),
        past_run(id=901, entity_id=55, inputs={"document_id": "4802, 5021"}, user_id=4711),
        past_run(id=950, entity_id=70, entity_type_id=1042, user_id=21),
    ]

    first, second, third = redacted(PORTAL, runs)["runs"]

    assert [run["run"] for run in (first, second, third)] == [1, 2, 3]
    assert first["documents"] == [2, 1]
    assert second["inputs"]["document_id"] == "1, 2"
    assert [run["item"]["name"] for run in (first, second, third)] == [
        "DEAL_2",
        "DEAL_1",
        "DYNAMIC_128_1",
    ]
    assert [run["employee"] for run in (first, second, third)] == [3, 1, 2]


def test_times_are_seconds_after_the_first_run_was_sent() -> None:
    changes = (Change(document_id=5, action="on", at=later(11)),)
    second = past_run(
        sent_at=later(10), decided_at=None, finished_at=None, chosen=(5,), changes=changes
    )

    _, run = redacted(PORTAL, [past_run(), second])["runs"]

    assert (run["times"]["sent"], run["times"]["answer_until"]) == (10.0, 3600.0)
    assert run["times"]["decided"] is run["times"]["finished"] is None
    assert run["links"] == [{"document": 1, "action": "on", "at": 11.0}]


@pytest.mark.parametrize(
    ("given", "left"),
    [
        pytest.param({"document_id": "Muster GmbH"}, {"document_id": "?, ?"}, id="a name"),
        pytest.param(
            {"document_id": {"0": "17", "1": "x"}}, {"document_id": ["1", "?"]}, id="list"
        ),
        pytest.param({"valid_days": "14,5"}, {"valid_days": "14.5"}, id="days"),
        pytest.param({"valid_days": "4989123456"}, {"valid_days": "?"}, id="a phone number"),
        pytest.param({"which": "every"}, {"which": "every"}, id="a choice"),
        pytest.param({"which": "those of Muster"}, {"which": "?"}, id="no choice"),
        pytest.param({"template_id": "90210"}, {"template_id": "1"}, id="a template"),
        pytest.param({"template_id": "90210 a"}, {"template_id": "?"}, id="no template"),
        pytest.param({"wait_for_pdf": "yes"}, {"wait_for_pdf": "Y"}, id="a switch"),
        pytest.param({"comment": "call Muster"}, {}, id="an unknown input"),
        pytest.param({"handler": "https://robot.muster.de/"}, {}, id="our own"),
    ],
)
def test_inputs_stay_as_far_as_the_robot_reads_them(
    given: dict[str, Any], left: dict[str, Any]
) -> None:
    assert one(inputs=given)["inputs"] == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        pytest.param(
            "There is no such document. Bitrix24 said: «Document not found» (100)",
            "There is no such document. Bitrix24 said: «Document not found» (100)",
            id="Bitrix24's known words",
        ),
        pytest.param(
            "Bitrix24 refused the call. Bitrix24 said: «Muster GmbH owes» (ACME_LIMIT)",
            "Bitrix24 refused the call. Bitrix24 said: «…» (…)",
            id="others' words",
        ),
        pytest.param("It holds «a» b@muster.de» or", "It holds «…» … or", id="a broken quote"),
        pytest.param(
            "The portal moved to https://muster.bitrix24.de/x: use muster.bitrix24.de.",
            "The portal … to …: use ….",
            id="addresses",
        ),
        pytest.param(
            "Not public: document 4802, 77. HTTP 503 3 times. DEAL_660099 has template 90210.",
            "Not public: document 1, …. HTTP 503 3 times. DEAL_1 has template ….",
            id="numbers",
        ),
    ],
)
def test_of_a_text_only_known_words_are_left(text: str, left: str) -> None:
    assert told(text, chosen=(4802,)) == left


def test_of_outputs_it_is_told_whether_there_were_links_and_titles() -> None:
    outputs = {
        "succeeded": "Y",
        "public_url": "https://muster.bitrix24.de/~a1b2c",
        "public_urls": ["https://muster.bitrix24.de/~a1b2c"],
        "linked_document_id": "4802",
        "document_title": "Contract of Muster",
        "expires_at": "2026-12-13 09:30 UTC",
        "pdf_ready": "Y",
    }

    outcome = one(outputs=outputs)["outcome"]

    assert outcome["succeeded"]
    assert outcome["outputs"] == {
        "public_url": "https://portal.example/~…",
        "public_urls": ["https://portal.example/~…"],
        "linked_document_id": "1",
        "pdf_ready": "Y",
        "document_title": "…",
        "document_number": "",
        "expires_at": "…",
    }


@pytest.mark.parametrize(
    ("note", "left"),
    [
        ("An earlier send was heard.", "An earlier send was heard."),
        (
            "A later rule of the workflow failed: Muster is no client",
            "A later rule of the workflow failed",
        ),
        ("Access denied for Muster (ACCESS_DENIED)", "(ACCESS_DENIED)"),
        ("The portal says muster. Done again: run 8800123.", "Done again: run 1."),
        ("Call Muster", "…"),
    ],
)
def test_of_a_note_our_own_sentences_are_left(note: str, left: str) -> None:
    assert one(note=note)["note"] == left


def test_what_is_none_of_a_few_is_not_told() -> None:
    run = one(code="muster_robot", source="muster", state="muster", ending="muster")
    odd = failing("muster_code", "")

    assert (run["robot"], run["source"], run["state"], run["ending"]) == ("…", None, None, None)
    assert redacted(PORTAL, [odd])["runs"][0]["outcome"]["error_code"] == "…"


def test_the_file_says_what_was_left_out_and_what_the_portal_is_like() -> None:
    file = redacted(PORTAL, [past_run(inputs={"template_id": "90210"})])

    assert (file["format"], file["version"]) == ("linkrobot-runs", 1)
    assert "Tokens" in file["left_out"][0]
    assert file["portal"] == {
        "address": "https://portal.example/",
        "language": "de",
        "scope": ["bizproc", "crm"],
        "has_page": False,
        "has_renewed": True,
        "plan": None,
        "templates": {"1": {"gone": True}},
    }


@pytest.mark.parametrize("kind", sorted(ENTITY_TYPES.values()))
def test_every_kind_of_item_keeps_its_kind(kind: int) -> None:
    assert one(entity_type_id=kind)["item"]["type"] == kind


def test_what_is_no_crm_item_is_none() -> None:
    assert one(entity_type_id=None, entity_id=None)["item"] is None
