"""GET /healthz: the process is alive. GET /readyz: it can store runs."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from handlers.state import State
from robot.logs import get_logger

log = get_logger()


async def healthz(_request: Request[State]) -> Response:
    """Alive."""
    return PlainTextResponse("ok\n")


async def readyz(request: Request[State]) -> Response:
    """Runs can be stored; the work runs, else the process would have ended."""
    if request.state["crew"].is_stopping:
        return PlainTextResponse("stopping\n", status_code=503)
    if trouble := await request.state["readiness"].trouble():
        # The reason names the machine's folders: it is for the log, not for whoever asks.
        log.error("app.not_ready", reason=trouble)
        return PlainTextResponse("nothing can be stored; the log says why\n", status_code=503)
    return PlainTextResponse("ready\n")
