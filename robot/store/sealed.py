"""Everything in the database that a key has sealed, and sealing it anew, a few rows at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, bindparam, select, update

from robot.store.tables import check_values, runs, tokens, unverified
from robot.store.vault import CHECK_NAME, WORKER_NAME, UnopenedError, Vault

_COLUMNS: Mapping[Table, str] = {
    tokens: "secrets",
    runs: "secrets",
    unverified: "message",
    check_values: "value",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a secret stands."""

    table: Table
    column: str
    row: Mapping[str, Any]  # its primary key, as the statements below name it


def places(conn: Connection) -> list[Place]:
    """Every secret there is."""
    found = []
    for table, column in _COLUMNS.items():
        keys = [key.label(f"of_{key.name}") for key in table.primary_key.columns]
        query = select(*keys).where(table.c[column].is_not(None))
        if table is check_values:
            # Others are no secrets. The one that starting needs is sealed anew last of all.
            is_sealed = check_values.c.name.in_([WORKER_NAME, CHECK_NAME])
            query = query.where(is_sealed).order_by(check_values.c.name == CHECK_NAME)
        rows = conn.execute(query)
        found += [Place(table=table, column=column, row=dict(row._mapping)) for row in rows]
    return found


def stale(conn: Connection, vault: Vault, among: Sequence[Place]) -> list[Place]:
    """Those that another key than the vault's first has sealed."""
    found = ((place, value(conn, place)) for place in among)
    return [place for place, sealed in found if sealed and not vault.is_current(sealed)]


def reseal(conn: Connection, vault: Vault, among: Sequence[Place]) -> int:
    """Seal these with the vault's first key; returns how many none of its keys opens.

    A secret that is gone meanwhile stays gone, and one that was replaced stays as it is now.
    """
    unopened = 0
    for place in among:
        sealed = value(conn, place)
        try:
            anew = vault.reseal(sealed) if sealed else None
        except UnopenedError:
            unopened += 1
            continue
        if anew:
            change = update(place.table).where(_is_row(place))
            conn.execute(change.values({place.column: anew}), place.row)
    return unopened


def value(conn: Connection, place: Place) -> bytes | None:
    """What stands there."""
    return conn.scalar(select(place.table.c[place.column]).where(_is_row(place)), place.row)


def _is_row(place: Place) -> ColumnElement[bool]:
    keys = place.table.primary_key.columns
    return and_(*(key == bindparam(f"of_{key.name}") for key in keys))
