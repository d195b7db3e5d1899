"""PHP's forms, casts and JSON shapes, as the sandbox writes and reads them."""

from typing import Any

import pytest

from sandbox import forms, php


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        pytest.param("a=1&b=", {"a": "1", "b": ""}, id="plain"),
        pytest.param("a[b][]=1&a[b][]=2", {"a": {"b": {0: "1", 1: "2"}}}, id="appended"),
        pytest.param("a[0]=x&a[5]=y&a[]=z", {"a": {0: "x", 5: "y", 6: "z"}}, id="numbers"),
        pytest.param("a.b c=1", {"a_b_c": "1"}, id="dots and spaces"),
        pytest.param("a%5Bb%5D=%D1%8F+%2B", {"a": {"b": "я +"}}, id="encoded"),
        pytest.param("a=1&a=2", {"a": "2"}, id="the last wins"),
        pytest.param("a=1&a[b]=2", {"a": {"b": "2"}}, id="an array over a text"),
        pytest.param("a[b=1", {"a": "1"}, id="an open bracket"),
        pytest.param("&=1&[x]=2", {}, id="no names"),
    ],
)
def test_forms_are_read_as_php_does(text: str, fields: Any) -> None:
    assert forms.decode(text) == fields


def test_forms_are_written_as_php_does() -> None:
    fields = {
        "a": {"b": [1, "x y"], "none": None, "empty": [], "off": False},
        "back\\slash": "~|.",
        "blank": "",
    }

    assert forms.encode(fields) == (
        "a%5Bb%5D%5B0%5D=1&a%5Bb%5D%5B1%5D=x+y&a%5Boff%5D=0&back%5Cslash=%7E%7C.&blank="
    )


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        ({}, []),
        ({0: "a", 1: "b"}, ["a", "b"]),
        ({"0": "a", "1": "b"}, ["a", "b"]),
        ({1: "b"}, {"1": "b"}),
        ({1: "b", 0: "a"}, {"1": "b", "0": "a"}),
        ({"a": {}}, {"a": []}),
        ([{}], [[]]),
    ],
)
def test_arrays_become_lists_where_php_writes_them_so(value: Any, shape: Any) -> None:
    assert php.shape(value) == shape


@pytest.mark.parametrize(
    ("value", "number"),
    [("61abc", 61), ("DEAL_5", 0), (" -3x", -3), ([], 0), (["x"], 1), (True, 1), (None, 0)],
)
def test_int_casts(value: Any, number: int) -> None:
    assert php.to_int(value) == number


@pytest.mark.parametrize(
    ("value", "is_one"),
    [
        (1, True),
        ("1", True),
        ("1.0", True),
        (" 1", True),
        (True, True),
        ("1a", False),
        ("Y", False),
        ([1], False),
        (None, False),
        ("", False),
    ],
)
def test_loose_comparison_with_one(value: Any, is_one: bool) -> None:
    assert php.equals_one(value) is is_one
