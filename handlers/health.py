"""GET /healthz: the process is alive. GET /readyz: it can store runs."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from handlers.state import State
from robot.logs import get_logger
from robot.work.readiness import NOT_READY, READY, STOPPING

log = get_logger()


async def healthz(_request: Request[State]) -> Response:
    """Alive."""
    return PlainTextResponse("ok\n")


async def readyz(request: Request[State]) -> Response:
    """Runs can be stored; the work runs, else the process would have ended."""
    if request.state["crew"].is_stopping:
        return PlainTextResponse(f"{STOPPING}\n", status_code=503)
    if trouble := await request.state["readiness"].trouble():
        log.error("app.not_ready", reason=trouble)
        return PlainTextResponse(f"{NOT_READY}\n", status_code=503)
    return PlainTextResponse(f"{READY}\n")
