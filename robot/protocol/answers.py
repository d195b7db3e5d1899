"""What a REST answer means. No I/O: status and bytes in, a result or one error out.

Facts: wire facts section 6. The status varies by version of Bitrix24, so the code decides.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from robot.errors import (
    MovedError,
    NotExecutedError,
    OutcomeUnknownError,
    PortalError,
    RejectedError,
    TokenError,
)

# Refused before the method ran -> seconds until it is worth asking again.
REFUSED_BEFORE_RUNNING = {
    "QUERY_LIMIT_EXCEEDED": 1.0,  # 503, the leaky bucket of portal and source address
    "OPERATION_TIME_LIMIT": 60.0,  # 429; in a batch only an entry in result_error
    "OVERLOAD_LIMIT": 300.0,  # 503, blocked by hand at Bitrix24
    "CONNECTION_ERROR": 5.0,  # 401, the portal could not ask the authorization server
}
# The token was not taken; another token of the same user may be.
TOKEN_NOT_TAKEN = frozenset({"EXPIRED_TOKEN", "INVALID_TOKEN", "NO_AUTH_FOUND"})
# Codes that tell nothing about whether the method ran.
UNKNOWN_BY_CODE = frozenset({"INTERNAL_SERVER_ERROR", "ERROR_UNEXPECTED_ANSWER"})
# 5xx by documentation, yet a clear no.
REJECTED_DESPITE_5XX = frozenset({"PORTAL_DELETED"})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
MAX_TEXT = 500  # characters of Bitrix24's own words that we keep
MAX_CODE = 64  # characters of an error code
TOO_LARGE = 10**18  # for every database's integers
_WHOLE = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one method answered."""

    result: Any
    next: int | None = None  # `start` of the next page; None on the last
    time: Mapping[str, Any] = field(default_factory=dict)  # the `time` block, keys may be missing


def decipher(method: str, status: int, body: bytes, *, location: str = "") -> Answer:
    """Return what one REST call answered.

    Raises:
        NotExecutedError: refused before running (TokenError, MovedError: and why).
        OutcomeUnknownError: not Bitrix24's JSON, or a server error that tells nothing.
        RejectedError: any other error code, known to us or not.
    """
    if status in REDIRECTS and location:
        raise MovedError(method, location)
    payload = _read_json(method, status, body)
    if "error" in payload and ("result" not in payload or payload["error"]):
        raise error_of(method, payload, status=status)
    if "result" not in payload or status >= 400:
        raise OutcomeUnknownError(method, "", f"HTTP {status} without a result")
    # A method may answer `error` inside its result and still HTTP 200 (wire facts 6.3).
    result = payload["result"]
    if isinstance(result, dict) and result.get("error") and result.get("error_description"):
        raise error_of(method, result, status=status)
    return Answer(result=result, next=as_int(payload.get("next")), time=_map(payload.get("time")))


def error_of(method: str, payload: Mapping[str, Any], *, status: int = 200) -> PortalError:
    """The error that an error body stands for; codes come in either letter case."""
    code = one_line(payload.get("error"), MAX_CODE).upper()
    text = one_line(payload.get("error_description"), MAX_TEXT)
    if code in REFUSED_BEFORE_RUNNING:
        return NotExecutedError(method, code, text, retry_after=REFUSED_BEFORE_RUNNING[code])
    if code in TOKEN_NOT_TAKEN:
        return TokenError(method, code, text)
    if code in UNKNOWN_BY_CODE or (status >= 500 and code not in REJECTED_DESPITE_5XX):
        return OutcomeUnknownError(method, code, text)
    return RejectedError(method, code, text)


def as_int(value: object) -> int | None:
    """A whole number from 0 on that a database holds, sent as a number or as digits."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value if 0 <= value < TOO_LARGE else None
    return int(value) if isinstance(value, str) and _WHOLE.fullmatch(value) else None


def one_line(value: object, limit: int) -> str:
    """A portal's text for people: one line without control characters, at most `limit` long.

    Numbers are texts too, since older portals send them; anything else is nothing.
    """
    if not isinstance(value, str | int | float):
        return ""
    printable = "".join(char if char.isprintable() else " " for char in str(value)[: limit * 4])
    return " ".join(printable.split())[:limit]


def _read_json(method: str, status: int, body: bytes) -> Mapping[str, Any]:
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        payload = None
    if not isinstance(payload, dict):
        raise OutcomeUnknownError(method, "", f"HTTP {status}, not Bitrix24's JSON")
    return payload


def _map(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
