"""Many calls in one batch: how they are written, and how the answers are told apart."""

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot.errors import NotExecutedError, OutcomeUnknownError, RejectedError, TokenError
from robot.protocol.answers import Answer
from robot.protocol.calls import RENEW, Call, batch_of, command_line, fits_batch, take_apart
from robot.protocol.forms import parse_form

GET = Call("crm.documentgenerator.document.get", {"id": 61})
SEND = Call("bizproc.event.send", {"EVENT_TOKEN": "t", "LOG_MESSAGE": "done"})


def batch_answer(**parts: object) -> Answer:
    names = ("result", "result_error", "result_total", "result_next", "result_time")
    empty: dict[str, object] = {name: [] for name in names}
    return Answer(result=empty | parts)


def test_every_value_is_percent_encoded_once() -> None:
    call = Call("a.b", {"text": "100% & more #1 + ü«»", "map": {"k y": ["x=y"]}})

    line = command_line(call)

    method, _, query = line.partition("?")
    assert method == "a.b"
    assert not set(query) & set(" #+«»ü[]")
    assert parse_form(query.encode()) == {
        "text": "100% & more #1 + ü«»",
        "map": {"k y": {"0": "x=y"}},
    }
    assert "100% & more" in unquote(query)


@given(st.dictionaries(st.from_regex(r"[A-Za-z]{1,8}", fullmatch=True), st.text(), max_size=4))
def test_what_a_command_carries_arrives_unchanged(params: dict[str, str]) -> None:
    query = command_line(Call("m", params)).partition("?")[2]

    sent = {name: text.encode(errors="replace").decode() for name, text in params.items()}
    assert parse_form(query.encode()) == sent


def test_a_batch_goes_on_after_a_failure_and_names_its_commands() -> None:
    batch = batch_of([GET, SEND])

    assert batch.method == "batch"
    assert batch.params["halt"] == 0
    assert list(batch.params["cmd"]) == ["c0", "c1"]
    assert batch.params["cmd"]["c0"] == "crm.documentgenerator.document.get?id=61"


@pytest.mark.parametrize(
    "text",
    ["$result[c0][id]", "see $error[c1]", "$RESULT[a]", "$next[x]", "$total", "a$time[b]"],
)
def test_text_that_a_portal_would_replace_never_goes_into_a_batch(text: str) -> None:
    assert not fits_batch(Call("m", {"LOG_MESSAGE": text}))
    assert not fits_batch(Call("m", {"RETURN_VALUES": {"document_title": text}}))
    assert not fits_batch(Call("m", {"list": ["fine", text]}))
    assert not fits_batch(Call("m", {"map": {text: "fine"}}))


@pytest.mark.parametrize("text", ["costs 5 $", "$resul", "result[c0]", ""])
def test_other_text_does(text: str) -> None:
    assert fits_batch(Call("m", {"LOG_MESSAGE": text, "id": 5}))


def test_a_renewal_goes_alone_since_it_is_no_call_of_the_portal() -> None:
    assert not fits_batch(RENEW)


def test_each_call_gets_its_own_answer() -> None:
    answer = batch_answer(
        result={"c0": {"id": "61"}},
        result_error={"c1": {"error": "ACCESS_DENIED", "error_description": "Access denied!"}},
        result_next={"c0": 50},
        result_time={"c0": {"operating": 0.1}},
    )

    first, second = take_apart([GET, SEND], answer)

    assert first == Answer(result={"id": "61"}, next=50, time={"operating": 0.1})
    assert type(second) is RejectedError
    assert (second.method, second.code) == ("bizproc.event.send", "ACCESS_DENIED")


def test_an_answer_of_true_or_null_is_an_answer() -> None:
    found = take_apart([SEND, SEND], batch_answer(result={"c0": True, "c1": None}))

    assert found == [Answer(result=True), Answer(result=None)]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("OPERATION_TIME_LIMIT", NotExecutedError),
        ("expired_token", TokenError),
        ("insufficient_scope", RejectedError),
        (404, RejectedError),
        ("INTERNAL_SERVER_ERROR", OutcomeUnknownError),
    ],
)
def test_a_commands_error_means_what_it_means_alone(code: object, kind: type[Exception]) -> None:
    (found,) = take_apart([GET], batch_answer(result_error={"c0": {"error": code}}))

    assert type(found) is kind


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(batch_answer(), id="empty maps, which PHP writes as lists"),
        pytest.param(batch_answer(result={"c1": True}), id="only another's answer"),
        pytest.param(batch_answer(result=[True]), id="a list where a map belongs"),
        pytest.param(batch_answer(result_error={"c0": "no"}), id="an error that is no object"),
        pytest.param(Answer(result={}), id="an empty object"),
        pytest.param(Answer(result=[]), id="a list"),
        pytest.param(Answer(result=None), id="nothing"),
        pytest.param(Answer(result="ok"), id="a word"),
    ],
)
def test_a_call_that_is_not_mentioned_may_have_run(answer: Answer) -> None:
    (found,) = take_apart([GET], answer)

    assert type(found) is OutcomeUnknownError


def test_a_time_that_is_no_map_harms_nothing() -> None:
    (found,) = take_apart([GET], batch_answer(result={"c0": 1}, result_time={"c0": []}))

    assert found == Answer(result=1)
