"""Runs that wait for a PDF: a row each, in nobody's way until they look again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, update

from robot.store.tables import runs

_CHANGE = update(runs).where(runs.c.id == bindparam("run"))  # the columns that the rows name


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused:
    """A run that waits for a PDF."""

    run_id: int
    looks: int  # so far, this one among them
    first_look_at: datetime
    look_at: datetime  # the next one
    deadline_at: datetime


def pause(conn: Connection, paused: Sequence[Paused]) -> None:
    """These runs are not looked at before their time, and are in nobody's way until then."""
    rows = [
        {
            "run": one.run_id,
            "looks": one.looks,
            "first_look_at": one.first_look_at,
            "look_at": one.look_at,
            "due_at": one.deadline_at,
        }
        for one in paused
    ]
    conn.execute(_CHANGE, rows)


def resume(conn: Connection, run_ids: Sequence[int], *, now: datetime) -> None:
    """These runs have waited enough: they are due like others."""
    conn.execute(_CHANGE, [{"run": run_id, "look_at": None, "due_at": now} for run_id in run_ids])
