"""POST /bitrix24/install: the callback of an app without interface, or the installer page."""

from starlette.requests import Request
from starlette.responses import Response

from handlers.page.installer import show_installer
from handlers.state import State, read_body
from robot.protocol.lifecycle import FrameOpening, parse_install


async def install(request: Request[State]) -> Response:
    """Install, whichever way Bitrix24 asks for it."""
    body = await read_body(request)
    message = parse_install(request.scope["query_string"], body)
    if isinstance(message, FrameOpening):
        return await show_installer(request, message)
    await request.state["admission"].event(message, body)
    return Response()
