"""POST /bitrix24/robot: Bitrix24 runs a robot. Answered once the run is on disk."""

from starlette.requests import Request
from starlette.responses import Response

from handlers.state import State, read_body
from robot.metrics import ACCEPTING


async def robot(request: Request[State]) -> Response:
    """Store the run; the work follows."""
    body = await read_body(request)
    with ACCEPTING.time():
        await request.state["admission"].run(body)
    return Response()
