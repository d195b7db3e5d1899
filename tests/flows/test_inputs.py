"""What administrators put into a robot's fields: only the number of one document is one."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot.errors import FlowError
from robot.flows import inputs
from robot.flows.publish import publish
from tests.flows.flow_player import play, run

VALUES = st.recursive(
    st.text(), lambda inner: st.dictionaries(st.text(max_size=3), inner), max_leaves=5
)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        pytest.param("61", 61, id="digits"),
        pytest.param(" 61 ", 61, id="blanks around"),
        pytest.param("061", 61, id="a leading zero"),
        pytest.param({"0": "61"}, 61, id="a list of one, as PHP sends it"),
        pytest.param({"0": "", "1": "61"}, 61, id="a list with an empty value"),
        pytest.param(["61"], 61, id="a list of one"),
        pytest.param("", None, id="empty"),
        pytest.param("  ", None, id="only blanks"),
        pytest.param({}, None, id="an empty list"),
        pytest.param({"0": ""}, None, id="a list of nothing"),
        pytest.param(None, None, id="nothing"),
    ],
)
def test_one_number_or_none_is_read(value: object, number: int | None) -> None:
    assert inputs.document_ids({"document_id": value}) == ((number,) if number else ())
    assert inputs.template_id({"template_id": value}) == number


def test_a_field_that_is_missing_names_none() -> None:
    assert inputs.document_ids({}) == ()
    assert inputs.template_id({}) is None


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("61abc", id="digits with letters behind, which Bitrix24 would take as 61"),
        pytest.param("DEAL_5", id="a deal's name"),
        pytest.param("0", id="zero"),
        pytest.param("-5", id="below zero"),
        pytest.param("6.1", id="a fraction"),
        pytest.param("1e3", id="powers of ten"),
        pytest.param("٦١", id="digits of another script"),
        pytest.param("9" * 19, id="more than a database holds"),
        pytest.param("{=A1234:DocumentId}", id="an expression that was not resolved"),
    ],
)
def test_anything_else_is_told_and_nothing_is_changed(value: object) -> None:
    with pytest.raises(FlowError) as caught:
        inputs.template_id({"template_id": value})
    played = play(publish(run(document_id=value)))

    assert caught.value.code == "unreadable_template_id"
    assert "Template ID" in caught.value.text
    assert played.outcome.error_code == "unreadable_document_id"
    assert "Document ID" in played.outcome.log
    assert played.calls == []


def test_a_long_wrong_value_is_not_repeated_whole() -> None:
    with pytest.raises(FlowError) as caught:
        inputs.document_ids({"document_id": "x" * 10_000})

    assert len(caught.value.text) < 500


@given(VALUES)
def test_whatever_stands_in_a_field_is_an_id_none_or_told(value: Any) -> None:
    try:
        found = inputs.document_ids({"document_id": value})
    except FlowError as error:
        found = (1,) if error.code == "unreadable_document_id" else (0,)
    assert all(0 < one < 10**18 for one in found)


@pytest.mark.parametrize(
    ("value", "numbers"),
    [
        pytest.param("5, 6", (5, 6), id="commas"),
        pytest.param("6;5 7", (6, 5, 7), id="their order"),
        pytest.param({"0": "5", "1": "6"}, (5, 6), id="a multiple field"),
        pytest.param({"0": {"0": "5"}, "1": "6,5"}, (5, 6), id="nested lists, and each once"),
        pytest.param("61\n62", (61, 62), id="two lines"),
    ],
)
def test_several_documents_may_be_named(value: object, numbers: tuple[int, ...]) -> None:
    assert inputs.document_ids({"document_id": value}) == numbers


def test_one_wrong_number_among_others_is_told_and_nothing_is_changed() -> None:
    played = play(publish(run(document_id="5, 6abc")))

    assert played.outcome.error_code == "unreadable_document_id"
    assert "«6abc»" in played.outcome.log
    assert played.calls == []


def test_more_documents_than_a_run_may_change_are_told() -> None:
    many = ",".join(map(str, range(1, inputs.MOST_DOCUMENTS + 2)))

    with pytest.raises(FlowError, match="501 documents"):
        inputs.document_ids({"document_id": many})


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("14", 1_209_600), ("0.5", 43_200), ("0,5", 43_200), ("0.000001", 1), ("", None)],
)
def test_how_long_a_link_lives_is_a_number_of_days(value: str, seconds: float | None) -> None:
    assert inputs.valid_for({"valid_days": value}) == seconds


@pytest.mark.parametrize("value", ["0", "-1", "nan", "inf", "1e3", "two weeks", "99999", "1 2"])
def test_anything_else_for_its_days_is_told_and_nothing_becomes_public(value: str) -> None:
    played = play(publish(run(document_id="5", valid_days=value)))

    assert played.outcome.error_code == "unreadable_valid_days"
    assert "14" in played.outcome.log
    assert played.calls == []


@pytest.mark.parametrize(
    ("value", "default", "every"),
    [("", True, True), ("", False, False), ("every", False, True), ("latest", True, False)],
)
def test_which_documents_are_meant(value: str, default: bool, every: bool) -> None:
    assert inputs.takes_every({"which": value}, default=default) is every


def test_another_word_for_which_documents_is_told() -> None:
    played = play(publish(run(which="all")))

    assert played.outcome.error_code == "unreadable_which"
    assert played.calls == []
