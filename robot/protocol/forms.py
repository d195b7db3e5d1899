"""PHP's bracket fields, `a[b][]=c`, read and written. Pure; the rules are PHP's own.

Bitrix24 is PHP: bodies come from its http_build_query, and a batch command's query goes to its
parse_str. No library was found that reads them alike, so this does, and is held to recordings of
PHP 8.2 in tests/samples/php. Rules: main/php_variables.c of PHP, php_register_variable_ex.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeAlias
from urllib.parse import quote, unquote_to_bytes

from robot.errors import TooLargeError, UnreadableError

# A PHP array is always a dict, its whole-number keys as decimal text: lists and maps are one thing.
Value: TypeAlias = str | dict[str, "Value"]
# A variable's name or what stands in a bracket. A key that PHP makes a whole number is an int, and
# None is `[]`, the next number.
Index: TypeAlias = str | int | None

# Over a limit we refuse: PHP cuts, and a run could start without some of its properties.
MAX_BYTES = 64 * 1024
MAX_DEPTH = 8  # brackets after the variable's name
MAX_FIELDS = 1_000  # PHP's own max_input_vars

_REMEMBERED_KEY = 256  # bytes; robots send the same few short keys again and again
_MANGLED = str.maketrans(" .[", "___")  # PHP variables cannot hold these
_GUARDED = ("__Host-", "__Secure-")  # cookie prefixes: PHP lets no other spelling become one
# `[x]`, or `[]` and `[ ]`, which capture nothing.
_BRACKET = re.compile(r"\[(?:[ \t\n\v\f\r]?\]|([^\]]*)\])")
_WHOLE_NUMBER = re.compile(r"0|-?[1-9][0-9]{0,18}")
_LARGEST = 2**63 - 1  # PHP_INT_MAX


def parse_form(body: bytes) -> dict[str, Value]:
    """What PHP makes of an application/x-www-form-urlencoded body or query.

    Raises:
        TooLargeError: over 64 KiB, 1,000 fields, 8 brackets or PHP's largest number.
        UnreadableError: a key or a value is not UTF-8.
    """
    if len(body) > MAX_BYTES:
        raise TooLargeError(f"the form is over {MAX_BYTES} bytes")
    fields = [field for field in body.split(b"&") if field]
    if len(fields) > MAX_FIELDS:
        raise TooLargeError(f"the form has over {MAX_FIELDS} fields")
    form = _PhpArray()
    for field in fields:
        key, _, value = field.partition(b"=")
        place = _place(key) if len(key) < _REMEMBERED_KEY else _place.__wrapped__(key)
        form.put(place, _decode(value))
    return form


def encode_form(params: Mapping[str, object]) -> str:
    """PHP's http_build_query (RFC 3986): `{"a": {"b": [1, True]}}` -> `a[b][0]=1&a[b][1]=1`.

    Everything but letters, digits and `-_.~` is percent-encoded, the brackets too, so it also
    serves as the query of a batch command. None, empty lists and empty maps vanish; booleans
    become 1 and 0; half a surrogate pair, which JSON can hold and UTF-8 cannot, becomes `?`.

    Raises:
        TypeError: a value that is no string, whole number, boolean, None, mapping or sequence.
    """
    return "&".join(f"{key}={value}" for key, value in _pairs(params, "{}"))


def _pairs(
    values: Mapping[str, object] | Sequence[object], spelling: str
) -> Iterator[tuple[str, str]]:
    """Key and value of each field; `spelling` is how a name is written at this level."""
    items = values.items() if isinstance(values, Mapping) else enumerate(values)
    for name, value in items:
        key = spelling.format(_quote(name))
        if isinstance(value, str | int):
            yield key, _quote(value)
        elif isinstance(value, Mapping | list | tuple):
            yield from _pairs(value, key + "%5B{}%5D")
        elif value is not None:
            raise TypeError(f"a form cannot hold {type(value).__name__}")


def _quote(value: str | int) -> str:
    text = value if isinstance(value, str) else format(int(value), "d")
    return quote(text, safe="", errors="replace")


class _Place(NamedTuple):
    """Where PHP puts a field."""

    arrays: tuple[Index, ...]  # around it, outermost first; made where they are missing
    last: Index
    is_kept: bool  # PHP may make the arrays and then drop the value


class _PhpArray(dict[str, Value]):
    """An array under construction: it knows which number `[]` takes next."""

    __slots__ = ("_next",)

    def __init__(self) -> None:
        self._next: int | None = None  # no whole number was a key yet

    def put(self, place: _Place, value: str) -> None:
        """Store one field's value; an array replaces a scalar, and a scalar an array."""
        arrays, last, is_kept = place
        array = self
        for index in arrays:
            key = index if isinstance(index, str) else array._numbered(index)
            inner = array.get(key)
            if not isinstance(inner, _PhpArray):
                inner = array[key] = _PhpArray()
            array = inner
        if is_kept:
            array[last if isinstance(last, str) else array._numbered(last)] = value

    def _numbered(self, index: int | None) -> str:
        number = (self._next or 0) if index is None else index
        if number > _LARGEST:  # PHP drops the element
            raise TooLargeError("the form numbers an element past PHP's largest number")
        if self._next is None or number >= self._next:
            self._next = number + 1
        return str(number)


@lru_cache(maxsize=4096)
def _place(key: bytes) -> _Place:
    """Where PHP puts the field of this key.

    Raises:
        TooLargeError, UnreadableError: as parse_form does.
    """
    text = _decode(key).partition("\0")[0].lstrip(" ")
    name, _, rest = text.partition("[")
    if not name:
        return _Place((), None, is_kept=False)
    indexes: list[Index] = [text.translate(_MANGLED)]  # without `]`, `[` opens nothing
    if "]" in rest:
        indexes = [name.translate(_MANGLED), *_brackets(text, len(name))]
    for at, index in enumerate(indexes):
        if _is_guarded(index, text):
            return _Place(tuple(indexes[:at]), None, is_kept=False)
    return _Place(tuple(indexes[:-1]), indexes[-1], is_kept=True)


def _brackets(text: str, start: int) -> Iterator[Index]:
    """What stands in the brackets from `start`; PHP ignores all after the last closed one."""
    for _ in range(MAX_DEPTH):
        match = _BRACKET.match(text, start)
        if match is None:
            return
        yield _php_key(match[1])
        start = match.end()
    if _BRACKET.match(text, start):
        raise TooLargeError(f"the form is nested over {MAX_DEPTH} deep")


def _is_guarded(index: Index, text: str) -> bool:
    """Whether PHP drops the field, since a cookie's prefix stands where the key did not start."""
    return isinstance(index, str) and any(
        index.startswith(prefix) and not text.startswith(prefix) for prefix in _GUARDED
    )


def _php_key(key: str | None) -> Index:
    number = None if key is None else _number(key)
    return key if number is None else number


def _number(key: str) -> int | None:
    """The whole number that PHP turns a key into; `07`, `-0` and `1.0` stay text."""
    if not _WHOLE_NUMBER.fullmatch(key):
        return None
    number = int(key)
    return number if -_LARGEST - 1 <= number <= _LARGEST else None


def _decode(text: bytes) -> str:
    if b"+" in text or b"%" in text:
        text = unquote_to_bytes(text.replace(b"+", b" "))
    try:
        return text.decode()
    except UnicodeDecodeError as error:
        raise UnreadableError("the form is not UTF-8") from error
