"""What runs' outcomes did to public links, and a line of the audit for each.

A run that was sent later has the last word on a link, and on its end.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import (
    Connection,
    and_,
    bindparam,
    case,
    or_,
    select,
    update,
)

from robot.flows.flow import LinkChange
from robot.store import audit
from robot.store.audit import Action, Entry
from robot.store.links import ASKED, OFF, EndedBy, LinkState, Origin
from robot.store.tables import links
from robot.store.upsert import Insert, Once

# What is unknown is asked again after this time.
LOOKS_AGAIN_AFTER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What a run's outcome did to links."""

    origin: Origin
    changes: Sequence[LinkChange] = ()
    is_known: bool = True  # False: whether the last calls ran was never answered
    ended_by: str = ""  # links that the run turned off; empty: the run's source
    ends_waiting: bool = False  # what earlier runs of the item only asked for is off


_OF_RUN = ("source", "user_id", "run_id", "sent_at", "expires_at", "due_at")


def _reopen(row: Insert) -> Insert:
    """An open row stays; whose run was sent last says until when the link lives.

    It stays the link of its CRM item when a run that names none gives it another end.
    """
    new = row.excluded
    is_later = or_(links.c.sent_at.is_(None), links.c.sent_at <= new.sent_at)
    return row.on_conflict_do_update(
        index_elements=["portal_id", "document_id"],
        index_where=links.c.state != OFF,
        set_={
            **{name: new[name] for name in ("state", "url", "title", "changed_at")},
            **{name: case((is_later, new[name]), else_=links.c[name]) for name in _OF_RUN},
            "item": case((and_(is_later, new["item"] != ""), new["item"]), else_=links.c["item"]),
        },
    )


_TURN_ON = Once(links, _reopen)
_OPEN = update(links).where(
    links.c.portal_id == bindparam("of_portal"),
    links.c.document_id == bindparam("document"),
    links.c.state != OFF,
)
_ASKED_BY_RUN = (
    links.c.portal_id == bindparam("of_portal"),
    links.c.run_id == bindparam("of_run"),
    links.c.state == ASKED,
)
_LEFT_OVER = update(links).where(*_ASKED_BY_RUN)
_ASKED_OF = select(links.c.document_id).where(*_ASKED_BY_RUN)
_SEEN_ON = _OPEN.values(
    state=LinkState.PUBLIC,
    url=bindparam("new_url"),
    changed_at=bindparam("at"),
    due_at=links.c.expires_at,
)


def settle(conn: Connection, settled: Sequence[Settled], *, now: datetime) -> None:
    """The runs' outcomes stand: write down what became of their links.

    What a run asked for and did not get is off, or unknown where no answer came.
    """
    changes = [(one, change) for one in settled for change in one.changes]
    for (public, seen), together in groupby(changes, key=lambda pair: _kind(pair[1])):
        put = _seen if seen else _turn_on if public else _turn_off
        put(conn, list(together), now=now)
    for one in settled:
        if not one.is_known:
            _note_unknown(conn, one.origin, now=now)
        if one.ends_waiting:
            _end_waiting(conn, one.origin, now=now)
    conn.execute(_LEFT_OVER, [_left_over(one, now) for one in settled])


def _kind(change: LinkChange) -> tuple[bool, bool]:
    return change.public, change.seen and change.public


def _left_over(one: Settled, now: datetime) -> dict[str, Any]:
    state = LinkState.OFF if one.is_known else LinkState.UNKNOWN
    return {
        "of_portal": one.origin.portal_id,
        "of_run": one.origin.run_id,
        "state": state,
        "changed_at": now,
        "due_at": None if one.is_known else now + LOOKS_AGAIN_AFTER,
        "ended_by": EndedBy.NEVER_ON if one.is_known else None,
    }


def _turn_on(
    conn: Connection, changes: Sequence[tuple[Settled, LinkChange]], *, now: datetime
) -> None:
    """Each document's open row, or a new one where another run has ended it meanwhile."""
    rows = [
        {
            **asdict(one.origin),
            "document_id": change.document_id,
            "state": LinkState.PUBLIC,
            "url": change.url,
            "title": change.title,
            "asked_at": now,
            "changed_at": now,
            "expires_at": change.expires_at,
            "due_at": change.expires_at,
        }
        for one, change in changes
    ]
    conn.execute(_TURN_ON.of(conn), rows)
    audit.write(conn, [_entry(one, change, Action.ON, now) for one, change in changes])


def _turn_off(
    conn: Connection, changes: Sequence[tuple[Settled, LinkChange]], *, now: datetime
) -> None:
    rows = [
        {
            "of_portal": one.origin.portal_id,
            "document": change.document_id,
            "state": LinkState.OFF,
            "changed_at": now,
            "sent_at": one.origin.sent_at,
            "due_at": None,
            "ended_by": _how(one, change),
        }
        for one, change in changes
    ]
    conn.execute(_OPEN, rows)
    audit.write(conn, [_entry(one, change, Action.OFF, now) for one, change in changes])


def _seen(
    conn: Connection, changes: Sequence[tuple[Settled, LinkChange]], *, now: datetime
) -> None:
    """So they are in Bitrix24."""
    rows = [
        {
            "of_portal": one.origin.portal_id,
            "document": change.document_id,
            "new_url": change.url,
            "at": now,
        }
        for one, change in changes
    ]
    conn.execute(_SEEN_ON, rows)


def _note_unknown(conn: Connection, origin: Origin, *, now: datetime) -> None:
    of_run = {"of_portal": origin.portal_id, "of_run": origin.run_id}
    asked = list(conn.scalars(_ASKED_OF, of_run))
    one = Settled(origin=origin)
    entries = [
        _entry(one, LinkChange(document_id=found, public=True), Action.UNKNOWN, now)
        for found in asked
    ]
    audit.write(conn, entries)


def _end_waiting(conn: Connection, origin: Origin, *, now: datetime) -> None:
    """Earlier runs of the item that wait for a PDF shall not turn a link on any more."""
    conn.execute(
        update(links)
        .where(
            links.c.portal_id == origin.portal_id,
            links.c.state == ASKED,
            links.c.item == origin.item,
            links.c.sent_at <= origin.sent_at,
        )
        .values(
            state=LinkState.OFF,
            changed_at=now,
            sent_at=origin.sent_at,
            due_at=None,
            ended_by=EndedBy.NEVER_ON,
        )
    )


def _how(one: Settled, change: LinkChange) -> str:
    return change.ended_by or one.ended_by or one.origin.source


def _entry(one: Settled, change: LinkChange, action: Action, now: datetime) -> Entry:
    origin = one.origin
    return Entry(
        portal_id=origin.portal_id,
        at=now,
        action=action,
        document_id=change.document_id,
        source=origin.source if change.public else _how(one, change),
        user_id=origin.user_id,
        run_id=origin.run_id,
        item=origin.item,
        url=change.url,
        expires_at=change.expires_at,
    )
