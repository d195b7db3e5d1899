"""The fields of a parsed form, each read as what Bitrix24 sends there. Pure.

Every scalar on the wire is a string, and null or empty values may be missing (wire facts 1.1). An
error names the field, never its value, which may be a secret.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from robot.errors import TooLargeError, UnreadableError
from robot.protocol.forms import Value

MAX_TEXT = 4_096  # characters; nothing that Bitrix24 sends in a one-line field comes near
HUGE = 10**18  # stands for any longer number
LONGEST_WAIT = 5 * 365 * 24 * 3600  # seconds; where Bitrix24 itself caps timeout_duration

# What ends a line somewhere: in a header, a log, a terminal; and NUL, which PostgreSQL refuses.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_WHOLE = re.compile(r"[0-9]{1,18}")
# In 2106. What comes later is no time stamp, and a date might overflow once a wait is added.
_LAST_SECOND = 2**32


@dataclass(frozen=True, slots=True)
class Fields:
    """One level of a form."""

    values: Mapping[str, Value]
    level: str = ""  # the wire name of this level, such as `auth`

    def name(self, key: str) -> str:
        """The field as it stands on the wire, such as `auth[member_id]`."""
        return f"{self.level}[{key}]" if self.level else key

    def raw(self, key: str) -> str:
        """A scalar as it came, lines and all; "" where it is missing."""
        value = self.values.get(key, "")
        if not isinstance(value, str):
            raise UnreadableError(f"{self.name(key)} is not a single value")
        return value

    def text(self, key: str) -> str:
        """One line of text; "" where it is missing."""
        value = self.raw(key)
        if len(value) > MAX_TEXT:
            raise TooLargeError(f"{self.name(key)} is over {MAX_TEXT} characters")
        if _CONTROL.search(value):
            raise UnreadableError(f"{self.name(key)} holds a control character")
        return value

    def required(self, key: str, shape: re.Pattern[str]) -> str:
        """One line of text that must be there, and of this shape."""
        value = self.text(key)
        if not shape.fullmatch(value):
            raise UnreadableError(f"{self.name(key)} is {'malformed' if value else 'missing'}")
        return value

    def number(self, key: str) -> int | None:
        """A whole number from 0 to HUGE; None where it is missing or no number."""
        digits = self.text(key)
        if not (digits.isascii() and digits.isdigit()):
            return None
        return int(digits) if len(digits) <= 18 else HUGE

    def numbered(self) -> list[int]:
        """The whole numbers among the keys, such as 7 of `run[7]=Y`; longer ones are none."""
        return [int(key) for key in self.values if _WHOLE.fullmatch(key)]

    def seconds(self, key: str) -> int:
        """A length of time, at most LONGEST_WAIT; 0 where it is missing or no number."""
        return min(self.number(key) or 0, LONGEST_WAIT)

    def moment(self, key: str) -> datetime | None:
        """A time in Unix seconds, as UTC; None where it is missing, 0, no number, or past 2106."""
        seconds = self.number(key)
        return datetime.fromtimestamp(seconds, UTC) if seconds and seconds < _LAST_SECOND else None

    def inner(self, key: str) -> "Fields":
        """The level below; empty where it is missing, since PHP drops empty arrays."""
        value = self.values.get(key) or {}
        if isinstance(value, str):
            raise UnreadableError(f"{self.name(key)} is not an array")
        return Fields(value, self.name(key))
