"""The lease of a portal: who drains it. The epoch fences every write of its holder."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

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


async def take(
    conn: AsyncConnection, portal_id: int, *, owner: str, now: datetime, until: datetime
) -> Taken | None:
    """Take the portal unless somebody else's lease still holds."""
    row = (
        await conn.execute(
            select(portals)
            .where(portals.c.id == portal_id, portals.c.removed_at.is_(None))
            .with_for_update()
        )
    ).one_or_none()
    if row is None or (row.owner is not None and row.lease_until > now):
        return None
    await conn.execute(
        update(portals)
        .where(portals.c.id == portal_id)
        .values(owner=owner, epoch=row.epoch + 1, lease_until=until)
    )
    learned = None
    if row.bucket_at is not None:
        learned = Learned(pace=row.pace, level=row.bucket_level, at=row.bucket_at)
    return Taken(epoch=row.epoch + 1, was_released=row.owner is None, learned=learned)


async def renew(
    conn: AsyncConnection,
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
    await check(conn, portal_id, epoch=epoch)
    await conn.execute(
        update(portals)
        .where(portals.c.id == portal_id)
        .values(lease_until=until, **_columns(learned))
    )


async def check(conn: AsyncConnection, portal_id: int, *, epoch: int) -> None:
    """Begin a write of the holder: nobody takes the portal before this transaction ends.

    Raises:
        LeaseLostError: somebody else holds it now.
    """
    held = await conn.scalar(
        select(portals.c.epoch).where(portals.c.id == portal_id).with_for_update()
    )
    if held != epoch:
        raise LeaseLostError(f"the lease of portal {portal_id} was taken by another worker")


async def release(
    conn: AsyncConnection, portal_id: int, *, epoch: int, learned: Learned | None = None
) -> None:
    """Give the portal back, with no request under way; nothing happens where it was lost."""
    await conn.execute(
        update(portals)
        .where(portals.c.id == portal_id, portals.c.epoch == epoch)
        .values(owner=None, lease_until=None, **_columns(learned))
    )


async def expire_all(conn: AsyncConnection, *, now: datetime) -> None:
    """At start, with the lock on the data folder ours: whoever held a lease is gone."""
    await conn.execute(update(portals).where(portals.c.owner.is_not(None)).values(lease_until=now))


def _columns(learned: Learned | None) -> dict[str, float | datetime]:
    if learned is None:
        return {}
    return {"pace": learned.pace, "bucket_level": learned.level, "bucket_at": learned.at}
