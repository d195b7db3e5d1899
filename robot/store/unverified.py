"""Messages of unknown portals that came while the authorization server could not be asked.

They are kept sealed, used only after they verify, and at most `LIMIT` of them for a day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, delete, func, select, update

from robot.store.tables import unverified
from robot.store.upsert import insert

LIMIT = 1_000
KEPT = timedelta(hours=24)
TRIED_FOR = timedelta(minutes=2)  # at most, one message of many
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 300.0  # seconds


class Kind(StrEnum):
    """At which address the message came."""

    RUN = "run"
    EVENT = "event"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message that waits for its verification."""

    id: int
    kind: Kind
    sealed: bytes
    received_at: datetime
    pause: float


def keep(
    conn: Connection, kind: Kind, sealed: bytes, *, message_hash: bytes, now: datetime
) -> bool:
    """Keep a message for later; False where too many wait already.

    `message_hash` is its place: a repeat takes the place of the one before.
    """
    same = select(func.count()).where(unverified.c.message_hash == message_hash)
    number = conn.scalar(select(func.count()).select_from(unverified)) or 0
    if number >= LIMIT and not conn.scalar(same):
        return False
    row = insert(conn, unverified).values(
        kind=kind,
        message_hash=message_hash,
        message=sealed,
        received_at=now,
        due_at=now + timedelta(seconds=FIRST_PAUSE),
        pause=FIRST_PAUSE,
    )
    newest = {"message": sealed, "received_at": now}
    conn.execute(row.on_conflict_do_update(index_elements=["message_hash"], set_=newest))
    return True


def waiting(conn: Connection) -> int:
    """How many messages wait for their verification."""
    return conn.scalar(select(func.count()).select_from(unverified)) or 0


def due(conn: Connection, *, now: datetime, limit: int) -> list[Message]:
    """Messages whose verification should be tried again, oldest first."""
    rows = conn.execute(
        select(unverified)
        .where(unverified.c.due_at <= now)
        .order_by(unverified.c.due_at)
        .limit(limit)
    )
    return [
        Message(
            id=row.id,
            kind=Kind(row.kind),
            sealed=row.message,
            received_at=row.received_at,
            pause=row.pause,
        )
        for row in rows
    ]


def claim(conn: Connection, messages: Sequence[Message], *, now: datetime) -> list[Message]:
    """Those that nobody else tries right now; whoever dies while he does loses them by and by."""
    free = (
        select(unverified.c.id)
        .where(
            unverified.c.id.in_([message.id for message in messages]), unverified.c.due_at <= now
        )
        .with_for_update(skip_locked=True)
    )
    ids = set(conn.scalars(free))
    tried = update(unverified).where(unverified.c.id.in_(ids))
    conn.execute(tried.values(due_at=now + TRIED_FOR))
    return [message for message in messages if message.id in ids]


def postpone(conn: Connection, message: Message, *, now: datetime) -> None:
    """The authorization server still did not answer: try later, with growing pauses."""
    pause = min(message.pause * 2, LONGEST_PAUSE)
    conn.execute(
        update(unverified)
        .where(unverified.c.id == message.id)
        .values(due_at=now + timedelta(seconds=pause), pause=pause)
    )


def drop(conn: Connection, message_id: int) -> None:
    """The message was used, or does not verify."""
    conn.execute(delete(unverified).where(unverified.c.id == message_id))


def forget(conn: Connection, *, now: datetime) -> int:
    """Drop what waited for longer than a day; returns how many."""
    result = conn.execute(delete(unverified).where(unverified.c.received_at < now - KEPT))
    return result.rowcount
