"""Forgets what is old and ends what nobody can answer any more, in small steps."""

import asyncio
from datetime import UTC, datetime
from functools import partial

from sqlalchemy.engine import Connection

from robot.logs import get_logger
from robot.store import history, notices, removal, unverified
from robot.store.database import Database
from robot.work.days import keep_days
from robot.work.tools import Tools

STEP = 200  # rows in one transaction: accepting never waits long for it
EVERY = 3_600.0  # seconds between two rounds of forgetting

log = get_logger()


async def forget_old(tools: Tools) -> int:
    """Delete runs that ended longer ago than KEEP_RUNS, and end those that never did.

    Returns how many.
    """
    now = datetime.now(UTC)
    await keep_days(tools.database, now=now)  # while their runs are known
    before = now - tools.settings.keep_runs
    forgotten = 0
    while True:
        step = await tools.database.write(lambda conn: _forget_step(conn, before))
        forgotten += step
        if step < STEP:
            break
        await asyncio.sleep(0.05)  # others may write meanwhile
    await end_left_over(tools.database)
    await tools.database.write(_forget_messages)
    if forgotten:
        log.info("runs.forgotten", number=forgotten)
    return forgotten


async def end_left_over(database: Database, *, member_id: str | None = None) -> None:
    """End what a crash in the middle of a removal left, of all portals or of one Bitrix24."""
    left_over = partial(removal.removed_with_runs, member_id=member_id)
    for portal_id, removed_at in await database.read(left_over):
        await end_runs(database, portal_id, removed_at=removed_at)


async def end_runs(database: Database, portal_id: int, *, removed_at: datetime) -> None:
    """End the runs that waited when the portal removed the app."""
    end = partial(removal.end_runs, portal_id=portal_id, now=removed_at, limit=STEP)
    ended = STEP
    while ended == STEP:
        ended = await database.write(end)


def _forget_messages(conn: Connection) -> None:
    """Those that never verified, and what administrators were told on earlier days."""
    now = datetime.now(UTC)
    unverified.forget(conn, now=now)
    notices.forget(conn, before=now - 2 * notices.DAY)  # other replicas' clocks may be slow


def _forget_step(conn: Connection, before: datetime) -> int:
    forgotten = history.forget(conn, before=before, limit=STEP)
    return forgotten + history.end_unanswered(
        conn, before=before, now=datetime.now(UTC), limit=STEP - forgotten
    )
