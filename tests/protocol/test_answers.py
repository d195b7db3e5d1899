"""What a REST answer means: every row of the wire facts' table, and everybody else's bytes."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot.errors import (
    MovedError,
    NotExecutedError,
    OutcomeUnknownError,
    PortalError,
    RejectedError,
    TokenError,
)
from robot.protocol.answers import MAX_CODE, MAX_TEXT, Answer, as_int, decipher, one_line

METHOD = "crm.documentgenerator.document.enablepublicurl"
# (code as sent, HTTP status as documented or seen, what it means): wire facts 6.3
TABLE = [
    ("expired_token", 401, TokenError),
    ("invalid_token", 401, TokenError),
    ("NO_AUTH_FOUND", 401, TokenError),
    ("authorization_error", 401, RejectedError),
    ("APPLICATION_NOT_FOUND", 401, RejectedError),
    ("ERROR_OAUTH", 401, RejectedError),
    ("NOT_INSTALLED", 401, RejectedError),
    ("CONNECTION_ERROR", 401, NotExecutedError),
    ("PAYMENT_REQUIRED", 401, RejectedError),
    ("insufficient_scope", 403, RejectedError),
    ("insufficient_scope", 401, RejectedError),
    ("user_access_error", 403, RejectedError),
    ("INVALID_CREDENTIALS", 403, RejectedError),
    ("ACCESS_DENIED", 403, RejectedError),
    ("ACCESS_DENIED", 401, RejectedError),
    ("ERROR_METHOD_NOT_FOUND", 404, RejectedError),
    ("QUERY_LIMIT_EXCEEDED", 503, NotExecutedError),
    ("OVERLOAD_LIMIT", 503, NotExecutedError),
    ("OPERATION_TIME_LIMIT", 429, NotExecutedError),
    ("ERROR_BATCH_LENGTH_EXCEEDED", 400, RejectedError),
    ("ERROR_BATCH_METHOD_NOT_ALLOWED", 405, RejectedError),
    ("INTERNAL_SERVER_ERROR", 500, OutcomeUnknownError),
    ("ERROR_UNEXPECTED_ANSWER", 500, OutcomeUnknownError),
    ("PORTAL_DELETED", 500, RejectedError),
    ("PORTAL_DELETED", 403, RejectedError),
    ("PORTAL_DELETED", 410, RejectedError),
    ("METHOD_CONFIRM_WAITING", 401, RejectedError),
    ("METHOD_CONFIRM_DENIED", 403, RejectedError),
    ("ERROR_MANIFEST_IS_NOT_AVAILABLE", 404, RejectedError),
    ("INVALID_REQUEST", 400, RejectedError),
    ("WRONG_ENCODING", 200, RejectedError),
    ("ERROR_CORE", 500, OutcomeUnknownError),
    ("ERROR_ARGUMENT", 400, RejectedError),
    ("DOCGEN_ACCESS_ERROR", 400, RejectedError),
    ("A_CODE_NOBODY_KNOWS", 400, RejectedError),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(
            st.sampled_from(["error", "error_description", "result", "next", "time", "x"]), inner
        )
    ),
    max_leaves=10,
)


def body(**fields: object) -> bytes:
    return json.dumps(fields).encode()


def error(status: int, content: bytes, *, location: str = "") -> PortalError:
    with pytest.raises(PortalError) as caught:
        decipher(METHOD, status, content, location=location)
    return caught.value


def is_understood(status: int, content: bytes) -> bool:
    """An answer, or one of our errors with a printable text; any other exception fails the test."""
    try:
        return isinstance(decipher(METHOD, status, content), Answer)
    except PortalError as found:
        return str(found).isprintable()


def test_a_result_is_the_answer_with_its_page_and_its_time() -> None:
    content = body(result={"id": 1}, next=50, time={"operating": 0.5})

    answer = decipher(METHOD, 200, content)

    assert answer == Answer(result={"id": 1}, next=50, time={"operating": 0.5})


@pytest.mark.parametrize("result", [None, False, 0, "", [], {}])
def test_an_empty_result_is_a_result(result: object) -> None:
    assert decipher(METHOD, 200, body(result=result)).result == result


@pytest.mark.parametrize("spelling", [str.lower, str.upper], ids=["lower case", "upper case"])
@pytest.mark.parametrize(("code", "status", "kind"), TABLE)
def test_each_documented_code_says_whether_the_method_ran(
    code: str, status: int, kind: type[PortalError], spelling: type[str]
) -> None:
    found = error(status, body(error=spelling(code), error_description="Why not"))

    assert type(found) is kind
    assert (found.code, found.text, found.method) == (code.upper(), "Why not", METHOD)


@pytest.mark.parametrize(
    ("code", "at_least"),
    [("OVERLOAD_LIMIT", 60), ("OPERATION_TIME_LIMIT", 30), ("QUERY_LIMIT_EXCEEDED", 0.5)],
)
def test_a_refusal_says_when_it_is_worth_asking_again(code: str, at_least: float) -> None:
    found = error(503, body(error=code))

    assert isinstance(found, NotExecutedError)
    assert found.retry_after >= at_least


@pytest.mark.parametrize("code", ["", "0", 0, 100, 404, "404", 423])
def test_codes_that_are_numbers_or_nothing_are_codes(code: str | int) -> None:
    found = error(400, body(error=code, error_description="Document not found"))

    assert type(found) is RejectedError
    assert found.code == str(code)
    assert found.text == "Document not found"


def test_an_error_with_http_200_is_an_error() -> None:
    found = error(200, body(error="ACCESS_DENIED", error_description="Access denied!"))

    assert type(found) is RejectedError


def test_an_error_inside_the_result_is_an_error() -> None:
    inside = {"error": "insufficient_scope", "error_description": "The request requires more"}

    assert error(200, body(result=inside)).code == "INSUFFICIENT_SCOPE"


def test_a_document_with_a_field_called_error_is_a_result() -> None:
    result = {"error": "none", "title": "Invoice"}

    assert decipher(METHOD, 200, body(result=result)).result == result


@pytest.mark.parametrize(
    ("status", "content"),
    [
        pytest.param(200, b"<html>maintenance</html>", id="a maintenance page with 200"),
        pytest.param(403, b"<html>", id="a firewall's page"),
        pytest.param(502, b"<html>", id="a proxy's page"),
        pytest.param(503, b"<html>", id="503 without a code"),
        pytest.param(200, b"", id="nothing"),
        pytest.param(200, b'{"result": {"publicUrl": "https:', id="cut in the middle"),
        pytest.param(200, b'{"result": 1}}', id="more than one value"),
        pytest.param(200, b"[]", id="a list"),
        pytest.param(200, b"null", id="null"),
        pytest.param(200, b"\xff\xfe\x00", id="no text at all"),
        pytest.param(200, b"[" * 100_000, id="nested without end"),
        pytest.param(200, b'{"result": ' + b"9" * 10_000 + b"}", id="a number of 10,000 digits"),
        pytest.param(200, b'{"time": {}}', id="neither result nor error"),
        pytest.param(500, b'{"result": true}', id="a result with a server error"),
        pytest.param(302, b"", id="a redirect to nowhere"),
    ],
)
def test_what_is_not_bitrix24s_answer_tells_nothing(status: int, content: bytes) -> None:
    assert type(error(status, content)) is OutcomeUnknownError


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_says_where_the_portal_is_now(status: int) -> None:
    found = error(status, b"<html>", location="https://new.bitrix24.com/rest/")

    assert isinstance(found, MovedError)
    assert found.location == "https://new.bitrix24.com/rest/"


def test_a_portals_words_become_one_short_line() -> None:
    words = "Access\n\tdenied!\x1b[31m\x00 \ud800 " + "x" * 10_000
    content = body(error="A" * 1_000, error_description=words)

    found = error(400, content)

    assert found.text.startswith("Access denied! [31m x")
    assert len(found.text) <= MAX_TEXT
    assert len(found.code) <= MAX_CODE
    assert str(found).isprintable()
    str(found).encode()


@pytest.mark.parametrize(
    ("value", "number"),
    [
        pytest.param(50, 50, id="a number"),
        pytest.param("50", 50, id="digits"),
        pytest.param(True, None, id="true is no number"),
        pytest.param("61abc", None, id="digits with letters behind"),
        pytest.param("-5", None, id="a sign"),
        pytest.param(" 5", None, id="a blank"),
        pytest.param("٣", None, id="digits of another script"),
        pytest.param("9" * 19, None, id="more digits than a database holds"),
        pytest.param(10**30, None, id="a number that no database holds"),
        pytest.param(5.0, None, id="a fraction"),
        pytest.param([5], None, id="a list"),
        pytest.param(None, None, id="nothing"),
    ],
)
def test_only_a_whole_number_is_a_number(value: object, number: int | None) -> None:
    assert as_int(value) == number


@given(st.text() | st.integers() | st.floats() | st.none() | st.lists(st.text()), st.integers(1, 9))
def test_one_line_is_one_printable_line(value: object, limit: int) -> None:
    line = one_line(value, limit)

    assert len(line) <= limit
    assert line.isprintable()


@given(st.integers(100, 599), st.binary())
def test_any_bytes_are_an_answer_or_an_error(status: int, content: bytes) -> None:
    assert is_understood(status, content)


@given(st.integers(100, 599), JSON)
def test_any_json_is_an_answer_or_an_error(status: int, value: object) -> None:
    assert is_understood(status, json.dumps(value).encode())
