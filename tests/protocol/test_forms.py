"""PHP's bracket fields: limits, lists, garbage; what comes in must be able to go out again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot.errors import TooLargeError, UnreadableError
from robot.protocol.forms import (
    MAX_BYTES,
    MAX_DEPTH,
    MAX_FIELDS,
    Value,
    encode_form,
    parse_form,
)

# Names that PHP keeps as they are. The first one of a field is a variable's, the rest stand in
# brackets; a cookie's prefix such as `__Host-` cannot come from these letters.
NAMES = st.from_regex(r"[a-z0-9_-]{1,8}", fullmatch=True)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
TREES: st.SearchStrategy[dict[str, Value]] = st.dictionaries(
    NAMES,
    st.recursive(
        TEXTS, lambda inner: st.dictionaries(NAMES, inner, min_size=1, max_size=4), max_leaves=12
    ),
    max_size=6,
).filter(lambda tree: _depth(tree) <= MAX_DEPTH + 1)
# Pieces out of which nearly every rule of PHP's keys can be hit.
PIECES = st.sampled_from(
    [
        *(b"[", b"]", b"&", b"=", b".", b"+", b"%", b"%00", b"%5B", b"%5d", b"%ff", b"\x00"),
        *(b"a", b"0", b"-1", b"__Host-", b"\xd0", b"[]", b"[9223372036854775807]", b"[a]" * 9),
    ]
)


def _depth(value: Value) -> int:
    return 0 if isinstance(value, str) else 1 + max(map(_depth, value.values()), default=0)


@given(TREES)
def test_what_was_written_is_read_again(tree: dict[str, Value]) -> None:
    assert parse_form(encode_form(tree).encode()) == tree


@given(st.one_of(st.binary(), st.lists(PIECES).map(b"".join)))
def test_any_bytes_are_a_form_or_unreadable(body: bytes) -> None:
    try:
        form = parse_form(body)
    except UnreadableError:
        return
    assert isinstance(form, dict)


@given(TREES)
def test_a_command_line_has_no_sign_that_a_portal_would_read(tree: dict[str, Value]) -> None:
    assert not set(encode_form(tree)) & set("#+$[]? \n\\")


def test_scalars_are_written_as_php_writes_them() -> None:
    assert encode_form({"on": True, "off": False, "none": None}) == "on=1&off=0"
    assert (
        encode_form({"ids": [1, (2, 3)]}) == "ids%5B0%5D=1&ids%5B1%5D%5B0%5D=2&ids%5B1%5D%5B1%5D=3"
    )
    assert encode_form({"none": [], "nothing": {}}) == ""


def test_half_a_surrogate_pair_is_written_as_a_question_mark() -> None:
    assert encode_form({"title": "a\ud800"}) == "title=a%3F"


@pytest.mark.parametrize("value", [1.5, b"bytes", object(), {1}])
def test_a_value_that_has_no_form_is_our_bug(value: object) -> None:
    with pytest.raises(TypeError, match="a form cannot hold"):
        encode_form({"a": value})


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"a=" + b"x" * (MAX_BYTES - 2), id="bytes"),
        pytest.param(b"&".join([b"a=1"] * MAX_FIELDS), id="fields"),
        pytest.param(b"&" * MAX_FIELDS * 2, id="empty fields do not count"),
        pytest.param(b"a" + b"[x]" * MAX_DEPTH, id="depth"),
        pytest.param(b"a[9223372036854775806]=&a[]=", id="the last number"),
    ],
)
def test_a_form_at_a_limit_is_read(body: bytes) -> None:
    parse_form(body)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"a=" + b"x" * (MAX_BYTES - 1), id="bytes"),
        pytest.param(b"&".join([b"a=1"] * (MAX_FIELDS + 1)), id="fields"),
        pytest.param(b"a" + b"[x]" * (MAX_DEPTH + 1), id="depth"),
        pytest.param(b"a" + b"[]" * 30_000, id="depth without end"),
        pytest.param(b"a[9223372036854775807]=&a[]=", id="numbers used up"),
    ],
)
def test_a_form_over_a_limit_is_refused_and_not_cut(body: bytes) -> None:
    with pytest.raises(TooLargeError):
        parse_form(body)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"a=\xd0", id="value"),
        pytest.param(b"a=%D0", id="encoded value"),
        pytest.param(b"%ff=a", id="key"),
        pytest.param(b"a[%ed%a0%80]=a", id="surrogate in a bracket"),
        pytest.param(b"=%ff", id="a field that is dropped"),
        pytest.param(b"a%00%ff=1", id="behind a NUL"),
    ],
)
def test_bytes_that_are_not_utf_8_are_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableError):
        parse_form(body)


def test_plain_and_encoded_brackets_are_the_same() -> None:
    assert parse_form(b"auth[member_id]=1") == parse_form(b"auth%5Bmember_id%5d=1")


def test_a_raw_nul_ends_a_key_as_in_a_body_that_php_receives() -> None:
    assert parse_form(b"a\x00b=1&c=x\x00y") == {"a": "1", "c": "x\x00y"}


def test_a_key_too_long_to_remember_is_read_the_same() -> None:
    name = "n" * 300

    assert parse_form(f"a[{name}][]=1&a[{name}][]=2".encode()) == {
        "a": {name: {"0": "1", "1": "2"}}
    }


def test_two_forms_with_the_same_keys_share_no_numbers() -> None:
    assert parse_form(b"a[]=1&a[]=2") == parse_form(b"a[]=1&a[]=2") == {"a": {"0": "1", "1": "2"}}
