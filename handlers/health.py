"""GET /healthz: the process is alive. GET /readyz: it can store runs."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from handlers.state import State
from robot.store.database import is_reachable


async def healthz(_request: Request[State]) -> Response:
    """Alive."""
    return PlainTextResponse("ok\n")


async def readyz(request: Request[State]) -> Response:
    """The database answers; the work runs, else the process would have ended."""
    if await is_reachable(request.state["tools"].database):
        return PlainTextResponse("ready\n")
    return PlainTextResponse("the database does not answer\n", status_code=503)
