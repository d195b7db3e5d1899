"""A REST call, and many calls in one `batch`. No I/O.

Facts: wire facts section 5. No command ever refers to another command's result: an unresolved
reference becomes something else, and could publish document 1.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from robot.errors import OutcomeUnknownError, PortalError
from robot.protocol.answers import Answer, as_int, error_of
from robot.protocol.forms import encode_form
from robot.protocol.oauth import RENEWAL

BATCH_LIMIT = 50  # commands; those past it fail (docs: batch.md)
# What a portal would replace inside a batch value, wherever the text came from.
_EXPANDABLE = re.compile(r"\$(?:result|next|total|time|error)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Call:
    """One REST method with its parameters; repeating it must be safe."""

    method: str
    params: Mapping[str, Any]
    changes: int | None = None  # id of the document whose public link it turns on or off
    hides: bool = False  # it turns the link off
    looks_at: int | str | None = None  # the document or item that a change will depend on
    can_wait: bool = False  # others go first

    @property
    def turn_at(self) -> int | str | None:
        """The document (its id) or the item (its name) at which runs take turns, if any."""
        return self.changes or self.looks_at


# No method of the portal: its user's tokens are renewed at the authorization server, once, whether
# or not the access token still lives.
RENEW = Call(RENEWAL, {})


def fits_batch(call: Call) -> bool:
    """Whether a portal takes the call, its text as it is, among others; if not, it goes alone."""
    if call.method == RENEWAL:
        return False
    return not any(_EXPANDABLE.search(text) for text in _texts(call.params))


def batch_of(calls: Sequence[Call]) -> Call:
    """Up to 50 calls as one. Named keys: numeric ones would turn maps into lists."""
    commands = {f"c{n}": command_line(call) for n, call in enumerate(calls)}
    return Call("batch", {"halt": 0, "cmd": commands})


def command_line(call: Call) -> str:
    """`method?query`, every value percent-encoded once."""
    return f"{call.method}?{encode_form(call.params)}"


def take_apart(calls: Sequence[Call], answer: Answer) -> list[Answer | PortalError]:
    """What each call of a batch answered, in the order of the calls.

    A call that the answer does not mention may have run: OutcomeUnknownError.
    """
    parts = answer.result if isinstance(answer.result, dict) else {}
    maps = {
        name: parts[name] if isinstance(parts.get(name), dict) else {}  # an empty map is []
        for name in ("result", "result_error", "result_next", "result_time")
    }
    return [_part(call, f"c{n}", maps) for n, call in enumerate(calls)]


def _part(call: Call, key: str, maps: Mapping[str, Mapping[str, Any]]) -> Answer | PortalError:
    error = maps["result_error"].get(key)
    if isinstance(error, dict):
        return error_of(call.method, error)
    if key not in maps["result"]:
        return OutcomeUnknownError(call.method, "", "the batch's answer does not mention it")
    time = maps["result_time"].get(key)
    return Answer(
        result=maps["result"][key],
        next=as_int(maps["result_next"].get(key)),
        time=time if isinstance(time, dict) else {},
    )


def _texts(value: object) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield str(key)
            yield from _texts(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part)
