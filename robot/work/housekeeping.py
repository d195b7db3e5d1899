"""Forgets what is old, in small steps, and tries again what could not be verified."""

import asyncio
from datetime import UTC, datetime

from sqlalchemy.engine import Connection

from robot.errors import (
    BusyError,
    ForgedError,
    OtherAppError,
    PortalError,
    UnreadableError,
)
from robot.logs import get_logger
from robot.store import history, unverified
from robot.store.unverified import Message
from robot.store.vault import UnopenedError
from robot.work.admission import Admission
from robot.work.tools import Tools

STEP = 200  # rows in one transaction: accepting never waits long for it
EVERY = 3_600.0  # seconds between two rounds of forgetting
UNVERIFIED_EVERY = 5.0  # seconds between two looks for kept messages
UNVERIFIED_STEP = 20  # messages tried in one look

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


async def verify_kept(tools: Tools, admission: Admission) -> int:
    """Try the messages whose verification is due again; returns how many were looked at."""
    due = await tools.database.read(
        lambda conn: unverified.due(conn, now=datetime.now(UTC), limit=UNVERIFIED_STEP)
    )
    for message in due:
        await _verify(tools, admission, message)
    return len(due)


async def _verify(tools: Tools, admission: Admission, message: Message) -> None:
    """Use it or drop it only once its sender is known; anything else is tried again."""
    is_settled = True
    try:
        await admission.again(message.kind, message.sealed)
    except (ForgedError, UnreadableError, UnopenedError) as error:
        is_settled = not isinstance(error, OtherAppError)
        if is_settled:
            log.warning("message.dropped_unverified", kind=message.kind, reason=str(error))
    except (PortalError, BusyError):
        is_settled = False
    except Exception:
        # One message must not hold up the others.
        log.exception("message.not_verified", kind=message.kind)
        is_settled = False
    if is_settled:
        await tools.database.write(lambda conn: unverified.drop(conn, message.id))
    else:
        await tools.database.write(
            lambda conn: unverified.postpone(conn, message, now=datetime.now(UTC))
        )
