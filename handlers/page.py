"""POST /bitrix24/app: the app's page inside Bitrix24."""

from starlette.requests import Request
from starlette.responses import Response

from handlers.frame import show_app
from handlers.state import State, read_body
from robot.protocol.lifecycle import parse_frame


async def page(request: Request[State]) -> Response:
    """Show whether the robots are registered; register them where they are not."""
    body = await read_body(request)
    return await show_app(request, parse_frame(request.scope["query_string"], body))
