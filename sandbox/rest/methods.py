"""All methods of the portal, and how one is found."""

from typing import Any

from sandbox.errors import RestError
from sandbox.portal import Portal
from sandbox.rest import (
    answers,
    basic,
    crm_items,
    document_templates,
    documents,
    event_handlers,
    notifications,
    registrations,
)
from sandbox.rest.caller import Caller
from sandbox.rest.method import DOCS, Method, Parameters

_SYSTEM = "api-reference/common/system/"
_BATCH_PAGE = "settings/how-to-call-rest-api/batch.html"


async def _method_get(caller: Caller, parameters: Parameters) -> Any:
    name = str(parameters.get("name") or "").lower()
    method = TABLE.get(name)
    exists = name == "batch" or (method is not None and is_on_plan(caller.portal, method))
    available = exists and (method is None or has_scope(caller, method))
    return {"isExisting": exists, "isAvailable": available}


async def _batch(caller: Caller, parameters: Parameters) -> Any:
    """Never run from here: the endpoint and the batch itself know the name."""
    raise AssertionError("batch is no ordinary method")


TABLE: dict[str, Method] = {
    method.name: method
    for method in (
        *basic.METHODS,
        *registrations.METHODS,
        *answers.METHODS,
        *event_handlers.METHODS,
        *documents.METHODS,
        *document_templates.METHODS,
        *crm_items.METHODS,
        *notifications.METHODS,
        Method(
            name="method.get",
            page=_SYSTEM + "method-get.html",
            run=_method_get,
            parameters=frozenset({"name"}),
        ),
        Method(
            name="batch",
            page=_BATCH_PAGE,
            run=_batch,
            parameters=frozenset({"cmd", "halt"}),
        ),
    )
}


def find(portal: Portal, name: str) -> Method:
    """The method of this name, in any case.

    Raises:
        RestError: 404 where the plan hides the method; 501 where only the sandbox lacks it.
    """
    method = TABLE.get(name.lower())
    if method is None:
        raise RestError(
            "SANDBOX_UNKNOWN_METHOD",
            f"The sandbox has no {name}: read {DOCS}api-reference/ and sandbox/README.md",
            status=501,
        )
    if not is_on_plan(portal, method):
        raise RestError("ERROR_METHOD_NOT_FOUND", "Method not found!", status=404)
    return method


def is_on_plan(portal: Portal, method: Method) -> bool:
    return not method.features or any(
        portal.settings.features.get(feature) for feature in method.features
    )


def has_scope(caller: Caller, method: Method) -> bool:
    return not method.scope or bool(method.scope & caller.scope)
