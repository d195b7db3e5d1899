"""Runs one method for one caller: plan, scope, parameters, operating time, then the method."""

from dataclasses import dataclass
from typing import Any

from sandbox.errors import RestError
from sandbox.rest import methods
from sandbox.rest.caller import Caller
from sandbox.rest.clock import Stopwatch
from sandbox.rest.method import Method, Page, Parameters
from sandbox.troubles import ordered

# Names that the REST server itself reads: wire facts 6.1.
RESERVED = frozenset({"auth", "access_token", "state", "start", "auth_connector"})


# What SDKs add for the portal's logs: b24jssdk and b24phpsdk.
_TRACING = "bx24_"


def is_reserved(name: str) -> bool:
    """A name that no method reads as its own."""
    return name in RESERVED or name.startswith(_TRACING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A method that ran; total and next stand beside the result."""

    result: Any
    total: int | None
    next: int | None
    time: dict[str, Any]


async def perform(caller: Caller, name: str, parameters: Parameters) -> Done:
    """Run one method; its operating time is charged even where it fails.

    Raises:
        RestError: the method does not exist, may not be called, or said no.
    """
    method = methods.find(caller.portal, name)
    if not methods.has_scope(caller, method):
        raise _scope_error(caller)
    known = _known(method, parameters)
    watch = Stopwatch.start(caller.portal)
    _check_operating(caller, method, watch.started_at)
    try:
        await ordered(caller.portal.faults, "rest", method.name, user_id=caller.user.id)
        result = await method.run(caller, known)
    finally:
        _charge(caller, method, watch)
    page = result if isinstance(result, Page) else Page(result=result)
    block = watch.block(caller.key, method.name)
    return Done(result=page.result, total=page.total, next=page.next, time=block)


def _scope_error(caller: Caller) -> RestError:
    """Docs say 403, PHP's default is 401; inside a batch the text is empty."""
    return RestError(
        "insufficient_scope",
        "The request requires higher privileges than provided by the access token",
        status=403 if caller.portal.settings.dialect == "docs" else 401,
    )


def _known(method: Method, parameters: Parameters) -> Parameters:
    """The method's own parameters. A portal ignores others; here a typing error is told."""
    own = {
        (name.upper() if method.any_case else name): value
        for name, value in parameters.items()
        if name in method.parameters or not is_reserved(name)
    }
    if unknown := set(own) - method.parameters:
        raise RestError(
            "SANDBOX_UNKNOWN_PARAMETER",
            f"{method.name} has no {sorted(unknown)}: read {method.address}",
        )
    return own


def _check_operating(caller: Caller, method: Method, now: float) -> None:
    """Checked before the call, so the call that overshoots still succeeds."""
    settings = caller.portal.settings
    used = caller.portal.operating.used(
        caller.key, method.name, now=now, window=settings.operating_window
    )
    if settings.operating_limit is not None and used > settings.operating_limit:
        raise RestError(
            "OPERATION_TIME_LIMIT", "Method is blocked due to operation time limit.", status=429
        )


def _charge(caller: Caller, method: Method, watch: Stopwatch) -> None:
    settings = caller.portal.settings
    seconds = watch.seconds() + settings.operating_charge.get(method.name, 0.0)
    caller.portal.operating.add(caller.key, method.name, seconds=seconds, now=watch.started_at)
