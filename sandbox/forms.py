"""PHP's form encoding: `parse_str` and `http_build_query`.

Written apart from the app's own reader on purpose: two programs that share a
misreading agree with each other, and nobody notices.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote_plus, unquote_to_bytes

from sandbox.php import Key, key, text

Array = dict[Key, Any]


def decode(text: str) -> Array:
    """`parse_str`: `a[b][]=1` becomes nested arrays; later fields win."""
    fields: Array = {}
    for pair in text.split("&"):
        name, _, value = pair.partition("=")
        path = _path(_unquote(name).lstrip(" "))
        if path:
            _put(fields, path, _unquote(value))
    return fields


def _unquote(text: str) -> str:
    return unquote_to_bytes(text.replace("+", " ")).decode("utf-8", "replace")


def _path(name: str) -> list[str]:
    """`a[b][]` as ["a", "b", ""]; dots and spaces of the first part become `_`."""
    first, bracket, rest = name.partition("[")
    first = first.replace(".", "_").replace(" ", "_")
    if not first:
        return []
    path, rest = [first], bracket + rest
    while rest.startswith("[") and "]" in rest:
        part, _, rest = rest[1:].partition("]")
        path.append(part)
    return path


def _put(fields: Array, path: list[str], value: str) -> None:
    here = fields
    for part in path[:-1]:
        name = _name(here, part)
        if not isinstance(here.get(name), dict):
            here[name] = {}
        here = here[name]
    here[_name(here, path[-1])] = value


def _name(fields: Array, part: str) -> Key:
    if part:
        return key(part)
    return max((name for name in fields if isinstance(name, int)), default=-1) + 1


def encode(fields: dict[Any, Any]) -> str:
    """`http_build_query`: null and empty arrays vanish, true is 1, false is 0."""
    return "&".join(f"{_quote(name)}={_quote(value)}" for name, value in _flat(fields, ""))


def _flat(fields: dict[Any, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for name, value in fields.items():
        full = f"{prefix}[{name}]" if prefix else str(name)
        if isinstance(value, (list, tuple)):
            yield from _flat(dict(enumerate(value)), full)
        elif isinstance(value, dict):
            yield from _flat(value, full)
        elif value is not None:
            yield full, text(value)


def _quote(text: str) -> str:
    return quote_plus(text, safe="").replace("~", "%7E")
