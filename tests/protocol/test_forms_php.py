"""Forms held to recordings of PHP itself (tests/samples/php/record.php says how they were made)."""

import json
from pathlib import Path
from typing import Any

import pytest

from robot.protocol.forms import encode_form, parse_form

SAMPLES = Path(__file__).parents[1] / "samples" / "php"
Recorded = dict[str, list[list[Any]]]

BUILT: Recorded = json.loads((SAMPLES / "built.json").read_text(encoding="utf-8"))
PARSED: Recorded = json.loads((SAMPLES / "parsed.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("group", PARSED)
def test_a_form_is_read_as_php_reads_it(group: str) -> None:
    for query, expected in PARSED[group]:
        assert parse_form(query.encode()) == expected, query


@pytest.mark.parametrize("group", BUILT)
def test_a_form_is_written_as_php_writes_it(group: str) -> None:
    for values, expected in BUILT[group]:
        assert encode_form(values) == expected


def test_elements_come_in_the_order_in_which_php_lists_them() -> None:
    for query, expected in PARSED["mixed keys"]:
        assert list(parse_form(query.encode())) == list(expected), query


def test_the_recordings_hold_what_they_promise() -> None:
    assert sum(map(len, PARSED.values())) >= 1_500
    assert sum(map(len, BUILT.values())) >= 300
