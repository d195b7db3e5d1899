"""How PHP casts, compares and encodes values, as far as a portal shows it."""

import re
from typing import Any

Key = int | str

_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)\Z")
_LEADING_NUMBER = re.compile(r"\s*([+-]?[0-9]+)")
_NUMERIC = re.compile(r"\s*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?\s*\Z")


def key(text: Key) -> Key:
    """An array key: decimal integers become ints, all else stays text."""
    return int(text) if isinstance(text, str) and _INTEGER.match(text) else text


def array(value: Any) -> dict[Key, Any]:
    """`(array)$value`: null is empty, a scalar becomes the only element."""
    if value is None:
        return {}
    if isinstance(value, list):
        return dict(enumerate(value))
    if isinstance(value, dict):
        return {key(name): item for name, item in value.items()}
    return {0: value}


def to_int(value: Any) -> int:
    """`(int)$value`: "61abc" is 61, "DEAL_5" is 0, a filled array is 1."""
    if isinstance(value, (list, dict)):
        return 1 if value else 0
    if isinstance(value, str):
        number = _LEADING_NUMBER.match(value)
        return int(number.group(1)) if number else 0
    return int(value or 0)


def to_bool(value: Any) -> bool:
    """`(bool)$value`: of all texts only "" and "0" are false."""
    return bool(value) and value != "0"


def equals_one(value: Any) -> bool:
    """`$value == 1` in PHP 8: 1, "1", "1.0" and true; not "Y", "true" or an array."""
    if isinstance(value, str):
        return bool(_NUMERIC.match(value)) and float(value) == 1
    return isinstance(value, (bool, int, float)) and value == 1


def text(value: Any) -> str:
    """`(string)$value`: true is 1, false is 0 as http_build_query has it, 2.0 is 2."""
    if isinstance(value, bool) or (isinstance(value, float) and value.is_integer()):
        return str(int(value))
    return str(value)


def shape(value: Any) -> Any:
    """The value as `json_encode` writes it: keys 0..n-1 in order make a list, empty is []."""
    if isinstance(value, (list, tuple)):
        return [shape(item) for item in value]
    if not isinstance(value, dict):
        return value
    items = {key(name): shape(item) for name, item in value.items()}
    if list(items) == list(range(len(items))):
        return list(items.values())
    return {str(name): item for name, item in items.items()}
