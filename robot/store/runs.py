"""Runs: written down before Bitrix24 is answered, finished when the workflow was answered.

received -> decided (the outcome stands and will not change) -> finished (nothing left to do).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, bindparam, insert, update

from robot.flows.flow import Outcome
from robot.protocol.items import Item
from robot.store.tables import runs
from robot.store.upsert import Once


class State(StrEnum):
    """How far a run is."""

    RECEIVED = "received"
    DECIDED = "decided"
    FINISHED = "finished"


class Source(StrEnum):
    """Who asked for a run."""

    ROBOT = "robot"  # a workflow of the portal
    COMMAND = "command"  # the command line
    INSTALL = "install"  # installing or updating the app
    PAGE = "page"  # the app's page in Bitrix24
    TIME = "time"  # a link's end, or something that is looked after now and then


class Ending(StrEnum):
    """How a finished run left the workflow."""

    REPORTED = "reported"
    NOT_AWAITED = "not_awaited"  # nobody waits for an answer
    WORKFLOW_GONE = "workflow_gone"  # the workflow ended before our answer
    REFUSED = "refused"  # Bitrix24 did not take the answer
    UNDELIVERED = "undelivered"  # the portal could not be reached for as long as runs are kept
    APP_REMOVED = "app_removed"
    PORTAL_DELETED = "portal_deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRun:
    """A run as it is written down."""

    portal_id: int
    code: str
    source: Source
    user_id: int | None  # on whose behalf; None: the portal's default user
    item: Item | None
    document_id: str  # Bitrix24's name of the item, also where it is none of CRM's
    inputs: Mapping[str, Any]
    wants_reply: bool
    sent_at: datetime
    received_at: datetime
    deadline_at: datetime  # an answer after this is of no use
    due_at: datetime
    event_hash: bytes  # recognises a repeated delivery
    secrets: bytes | None = field(repr=False)  # sealed: event token and the event's own tokens
    # The caller proved only that he is somebody of the portal: `user_id` is None until it is known
    # whose tokens he brought, and no tokens but that user's are used for it.
    own_tokens_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRun:
    """A run as the work on it sees it."""

    id: int
    code: str
    source: Source
    user_id: int | None
    item: Item | None
    document_id: str
    inputs: Mapping[str, Any]
    wants_reply: bool
    sent_at: datetime
    received_at: datetime
    deadline_at: datetime
    secrets: bytes | None = field(repr=False)
    chosen: tuple[int, ...] | None
    outcome: Outcome | None
    reports: int
    first_report_at: datetime | None
    own_tokens_only: bool = False  # see NewRun
    looks: int = 0  # pauses so far, in which it waited for a PDF
    first_look_at: datetime | None = None

    @property
    def is_unproven(self) -> bool:
        """It has to be seen first whose tokens it brought."""
        return self.own_tokens_only and self.user_id is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a run ended."""

    ending: Ending
    note: str = ""


# Made once: making a statement costs as much as executing it.
_RECORD = Once(runs, lambda row: row.on_conflict_do_nothing())
_CHANGE = update(runs).where(runs.c.id == bindparam("run"))  # the columns that the rows name
_DECIDE = _CHANGE.where(runs.c.outcome.is_(None), runs.c.finished_at.is_(None))
_FINISH = _CHANGE.where(runs.c.finished_at.is_(None))


def record(conn: Connection, new: Sequence[NewRun]) -> None:
    """Write runs down; a delivery that came before is left as it is."""
    if new:
        conn.execute(_RECORD.of(conn), [_values(run) for run in new])


def record_one(conn: Connection, new: NewRun) -> int:
    """Write one run of our own down and return its number."""
    row = insert(runs).values(**_values(new)).returning(runs.c.id)
    return int(conn.execute(row).scalar_one())


def save_chosen(conn: Connection, chosen: Mapping[int, Sequence[int]], *, now: datetime) -> None:
    """Remember which documents each run is about to change."""
    rows = [{"run": one, "chosen": list(ids), "chosen_at": now} for one, ids in chosen.items()]
    conn.execute(_CHANGE, rows)


def prove(conn: Connection, users: Mapping[int, int]) -> None:
    """Each of these runs is of the user whose tokens it brought."""
    rows = [{"run": run_id, "user_id": user_id} for run_id, user_id in users.items()]
    conn.execute(_CHANGE, rows)


def decide(conn: Connection, outcomes: Mapping[int, Outcome], *, now: datetime) -> None:
    """These runs have their outcomes; from here on they never change."""
    rows = [
        {
            "run": run_id,
            "state": State.DECIDED,
            "outcome": {"outputs": dict(outcome.outputs), "log": outcome.log},
            "decided_at": now,
            "succeeded": outcome.succeeded,
            "error_code": outcome.error_code or None,
        }
        for run_id, outcome in outcomes.items()
    ]
    conn.execute(_DECIDE, rows)


def finish(conn: Connection, ended: Mapping[int, Ended], *, now: datetime) -> None:
    """Nothing is left to do for these runs: forget their secrets.

    A workflow that did not take its answer may still wait: `linkrobot runs retry` needs them.
    """
    for is_refused in (False, True):
        rows = [
            {
                "run": run_id,
                "state": State.FINISHED,
                "finished_at": now,
                "ending": how.ending,
                "note": how.note or None,
                **({} if is_refused else {"secrets": None}),
            }
            for run_id, how in ended.items()
            if (how.ending is Ending.REFUSED) is is_refused
        ]
        if rows:
            conn.execute(_FINISH, rows)


def postpone(
    conn: Connection, run_id: int, *, due_at: datetime, reports: int, first_report_at: datetime
) -> None:
    """The report is tried again at `due_at`."""
    conn.execute(
        update(runs)
        .where(runs.c.id == run_id)
        .values(due_at=due_at, reports=reports, first_report_at=first_report_at)
    )


def hurry_reports(conn: Connection, portal_id: int, *, now: datetime) -> bool:
    """The portal's reports that wait for their next try are due now; False where none wait."""
    hurried = conn.execute(
        update(runs)
        .where(
            runs.c.portal_id == portal_id,
            runs.c.finished_at.is_(None),
            runs.c.outcome.is_not(None),
            runs.c.due_at > now,
        )
        .values(due_at=now)
    )
    return bool(hurried.rowcount)


def _values(new: NewRun) -> dict[str, Any]:
    return {
        "portal_id": new.portal_id,
        "code": new.code,
        "source": new.source,
        "user_id": new.user_id,
        "own_tokens_only": new.own_tokens_only,
        "entity_type_id": new.item.entity_type_id if new.item else None,
        "entity_id": new.item.id if new.item else None,
        "document_id": new.document_id,
        "inputs": dict(new.inputs),
        "wants_reply": new.wants_reply,
        "sent_at": new.sent_at,
        "received_at": new.received_at,
        "deadline_at": new.deadline_at,
        "due_at": new.due_at,
        "event_hash": new.event_hash,
        "secrets": new.secrets,
        "state": State.RECEIVED,
    }
