"""The lease of a portal: who drains it. The epoch fences every write of its holder."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, bindparam, func, select, update

from robot.errors import RobotError
from robot.store.tables import portals


class LeaseLostError(RobotError):
    """Another worker has taken the portal since; nothing of ours may be written any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What a holder has learned of the portal's leaky bucket."""

    pace: float  # requests per second
    level: float  # requests in the bucket
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A lease just taken."""

    epoch: int
    was_released: bool  # False: its last holder died or was cut off, a request may be under way
    learned: Learned | None = None  # by the holder before
    # how long a request of a holder further back may still be under way: he died, the next released
    late_for: timedelta = timedelta(0)


# Made once: making a statement costs as much as executing it.
# PostgreSQL locks rows so that whoever stores runs for the portal meanwhile does not wait.
_INSTALLED = select(portals).where(
    portals.c.id == bindparam("portal"), portals.c.removed_at.is_(None)
)
_WAIT = _INSTALLED.with_for_update(key_share=True)
_PASS_OVER = _INSTALLED.with_for_update(key_share=True, skip_locked=True)
_EPOCH = (
    select(portals.c.epoch)
    .where(portals.c.id == bindparam("portal"))
    .with_for_update(key_share=True)
)
_MOMENT = select(func.clock_timestamp())
_CHANGE = update(portals).where(portals.c.id == bindparam("portal"))
_CHANGE_OURS = _CHANGE.where(portals.c.epoch == bindparam("held"))


def moment(conn: Connection) -> datetime:
    """Now, by the one clock that all holders share: the server's, or this machine's."""
    if conn.dialect.name == "postgresql":
        by_server: datetime = conn.execute(_MOMENT).scalar_one()
        return by_server
    return datetime.now(UTC)


def take(
    conn: Connection,
    portal_id: int,
    *,
    owner: str,
    now: datetime,
    until: datetime,
    waits: bool = True,
) -> Taken | None:
    """Take the portal unless somebody else's lease still holds.

    Without `waits` it is left to whoever changes it right now.
    """
    installed = _WAIT if waits else _PASS_OVER
    row = conn.execute(installed, {"portal": portal_id}).one_or_none()
    if row is None or (row.owner is not None and row.lease_until > now):
        return None
    taken = {"owner": owner, "epoch": row.epoch + 1, "lease_until": until}
    conn.execute(_CHANGE, {"portal": portal_id, **taken})
    learned = None
    if row.bucket_at is not None:
        learned = Learned(pace=row.pace, level=row.bucket_level, at=row.bucket_at)
    late_for = timedelta(0)
    if row.owner is None and row.lease_until is not None:
        late_for = max(row.lease_until - now, late_for)
    return Taken(
        epoch=row.epoch + 1,
        was_released=row.owner is None,
        learned=learned,
        late_for=late_for,
    )


def owners(conn: Connection, portal_ids: Collection[int]) -> dict[int, str | None]:
    """Who holds each of these portals, or did when he died; None: nobody."""
    rows = conn.execute(select(portals.c.id, portals.c.owner).where(portals.c.id.in_(portal_ids)))
    return {row.id: row.owner for row in rows}


def renew(
    conn: Connection,
    portal_id: int,
    *,
    epoch: int,
    until: datetime,
    learned: Learned | None = None,
) -> None:
    """Hold the portal longer, and write down what was learned of it.

    Raises:
        LeaseLostError: somebody else holds it now.
    """
    check(conn, portal_id, epoch=epoch)
    conn.execute(_CHANGE, {"portal": portal_id, "lease_until": until, **_columns(learned)})


def check(conn: Connection, portal_id: int, *, epoch: int) -> None:
    """Begin a write of the holder: nobody takes the portal before this transaction ends.

    Raises:
        LeaseLostError: somebody else holds it now.
    """
    held = conn.scalar(_EPOCH, {"portal": portal_id})
    if held != epoch:
        raise LeaseLostError(f"the lease of portal {portal_id} was taken by another worker")


def release(
    conn: Connection,
    portal_id: int,
    *,
    epoch: int,
    learned: Learned | None = None,
    late_until: datetime | None = None,
) -> None:
    """Give the portal back, with no request under way; nothing happens where it was lost.

    `late_until`: as long as that, one of a holder before may be; whoever takes it next learns it.
    """
    given_back = {"owner": None, "lease_until": late_until, **_columns(learned)}
    conn.execute(_CHANGE_OURS, {"portal": portal_id, "held": epoch, **given_back})


def expire_all(conn: Connection, *, now: datetime) -> None:
    """At start, with the lock on the data folder ours: whoever held a lease is gone."""
    conn.execute(update(portals).where(portals.c.owner.is_not(None)).values(lease_until=now))


def expire_late(conn: Connection, *, owner: str, now: datetime) -> None:
    """The clock was set back: what this owner took before does not last for longer than that.

    Whoever works under such a lease renews it within seconds.
    """
    ahead = update(portals).where(portals.c.owner == owner, portals.c.lease_until > now)
    conn.execute(ahead.values(lease_until=now))


def _columns(learned: Learned | None) -> dict[str, float | datetime]:
    if learned is None:
        return {}
    return {"pace": learned.pace, "bucket_level": learned.level, "bucket_at": learned.at}
