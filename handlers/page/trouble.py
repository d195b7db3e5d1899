"""A page that cannot be shown says why, in words: plain status lines are for machines."""

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, ParamSpec, TypeAlias

from starlette.requests import Request
from starlette.responses import Response

from handlers.page import rendering
from handlers.page.texts import known
from handlers.page.visit import root_of
from handlers.state import State
from robot.errors import BusyError, ForgedError, OtherAppError, PortalError
from robot.logs import get_logger

P = ParamSpec("P")
Shown: TypeAlias = Callable[P, Coroutine[Any, Any, Response]]
UNKNOWN_APP, FORGED, BUSY, SLOW = "unknown_app", "forged", "busy", "slow"

log = get_logger()


def for_people(show: Shown[P]) -> Shown[P]:
    """The page that `show` makes of a request, or why there is none.

    Nothing of it tells a stranger anything.
    """

    @wraps(show)
    async def shown(*args: P.args, **kwargs: P.kwargs) -> Response:
        request: Any = args[0]
        try:
            return await show(*args, **kwargs)
        except OtherAppError as error:
            return _trouble(request, error, UNKNOWN_APP, status=403)
        except ForgedError as error:
            return _trouble(request, error, FORGED, status=403)
        except BusyError as error:
            return _trouble(request, error, BUSY, status=503)
        except PortalError as error:
            return _trouble(request, error, SLOW, status=503)

    return shown


def _trouble(request: Request[State], error: Exception, why: str, *, status: int) -> Response:
    log.warning("page.not_shown", path=request.scope["path"], reason=str(error))
    return rendering.page(
        "page/trouble.html",
        {"why": why, "root": root_of(request.state["tools"].settings)},
        language=known(request.query_params.get("LANG", "")),
        portal_origin="",
        status=status,
    )
