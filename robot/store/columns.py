"""The types of the tables' columns: what a value is in Python, and how each database holds it."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    Integer,
    String,
    Text,
    TypeDecorator,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

# SQLite numbers rows by itself only for INTEGER.
Id = BigInteger().with_variant(Integer(), "sqlite")
# SQLite's INTEGER takes what PostgreSQL's does not.
Number = Integer().with_variant(BigInteger(), "postgresql")


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC in, aware UTC out; SQLite would silently drop the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: Any, _dialect: Dialect) -> datetime | None:
        """Times in the database are UTC."""
        if value is None:
            return None
        aware: datetime = value.replace(tzinfo=UTC) if value.tzinfo is None else value
        return aware


class Words(TypeDecorator[str]):
    """Text. What strangers wrote may hold what no database takes; the rest of it is kept."""

    impl = Text
    cache_ok = True

    def __init__(self, length: int | None = None) -> None:
        super().__init__()
        self.length = length  # said to SQLite, which does not hold to it

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[str]:
        """PostgreSQL holds every text alike, and would refuse a longer one."""
        if self.length and dialect.name == "sqlite":
            return String(self.length)
        return Text()

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        """Without what cannot be stored."""
        return None if value is None else storable(str(value))


class Json(TypeDecorator[Any]):
    """JSON's values; NULL, not JSON's null, where nothing is known yet."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """PostgreSQL has a better type for it."""
        return JSONB(none_as_null=True) if dialect.name == "postgresql" else self.impl_instance

    def process_bind_param(self, value: Any, _dialect: Dialect) -> Any:
        """Without what cannot be stored."""
        return _storable_json(value)


def storable(text: str) -> str:
    """A NUL, or half a character of UTF-16, becomes the sign for what cannot be shown."""
    if text.isascii() and "\0" not in text:
        return text
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\0", "\N{REPLACEMENT CHARACTER}")


def _storable_json(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(str(name)): _storable_json(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_storable_json(inner) for inner in value]
    return value
