"""Errors as HTTP answers, in one table. What was not stored is never a 200."""

import asyncio
from collections.abc import Mapping

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, ExceptionHandler, Message, Receive, Scope, Send

from handlers.page.session import SessionEndedError
from robot.errors import BusyError, ForgedError, PortalError, TooLargeError, UnreadableError
from robot.logs import get_logger
from robot.store.trouble import explain

RETRY_AFTER_PORTAL = 30  # seconds

log = get_logger()


async def _unreadable(request: Request, error: Exception) -> Response:
    log.info("message.unreadable", path=request.scope["path"], reason=str(error))
    return PlainTextResponse(f"This is not what Bitrix24 sends: {error}\n", status_code=400)


async def _too_large(request: Request, error: Exception) -> Response:
    log.info("message.too_large", path=request.scope["path"], reason=str(error))
    return PlainTextResponse(f"Too large: {error}\n", status_code=413)


async def _forged(request: Request, error: Exception) -> Response:
    """One answer for every reason: a stranger learns nothing from it."""
    log.warning("message.refused", path=request.scope["path"], reason=str(error))
    return PlainTextResponse(
        "This message is not from a Bitrix24 that this Linkrobot knows.\n", status_code=403
    )


async def _ended(_request: Request, error: Exception) -> Response:
    return PlainTextResponse(f"{error}\n", status_code=401)


async def _busy(request: Request, error: Exception) -> Response:
    retry_after = error.retry_after if isinstance(error, BusyError) else RETRY_AFTER_PORTAL
    reason = explain(error) if isinstance(error, SQLAlchemyError) else str(error)
    log.error("message.not_stored", path=request.scope["path"], reason=reason)
    return _come_back(retry_after)


def _come_back(retry_after: float) -> Response:
    return PlainTextResponse(
        "Linkrobot cannot take this now.\n",
        status_code=503,
        headers={"Retry-After": str(round(retry_after))},
    )


class Ended:
    """ASGI: whoever is not answered yet when the app ends is told that this was not stored."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on."""
        is_answered = scope["type"] != "http"

        async def note(message: Message) -> None:
            nonlocal is_answered
            is_answered = True
            await send(message)

        try:
            await self._app(scope, receive, note)
        except asyncio.CancelledError:
            if is_answered:
                raise
            await _come_back(BusyError("").retry_after)(scope, receive, send)


ANSWERS: Mapping[type[Exception], ExceptionHandler] = {
    TooLargeError: _too_large,
    UnreadableError: _unreadable,
    ForgedError: _forged,
    SessionEndedError: _ended,
    BusyError: _busy,
    PortalError: _busy,
    SQLAlchemyError: _busy,
}
