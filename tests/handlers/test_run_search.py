"""What is typed into the one field of the search."""

from urllib.parse import urlencode

import pytest

from handlers.page import run_search
from robot.protocol.fields import Fields
from robot.protocol.forms import parse_form
from robot.protocol.items import MAX_ID
from robot.store.found_runs import Stage


def read(**fields: str) -> run_search.Search:
    return run_search.read(Fields(parse_form(urlencode(fields).encode())))


def test_nothing_is_everything_of_the_robots() -> None:
    assert read() == run_search.nothing()
    wanted = read().wanted(5)
    assert (wanted.portal_id, wanted.subject, wanted.stage, wanted.with_own) == (
        5,
        None,
        None,
        False,
    )


def test_a_bare_number_may_be_an_items_a_documents_or_a_runs() -> None:
    subject = read(text=" 7 ").subject

    assert subject
    assert (subject.document_id, subject.run_id) == (7, 7)
    assert "DEAL_7" in subject.items


@pytest.mark.parametrize("text", ["#7", "# 7", "№7"])
def test_a_number_with_its_sign_is_a_runs(text: str) -> None:
    subject = read(text=text).subject

    assert subject
    assert (subject.document_id, subject.run_id, subject.items) == (None, 7, ())


@pytest.mark.parametrize(
    "text", ["contract", "0", "-7", str(MAX_ID + 1), "7" * 30, "'; DROP TABLE runs", "\0", "%"]
)
def test_what_cannot_be_read_finds_nothing_and_says_so(text: str) -> None:
    search = read(text=text)

    assert (search.subject, search.is_readable) == (None, False)


def test_the_form_is_kept_for_the_next_page() -> None:
    search = read(text="7", stage="failed", own="Y", other="x")

    assert search.stage is Stage.FAILED
    assert search.query == {"text": "7", "stage": "failed", "own": "Y"}
    assert read(**search.query) == search
    assert read(stage="made up").stage is None
