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
    assert inputs.document_id({"document_id": value}) == number
    assert inputs.template_id({"template_id": value}) == number


def test_a_field_that_is_missing_names_none() -> None:
    assert inputs.document_id({}) is None
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
        pytest.param({"0": "5", "1": "6"}, id="two documents, which Bitrix24 would take as 1"),
        pytest.param({"0": {"0": "5"}, "1": "6"}, id="nested lists"),
        pytest.param("{=A1234:DocumentId}", id="an expression that was not resolved"),
        pytest.param("61\n62", id="two lines"),
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
        inputs.document_id({"document_id": "x" * 10_000})

    assert len(caught.value.text) < 500


@given(VALUES)
def test_whatever_stands_in_a_field_is_an_id_none_or_told(value: Any) -> None:
    try:
        found = inputs.document_id({"document_id": value})
    except FlowError as error:
        found = 1 if error.code == "unreadable_document_id" else 0
    assert found is None or 0 < found < 10**18
