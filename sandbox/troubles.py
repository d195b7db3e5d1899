"""Answers that went wrong on the way: what transport faults do to a request."""

import asyncio
from collections.abc import Awaitable, Callable, Collection

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from sandbox import faults
from sandbox.errors import RestError
from sandbox.faults import Fault, Kind, Target
from sandbox.world import Drop

_KINDS: frozenset[Kind] = frozenset({"drop_before", "drop_after", "html", "cut", "status"})
_PAGE = "<!DOCTYPE html><html><head><title>Bitrix24</title></head><body>Try later</body></html>"


class Dropped(Response):
    """No answer: the connection is closed."""

    def __init__(self, drop: Drop) -> None:
        super().__init__()
        self._drop = drop

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await _drop(self._drop, scope, receive)


class Cut(Response):
    """Half of the answer, then the connection is closed."""

    def __init__(self, whole: Response, drop: Drop) -> None:
        super().__init__(whole.body, whole.status_code, dict(whole.headers))
        self._drop = drop

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start = {"type": "http.response.start", "status": self.status_code}
        await send(start | {"headers": self.raw_headers})
        half = self.body[: len(self.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
        await asyncio.sleep(0.01)  # the half is on its way before the connection ends
        await _drop(self._drop, scope, receive)


async def _drop(drop: Drop, scope: Scope, receive: Receive) -> None:
    """Close the connection, and wait until the server knows that it is closed."""
    drop(scope["client"])
    while (await receive())["type"] != "http.disconnect":
        pass


async def ordered(
    found: list[Fault], target: Target, name: str, *, user_id: int | None = None
) -> None:
    """The error or the delay that the control plane asked for, for one command.

    Raises:
        RestError: an error was ordered.
    """
    fault = faults.take(found, target, {name}, faults.OF_A_COMMAND, user_id=user_id)
    if fault and fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
    elif fault:
        raise RestError(fault.error, fault.description, status=fault.status)


async def with_faults(
    request: Request,
    found: list[Fault],
    *,
    target: Target,
    names: Collection[str],
    drop: Drop,
    work: Callable[[], Awaitable[Response]],
) -> Response:
    """The answer of `work`, unless a fault that was ordered comes between."""
    fault = faults.take(found, target, names, _KINDS)
    if fault is None:
        return await work()
    if fault.kind == "drop_before":
        return Dropped(drop)
    if fault.kind == "html":
        return Response(_PAGE, status_code=fault.status, media_type="text/html")
    if fault.kind == "status":
        return Response(status_code=fault.status)
    answer = await work()
    return Dropped(drop) if fault.kind == "drop_after" else Cut(answer, drop)
