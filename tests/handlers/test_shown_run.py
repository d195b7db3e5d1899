"""What is told of a run: how it stands, its way in time, what it waits for and until when."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from handlers.page.shown_run import Shown
from robot.flows.catalogue import DISABLE, ENABLE, LOOK
from robot.store.found_runs import FoundRun
from tests.store.store_rig import NOW, later

RUN = FoundRun(
    id=5,
    code=ENABLE,
    source="robot",
    user_id=1,
    own_tokens_only=False,
    entity_type_id=2,
    entity_id=7,
    document_id="DEAL_7",
    inputs={"document_id": "", "which": "latest"},
    wants_reply=True,
    sent_at=NOW,
    received_at=NOW,
    deadline_at=later(3600),
    due_at=NOW,
    reports=0,
    first_report_at=None,
    chosen=None,
    chosen_at=None,
    decided_at=None,
    succeeded=None,
    error_code=None,
    finished_at=None,
    ending=None,
    note=None,
    looks=0,
    first_look_at=None,
    look_at=None,
)
DONE = replace(
    RUN,
    chosen=[61],
    chosen_at=later(0.04),
    decided_at=later(0.125),
    succeeded=True,
    finished_at=later(0.155),
    ending="reported",
    outputs={"succeeded": "Y", "public_urls": ["https://a/~1"], "expires_at": ""},
)
KEPT = timedelta(days=90)


def shown(run: FoundRun, **changes: Any) -> Shown:
    return Shown(replace(run, **changes), "en", KEPT)


def test_the_way_of_a_run_tells_the_milliseconds_between() -> None:
    steps = [(step.text, step.took) for step in shown(DONE).way]

    assert steps == [
        ("Received", None),
        ("Looked up which documents are meant", pytest.approx(0.04)),
        ("Link turned on", pytest.approx(0.085)),
        ("The workflow took the answer and went on.", pytest.approx(0.03)),
    ]


LOOKING = {"looks": 2, "first_look_at": later(1), "look_at": later(9), "chosen_at": later(1)}
WAITS: dict[str, tuple[dict[str, Any], float]] = {
    "Waits for its turn at Bitrix24": ({}, 3600),
    "Waits until Bitrix24 has changed the link": ({"chosen_at": later(1)}, 3600),
    "Waits until Bitrix24 tells on whose behalf it is": (
        {"own_tokens_only": True, "user_id": None},
        3600,
    ),
    "Waits for the PDF": (LOOKING, 301),
    "Its answer is on its way to Bitrix24": ({"decided_at": later(2)}, 90 * 86_400),
    "Bitrix24 did not take the answer yet; it is sent again": (
        {"decided_at": later(2), "reports": 3},
        90 * 86_400,
    ),
}


@pytest.mark.parametrize("words", WAITS)
def test_an_unfinished_run_says_what_it_waits_for_and_until_when(words: str) -> None:
    changes, until = WAITS[words]

    found = shown(RUN, **changes)

    assert (found.waits.text, found.waits.until) == (words, later(until))
    assert found.tag == ("neutral", "Waiting")
    assert found.text == words


def test_it_waits_for_a_pdf_only_while_its_time_lasts() -> None:
    assert shown(RUN, **LOOKING, deadline_at=later(60)).waits.until == later(45)


@pytest.mark.parametrize(
    ("changes", "tag", "text"),
    [
        pytest.param({}, "Done", "", id="done"),
        pytest.param(
            {"succeeded": False, "error_code": "no_document"},
            "Failed",
            "The CRM item had no document to turn on.",
            id="failed",
        ),
        pytest.param(
            {"ending": "refused"},
            "Not delivered",
            "Bitrix24 did not take the answer, so the workflow may still wait.",
            id="its answer was not taken",
        ),
        pytest.param(
            {"succeeded": None, "decided_at": None, "ending": "app_removed"},
            "Failed",
            "The app was removed before the workflow was answered.",
            id="never decided",
        ),
    ],
)
def test_how_a_run_ended_is_told_in_a_line(changes: dict[str, Any], tag: str, text: str) -> None:
    found = shown(DONE, **changes)

    assert (found.tag[1], found.text) == (tag, text)
    assert found.can_be_retried is (tag != "Done")


def test_its_fields_have_the_titles_that_administrators_know() -> None:
    found = Shown(replace(DONE, inputs={"which": "latest", "new": "x"}), "de", KEPT)

    which, new = found.inputs
    assert which.title != "which"
    assert which.lines != ("latest",)
    assert (new.title, new.lines) == ("new", ("x",))
    assert [pair.lines for pair in found.outputs] == [("https://a/~1",), ()]


@pytest.mark.parametrize(
    ("code", "action", "is_retried"),
    [(ENABLE, "Turn on", True), (DISABLE, "Turn off", True), (LOOK, "Look which links", False)],
)
def test_what_it_is_to_do_is_said(code: str, action: str, is_retried: bool) -> None:
    found = shown(DONE, code=code, ending="refused")

    assert found.action.startswith(action)
    assert found.can_be_retried is is_retried
