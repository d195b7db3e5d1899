"""All that one database holds, moved into another one that is still empty: SQLite to PostgreSQL."""

from collections.abc import Mapping

from sqlalchemy import Connection, Table, func, insert, select

from robot.errors import SettingsError
from robot.store.tables import check_values, metadata, portals, runs

STEP = 1_000  # rows
# Each of the two has its own: they say which key opens it.
NOT_MOVED = frozenset({check_values.name})
# Nobody works any more on what is moved.
RELEASED = {"owner": None, "lease_until": None}
NOT_EMPTY = (
    "Nothing was moved: there are portals or runs in the new database already. Give an empty one."
)


def move(source: Connection, target: Connection) -> Mapping[str, int]:
    """Copy every row within the target's transaction; returns table -> rows.

    Raises:
        SettingsError: the target is not empty.
    """
    if any(target.scalar(select(func.count()).select_from(table)) for table in (portals, runs)):
        raise SettingsError(NOT_EMPTY)
    counts = {}
    for table in metadata.sorted_tables:
        if table.name not in NOT_MOVED:
            counts[table.name] = _move_table(table, source, target)
    return counts


def _move_table(table: Table, source: Connection, target: Connection) -> int:
    rows = source.execution_options(yield_per=STEP).execute(
        select(table).order_by(*table.primary_key.columns)
    )
    changes = RELEASED if table is portals else {}
    count = 0
    for part in rows.partitions(STEP):
        target.execute(insert(table), [{**row._mapping, **changes} for row in part])
        count += len(part)
    if count and "id" in table.columns and target.dialect.name == "postgresql":
        # Rows that come later get numbers after these.
        sequence = func.pg_get_serial_sequence(table.name, "id")
        target.execute(select(func.setval(sequence, func.max(table.c.id))))
    return count
