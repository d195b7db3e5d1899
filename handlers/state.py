"""What the lifespan hands to each request."""

import asyncio
from typing import TypedDict

from starlette.requests import ClientDisconnect, Request

from handlers.connections import Places
from robot.errors import UnreadableError
from robot.work.accept import Accept
from robot.work.admission import Admission
from robot.work.checks.looks import Looks
from robot.work.front import Workers
from robot.work.readiness import Readiness
from robot.work.tools import Tools

READ_WITHIN = 10.0  # seconds for a body to arrive; the server itself sets no limit


class State(TypedDict):
    """The parts of the running app."""

    places: Places
    tools: Tools
    accept: Accept
    admission: Admission
    crew: Workers
    readiness: Readiness
    looks: Looks


async def read_body(request: Request[State]) -> bytes:
    """The request's body, within a limit of size (the app's) and of time."""
    try:
        async with asyncio.timeout(READ_WITHIN):
            return await request.body()
    except TimeoutError:
        raise UnreadableError("the message did not arrive in time") from None
    except ClientDisconnect:
        raise UnreadableError("the message broke off") from None
