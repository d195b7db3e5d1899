"""POST /bitrix24/events: the app was installed, updated or removed on a portal."""

from starlette.requests import Request
from starlette.responses import Response

from handlers.state import State, read_body
from robot.protocol.lifecycle import parse_event


async def events(request: Request[State]) -> Response:
    """Do what the event means."""
    body = await read_body(request)
    await request.state["admission"].event(parse_event(body), body)
    return Response()
