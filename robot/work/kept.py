"""Messages that could not be verified when they came: tried again until used or dropped."""

from datetime import UTC, datetime
from functools import partial

from robot.errors import (
    BusyError,
    ForgedError,
    OtherAppError,
    PortalError,
    UnreadableError,
)
from robot.logs import get_logger
from robot.store import unverified
from robot.store.unverified import Message
from robot.store.vault import UnopenedError
from robot.work.admission import Admission
from robot.work.tools import Tools

STEP = 20  # messages tried in one look

log = get_logger()


async def verify_kept(tools: Tools, admission: Admission) -> int:
    """Try the messages whose verification is due again; returns how many were looked at."""
    due = await tools.database.read(
        lambda conn: unverified.due(conn, now=datetime.now(UTC), limit=STEP)
    )
    if due:  # each is tried by one replica
        claim = partial(unverified.claim, messages=due, now=datetime.now(UTC))
        due = await tools.database.write(claim)
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
