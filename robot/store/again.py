"""A run that is over, looked up to be done again, and handed over to the run that does it."""

import re
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from robot.store import portals, runs
from robot.store.backlog import stored
from robot.store.portals import Portal
from robot.store.runs import NewRun, StoredRun
from robot.store.tables import runs as rows

DONE_AGAIN = "Done again: run"  # in the note of a run that was handed over
_DONE_BY = re.compile(rf"{DONE_AGAIN} ([0-9]+)\.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """A run as it stands."""

    run: StoredRun
    portal_id: int
    portal: Portal | None  # None: it has removed the app
    is_over: bool
    note: str

    @property
    def is_awaited(self) -> bool:
        """Its workflow took no answer and may still wait for one."""
        return self.is_over and self.run.wants_reply and self.run.secrets is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneAgain:
    """A run that does, or did, another one again."""

    run_id: int
    is_running: bool


def find(conn: Connection, run_id: int, *, alone: bool = False) -> Before | None:
    """The run with that number; `alone`: for a transaction that writes, which nobody else joins."""
    query = select(rows).where(rows.c.id == run_id)
    row = conn.execute(query.with_for_update() if alone else query).one_or_none()
    if row is None:
        return None
    return Before(
        run=stored(row),
        portal_id=row.portal_id,
        portal=portals.find(conn, row.portal_id),
        is_over=row.finished_at is not None,
        note=row.note or "",
    )


def done_again_by(note: str | None) -> list[int]:
    """The runs that did a run with that note again, in their order."""
    return [int(number) for number in _DONE_BY.findall(note or "")]


def last_done_again(conn: Connection, before: Before) -> DoneAgain | None:
    """The last run that it was handed over to."""
    ids = done_again_by(before.note)
    if not ids:
        return None
    finished_at = conn.scalars(select(rows.c.finished_at).where(rows.c.id == ids[-1])).all()
    return DoneAgain(run_id=ids[-1], is_running=finished_at == [None])


def hand_over(conn: Connection, before: Before, new: NewRun) -> int:
    """Write the new run down; what it needs is with it alone from now on. Returns its number.

    It means the same documents: those that the run before had chosen.
    """
    run_id = runs.record_one(conn, new)
    if before.run.chosen:
        runs.save_chosen(conn, {run_id: before.run.chosen}, now=new.received_at)
    note = f"{before.note} {DONE_AGAIN} {run_id}.".strip()
    conn.execute(update(rows).where(rows.c.id == before.run.id).values(secrets=None, note=note))
    return run_id
