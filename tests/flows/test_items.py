"""Items are found by number or by words of their title; the newest first, none twice."""

import pytest

from robot.flows.flow import Result
from robot.flows.items import MOST, find_items
from robot.protocol.answers import Answer
from tests.flows.flow_player import Played, play, refusal, run


def found(text: str, *answers: Result) -> Played:
    return play(find_items(run(item=None, entity_type_id=2, text=text)), list(answers))


def listed(*rows: object) -> Answer:
    return Answer(result={"items": list(rows)})


def test_with_nothing_asked_the_newest_come() -> None:
    played = found("", listed({"id": 9, "title": "Nine"}, {"id": 7, "title": ""}))

    assert played.outcome.outputs["items"] == ["9 Nine", "7 "]
    assert "filter" not in played.calls[0].params


def test_words_are_looked_for_in_titles() -> None:
    played = found(" chairs ", listed())

    assert [call.params["filter"] for call in played.calls] == [{"%title": "chairs"}]


def test_a_number_is_one_or_stands_in_a_title() -> None:
    row = {"id": 12, "title": "12 chairs"}
    played = found("12", listed(row), listed({"id": 40, "title": "Order 12"}, row))

    assert [call.params["filter"] for call in played.calls] == [{"id": 12}, {"%title": "12"}]
    assert played.outcome.outputs["items"] == ["12 12 chairs", "40 Order 12"]


def test_no_more_than_a_list_can_hold() -> None:
    rows = [{"id": number, "title": "A deal"} for number in range(1, MOST + 6)]

    assert len(found("", listed(*rows)).outcome.outputs["items"]) == MOST


@pytest.mark.parametrize("result", [None, [], {"items": None}, {"items": [7, {"title": "x"}]}])
def test_what_cannot_be_read_is_nothing(result: object) -> None:
    assert found("", Answer(result=result)).outcome.outputs["items"] == []


def test_a_refusal_is_told() -> None:
    played = found("", refusal("ACCESS_DENIED"))

    assert not played.outcome.succeeded
    assert played.outcome.outputs["error_code"]
