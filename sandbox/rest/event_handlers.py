"""event.bind, event.unbind, event.get: https://apidocs.bitrix24.com/api-reference/events/."""

from typing import Any

from sandbox import document_events, php
from sandbox.errors import RestError
from sandbox.portal import EventHandler
from sandbox.rest.caller import Caller
from sandbox.rest.method import Method, Parameters
from sandbox.rest.registration_rules import check_handler

# The events that this portal fires, and the scope that may bind them; others exist, but
# nothing here would send them.
EVENTS = {
    "ONAPPINSTALL": None,
    "ONAPPUPDATE": None,
    "ONAPPUNINSTALL": None,
    document_events.DELETED: "crm",
}
_PARAMETERS = frozenset({"EVENT", "HANDLER", "AUTH_TYPE", "EVENT_TYPE"})


async def bind(caller: Caller, parameters: Parameters) -> Any:
    caller.needs_app()
    event = str(parameters.get("EVENT") or "").upper()
    if event not in EVENTS or EVENTS[event] not in {None, *caller.scope}:
        raise RestError("ERROR_EVENT_NOT_FOUND", "Event not found")
    _check(caller, parameters, "binding")
    check_handler(parameters.get("HANDLER"))
    portal = caller.portal
    portal.last_handler_id += 1
    handler = EventHandler(
        id=portal.last_handler_id,
        event=event,
        handler=str(parameters["HANDLER"]),
        auth_type=_auth_type(parameters),
    )
    if handler in portal.handlers:
        raise RestError("ERROR_CORE", "Unable to set event handler: Handler already binded")
    portal.handlers.append(handler)
    return True


async def unbind(caller: Caller, parameters: Parameters) -> Any:
    caller.needs_app()
    _check(caller, parameters, "unbinding")
    event = str(parameters.get("EVENT") or "").upper()
    kept = [
        handler
        for handler in caller.portal.handlers
        if (event and handler.event != event)
        or (parameters.get("HANDLER") and handler.handler != parameters["HANDLER"])
        or ("AUTH_TYPE" in parameters and handler.auth_type != _auth_type(parameters))
    ]
    count = len(caller.portal.handlers) - len(kept)
    caller.portal.handlers[:] = kept
    return {"count": count}


async def bound(caller: Caller, parameters: Parameters) -> Any:
    caller.needs_app()
    return [
        {
            "event": handler.event,
            "handler": handler.handler,
            "auth_type": handler.auth_type,
            "offline": 0,
        }
        for handler in caller.portal.handlers
        if caller.user.admin or handler.auth_type == str(caller.user.id)
    ]


def _auth_type(parameters: Parameters) -> str:
    return str(php.to_int(parameters.get("AUTH_TYPE")))


def _check(caller: Caller, parameters: Parameters, doing: str) -> None:
    if str(parameters.get("EVENT_TYPE") or "online").lower() != "online":
        raise RestError(
            "SANDBOX_UNKNOWN_VALUE",
            "The sandbox has no offline events: read "
            "https://apidocs.bitrix24.com/api-reference/events/offline-events.html",
        )
    own = _auth_type(parameters) in ("0", str(caller.user.id))
    if not caller.user.admin and not own:
        raise RestError(
            "ACCESS_DENIED",
            f"Access denied! Event {doing} with AUTH_TYPE requires administrator access rights",
            status=403,
        )


METHODS = (
    Method(
        name="event.bind",
        page="api-reference/events/event-bind.html",
        run=bind,
        parameters=_PARAMETERS,
        any_case=True,
    ),
    Method(
        name="event.unbind",
        page="api-reference/events/event-unbind.html",
        run=unbind,
        parameters=_PARAMETERS,
        any_case=True,
    ),
    Method(
        name="event.get",
        page="api-reference/events/event-get.html",
        run=bound,
    ),
)
