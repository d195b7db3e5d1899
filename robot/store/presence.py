"""Who works on a PostgreSQL besides us, and with which keys: each replica says so in the name of
the connection on which it listens, so what is gone is not seen for longer than its connection.

What one replica seals, all must open: see `robot.work.opening` and `robot.work.rotating`.
"""

from collections.abc import Sequence
from hashlib import sha256

from sqlalchemy import Connection, text

_NAME = "linkrobot keys"
# A name has 63 bytes at most. Of a random key of 256 bits its digest tells nothing.
_DIGITS, _MOST_KEYS = 6, 6
_NAMES = text(
    "SELECT application_name FROM pg_stat_activity"
    " WHERE datname = current_database() AND application_name LIKE :pattern"
)


def name_of(keys: Sequence[str]) -> str:
    """The name of a connection whose holder has these keys."""
    return " ".join((_NAME, *prints_of(keys)))


def prints_of(keys: Sequence[str]) -> tuple[str, ...]:
    """What names each key without showing it, in their order."""
    return tuple(sha256(key.encode()).hexdigest()[:_DIGITS] for key in keys[:_MOST_KEYS])


def seen(conn: Connection) -> list[tuple[str, ...]]:
    """The prints of the keys of each replica that is connected."""
    names = conn.scalars(_NAMES, {"pattern": f"{_NAME} %"})
    return [tuple(name.removeprefix(_NAME).split()) for name in names]


def understand_each_other(keys: Sequence[str], theirs: Sequence[str]) -> bool:
    """Whether each side opens what the other one seals with its first key."""
    ours = prints_of(keys)
    return ours[0] in theirs and theirs[0] in ours
