"""Forgets what is old, in small steps."""

import asyncio
from datetime import UTC, datetime

from sqlalchemy.engine import Connection

from robot.logs import get_logger
from robot.store import history, unverified
from robot.work.tools import Tools

STEP = 200  # rows in one transaction: accepting never waits long for it
EVERY = 3_600.0  # seconds between two rounds of forgetting

log = get_logger()


async def forget_old(tools: Tools) -> int:
    """Delete runs that ended longer ago than KEEP_RUNS, and end those that never did.

    Returns how many.
    """
    before = datetime.now(UTC) - tools.settings.keep_runs
    forgotten = 0
    while True:
        step = await tools.database.write(lambda conn: _forget_step(conn, before))
        forgotten += step
        if step < STEP:
            break
        await asyncio.sleep(0.05)  # others may write meanwhile
    await tools.database.write(lambda conn: unverified.forget(conn, now=datetime.now(UTC)))
    if forgotten:
        log.info("runs.forgotten", number=forgotten)
    return forgotten


def _forget_step(conn: Connection, before: datetime) -> int:
    forgotten = history.forget(conn, before=before, limit=STEP)
    return forgotten + history.end_unanswered(
        conn, before=before, now=datetime.now(UTC), limit=STEP - forgotten
    )
