"""crm.documentgenerator.document.get, enablepublicurl, delete. Wire facts 10."""

from typing import Any

from sandbox import document_events, php
from sandbox.documents import Document
from sandbox.rest import document_list
from sandbox.rest.caller import Caller
from sandbox.rest.document_access import open_document
from sandbox.rest.document_view import public_url, whole
from sandbox.rest.method import Method, Parameters, Run

_PAGES = "api-reference/crm/document-generator/documents/crm-document-generator-document-"


async def get(caller: Caller, parameters: Parameters) -> Any:
    return {"document": whole(caller, open_document(caller, parameters.get("id")))}


async def enable_public_url(caller: Caller, parameters: Parameters) -> Any:
    """`status` is compared loosely with 1: "Y" and "true" turn the link off."""
    document = open_document(caller, parameters.get("id"), modify=True)
    if php.equals_one(parameters.get("status", 1)):
        return {"publicUrl": _enable(caller, document)}
    return {"publicUrl": _disable(caller, document)}


def _enable(caller: Caller, document: Document) -> Any:
    """Within one batch a link that was just turned off is still in PHP's cache, and dead."""
    if document.id in caller.stale_links:
        return caller.stale_links[document.id]
    if document.link is None:
        document.make_public()
        _note(caller, "document.public", document)
    return public_url(caller, document)


def _disable(caller: Caller, document: Document) -> Any:
    if link := document.make_private():
        caller.stale_links[document.id] = link.url(caller.url)
        _note(caller, "document.private", document)
    return public_url(caller, document)


async def delete(caller: Caller, parameters: Parameters) -> Any:
    document = open_document(caller, parameters.get("id"), modify=True)
    document_events.delete(caller.site, document, caller.user.id)
    return None


def _note(caller: Caller, kind: str, document: Document) -> None:
    document.updated_at, document.updated_by = caller.portal.clock.now(), caller.user.id
    link = document.link.url(caller.url) if document.link else None
    caller.portal.journal.add(kind, document=document.id, url=link, user_id=caller.user.id)


def _method(verb: str, page: str, run: Run, parameters: set[str]) -> Method:
    return Method(
        name=f"crm.documentgenerator.document.{verb}",
        page=f"{_PAGES}{page}.html",
        run=run,
        scope=frozenset({"crm"}),
        parameters=frozenset(parameters),
    )


METHODS = (
    _method("list", "list", document_list.documents, {"select", "filter", "order", "start"}),
    _method("get", "get", get, {"id"}),
    _method("enablepublicurl", "enable-public-url", enable_public_url, {"id", "status"}),
    _method("delete", "delete", delete, {"id"}),
)
