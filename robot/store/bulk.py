"""Runs about many links that a portal's administrators asked for on the app's page.

The runs of one wish were stored together: they have the moment in common, and stand beside each
other.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from robot.store import waiting
from robot.store.runs import Source
from robot.store.tables import runs


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """One of the runs, and what came of it so far."""

    run_id: int
    code: str
    user_id: int
    asked_at: datetime
    inputs: Mapping[str, Any]
    is_over: bool
    outputs: Mapping[str, Any] = field(default_factory=dict)  # empty where it ended without


def between(conn: Connection, portal_id: int, first: int, last: int) -> list[Portion]:
    """The runs from the first one of a wish to its last; empty where there is no such wish."""
    rows = list(
        conn.execute(
            _PORTION.where(
                runs.c.portal_id == portal_id,
                runs.c.id >= first,
                runs.c.id <= last,
                runs.c.source == Source.PAGE,
            ).order_by(runs.c.id)
        )
    )
    if not rows or rows[0].id != first:
        return []
    same = (rows[0].code, rows[0].user_id, rows[0].sent_at)
    return [_portion(row) for row in rows if (row.code, row.user_id, row.sent_at) == same]


def last_due(conn: Connection, portal_id: int, codes: Collection[str]) -> datetime | None:
    """When the last run of the wishes that are not done yet becomes due; reads all that waits."""
    last = func.max(runs.c.due_at, type_=runs.c.due_at.type)
    query = select(last).where(waiting.of_portal(portal_id), runs.c.source == Source.PAGE)
    found: datetime | None = conn.execute(query.where(runs.c.code.in_(codes))).scalar_one()
    return found


def under_way(
    conn: Connection, portal_id: int, codes: Collection[str], *, reach: int
) -> list[tuple[int, int]]:
    """The first and the last run of each wish that is not done yet, the newest wish first.

    `reach` is how many runs a wish may have.
    """
    unfinished = conn.execute(
        select(runs.c.id, runs.c.code, runs.c.user_id, runs.c.sent_at)
        .where(waiting.of_portal(portal_id), runs.c.source == Source.PAGE, runs.c.code.in_(codes))
        .order_by(runs.c.id + 0)  # as they are found by the index of those that wait
    )
    wishes: dict[tuple[Any, ...], tuple[int, int]] = {}
    for run_id, *same in unfinished:
        first, _ = wishes.get(tuple(same), (run_id, run_id))
        wishes[tuple(same)] = first, run_id
    whole = [
        (_first(conn, portal_id, same, first, reach=reach), last)
        for same, (first, last) in wishes.items()
    ]
    return whole[::-1]


def _first(conn: Connection, portal_id: int, same: Sequence[Any], first: int, *, reach: int) -> int:
    """Of the same wish the first run, which may be done already."""
    code, user_id, sent_at = same
    query = (
        select(runs.c.id)
        .where(
            runs.c.portal_id == portal_id,
            runs.c.id > first - reach,
            runs.c.id <= first,
            runs.c.code == code,
            runs.c.user_id == user_id,
            runs.c.sent_at == sent_at,
            runs.c.source == Source.PAGE,
        )
        .order_by(runs.c.id)
        .limit(1)
    )
    return int(conn.execute(query).scalar_one())


_PORTION = select(
    *(runs.c[name] for name in ("id", "code", "user_id", "sent_at", "inputs")),
    *(runs.c[name] for name in ("outcome", "finished_at")),
)


def _portion(row: Row[Any]) -> Portion:
    outcome = row.outcome or {}
    return Portion(
        run_id=row.id,
        code=row.code,
        user_id=row.user_id,
        asked_at=row.sent_at,
        inputs=row.inputs,
        is_over=row.finished_at is not None,
        outputs=outcome.get("outputs", {}),
    )
