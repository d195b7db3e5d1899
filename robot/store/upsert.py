"""INSERT … ON CONFLICT: both databases have it, SQLAlchemy has it once for each of them."""

from collections.abc import Callable
from typing import TypeAlias

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

Insert: TypeAlias = sqlite.Insert | postgresql.Insert
_INSERT: dict[str, Callable[[Table], Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


def insert(conn: Connection, table: Table) -> Insert:
    """The INSERT of this connection's database."""
    return _INSERT[conn.dialect.name](table)


class Once:
    """An INSERT that is made once for each database: making one costs as much as executing it."""

    def __init__(self, table: Table, finish: Callable[[Insert], Insert]) -> None:
        self._made = {name: finish(make(table)) for name, make in _INSERT.items()}

    def of(self, conn: Connection) -> Insert:
        """The one of this connection's database."""
        return self._made[conn.dialect.name]
