"""The HTTP side of the REST server: one request in, one JSON answer out."""

import time
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox import php
from sandbox.errors import RestError
from sandbox.rest import access, batch, methods, parameters
from sandbox.rest.caller import Caller
from sandbox.rest.clock import Stopwatch
from sandbox.rest.perform import perform
from sandbox.site import Site
from sandbox.troubles import ordered

# Of every answer, a browser's preflight included: pages of any origin may call, with JSON or a
# form, and with the token in the body, since `authorization` is not among the headers.
HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "origin, content-type, accept",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(slots=True, kw_only=True)
class Exchange:
    """One request as it is read and answered; the journal tells of it afterwards."""

    site: Site
    request: Request
    method: str
    webhook: tuple[str, str] | None
    parameters: dict[str, Any]
    errors: list[str] = field(default_factory=list)
    user_id: int | None = None

    @property
    def names(self) -> list[str]:
        """The method and, of a batch, its commands' methods, in lower case."""
        inner = batch.method_names(self.parameters) if self.method == "batch" else []
        return [self.method, *inner]


async def read(site: Site, request: Request) -> Exchange:
    method, webhook = _path(request.path_params["path"])
    found = await parameters.read(request)
    return Exchange(site=site, request=request, method=method, webhook=webhook, parameters=found)


def _path(path: str) -> tuple[str, tuple[str, str] | None]:
    """`<method>[.json][/]` or `<user>/<code>/<method>`; method names in any case."""
    parts = path.strip("/").split("/")
    name = parts[-1].lower().removesuffix(".json")
    return name, (parts[0], parts[1]) if len(parts) == 3 else None


async def answer(exchange: Exchange) -> Response:
    """Run the method and write its answer, an error included."""
    try:
        body, headers = await _run(exchange)
    except RestError as error:
        exchange.errors.append(str(error.code))
        return JSONResponse(error.body(), status_code=error.status, headers=HEADERS)
    return JSONResponse(php_json(body), headers=HEADERS | headers)


def php_json(body: dict[str, Any]) -> dict[str, Any]:
    """Only the values are PHP arrays; the envelope always has its names."""
    return {name: php.shape(value) for name, value in body.items()}


async def _run(exchange: Exchange) -> tuple[dict[str, Any], dict[str, str]]:
    _check_portal(exchange)
    methods.find(exchange.site.portal, exchange.method)
    caller = access.authorize(
        exchange.site, exchange.request, exchange.webhook, exchange.parameters
    )
    exchange.user_id = caller.user.id
    headers = {"X-Bitrix-Rest-Application": caller.app.client_id} if caller.app else {}
    if exchange.method == "batch":
        return await _run_batch(exchange, caller), headers
    done = await perform(caller, exchange.method, exchange.parameters)
    body = {"result": done.result, "next": done.next, "total": done.total}
    beside = {name: value for name, value in body.items() if name == "result" or value is not None}
    return beside | {"time": done.time}, headers


async def _run_batch(exchange: Exchange, caller: Caller) -> dict[str, Any]:
    watch = Stopwatch.start(caller.portal)
    # A fault without a method concerns the commands, each for itself.
    named = [fault for fault in caller.portal.faults if fault.method]
    await ordered(named, "rest", "batch")
    result = await batch.run(caller, exchange.parameters)
    exchange.errors += [str(error["error"]) for error in result["result_error"].values()]
    return {"result": result, "time": watch.block(caller.key, "batch")}


def _check_portal(exchange: Exchange) -> None:
    """What is wrong before anyone looks at the method."""
    portal, settings = exchange.site.portal, exchange.site.portal.settings
    if portal.deleted:
        status = 500 if settings.dialect == "docs" else 403
        raise RestError("PORTAL_DELETED", "Portal was deleted", status=status)
    source = exchange.request.client.host if exchange.request.client else ""
    now = time.monotonic()
    if not portal.bucket.take(source, now=now, rate=settings.rate, burst=settings.burst):
        raise RestError("QUERY_LIMIT_EXCEEDED", "Too many requests", status=503)
    if not settings.rest_plan:
        status = 403 if settings.dialect == "docs" else 401
        text = "REST is available only on commercial plans."
        raise RestError("ACCESS_DENIED", text, status=status)
    if "token" in exchange.parameters:
        raise RestError("ACCESS_DENIED", "Link check failed", status=403)
