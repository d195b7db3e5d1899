"""GET /healthz: the process is alive. GET /readyz: it can store runs."""

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from handlers.state import State


async def healthz(_request: Request[State]) -> Response:
    """Alive."""
    return PlainTextResponse("ok\n")


async def readyz(request: Request[State]) -> Response:
    """The database answers; the work runs, else the process would have ended."""
    try:
        async with request.state["tools"].database.read() as conn:
            await conn.execute(select(1))
    except SQLAlchemyError:
        return PlainTextResponse("the database does not answer\n", status_code=503)
    return PlainTextResponse("ready\n")
