"""Errors as HTTP answers, in one table. What was not stored is never a 200."""

from collections.abc import Mapping

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ExceptionHandler

from robot.errors import BusyError, ForgedError, PortalError, TooLargeError, UnreadableError
from robot.logs import get_logger

RETRY_AFTER_PORTAL = 30  # seconds

log = get_logger()


async def _unreadable(request: Request, error: Exception) -> Response:
    log.info("message.unreadable", path=request.url.path, reason=str(error))
    return PlainTextResponse(f"This is not what Bitrix24 sends: {error}\n", status_code=400)


async def _too_large(request: Request, error: Exception) -> Response:
    log.info("message.too_large", path=request.url.path, reason=str(error))
    return PlainTextResponse(f"Too large: {error}\n", status_code=413)


async def _forged(request: Request, error: Exception) -> Response:
    """One answer for every reason: a stranger learns nothing from it."""
    log.warning("message.refused", path=request.url.path, reason=str(error))
    return PlainTextResponse(
        "This message is not from a Bitrix24 that this Linkrobot knows.\n", status_code=403
    )


async def _busy(request: Request, error: Exception) -> Response:
    retry_after = error.retry_after if isinstance(error, BusyError) else RETRY_AFTER_PORTAL
    log.error("message.not_stored", path=request.url.path, reason=str(error))
    return PlainTextResponse(
        "Linkrobot cannot take this now.\n",
        status_code=503,
        headers={"Retry-After": str(round(retry_after))},
    )


ANSWERS: Mapping[type[Exception], ExceptionHandler] = {
    TooLargeError: _too_large,
    UnreadableError: _unreadable,
    ForgedError: _forged,
    BusyError: _busy,
    PortalError: _busy,
    SQLAlchemyError: _busy,
}
