"""Documents of CRM items: they come, change, and go."""

from typing import Any

from sandbox import document_events
from sandbox.control.crm import find_item
from sandbox.control.fields import NUMBER, Ask, Field, read
from sandbox.documents import Document
from sandbox.errors import ControlError
from sandbox.workflow import builtin

_NEW = {
    "entityTypeId": Field(kind=int),
    "entityId": Field(kind=int),
    "title": Field(kind=str, default=""),
    "number": Field(kind=str, default=""),
    "templateId": Field(kind=int, default=0),
    "ready_in": Field(kind=NUMBER, default=0),
    "fails": Field(kind=bool, default=False),
    "public": Field(kind=bool, default=False),
    "module": Field(kind=str, default="crm"),
}
_CHANGE = {
    "title": Field(kind=str, default=None),
    "ready_in": Field(kind=NUMBER, default=None),
    "fails": Field(kind=bool, default=None),
    "public": Field(kind=bool, default=None),
}


async def add(ask: Ask) -> Any:
    given = read(ask.body, _NEW)
    item = find_item(ask, (given["entityTypeId"], given["entityId"]))
    document = builtin.add_document(
        ask.site.portal,
        entity=(item.entity_type_id, item.id),
        title=given["title"],
        number=given["number"],
        template_id=given["templateId"],
        ready_in=given["ready_in"],
    )
    document.module, document.fails = given["module"], given["fails"]
    link = document.make_public() if given["public"] else None
    return {"id": document.id, "public_url": link.url(ask.site.portal.url) if link else None}


async def change(ask: Ask) -> Any:
    """User 1 renames it, or turns its link on or off; its conversion takes another course."""
    given = read(ask.body, _CHANGE)
    document, now = _document(ask), ask.site.portal.clock.now()
    if given["title"] is not None:
        document.title, document.updated_at, document.updated_by = given["title"], now, 1
    if given["ready_in"] is not None:
        document.ready_at = now + given["ready_in"]
    if given["fails"] is not None:
        document.fails = given["fails"]
    if given["public"] is not None and given["public"] is not bool(document.link):
        _publish(ask, document, public=given["public"])
    return {
        "id": document.id,
        "title": document.title,
        "pdf_ready": document.is_ready(now),
        "failed": document.has_failed(now),
    }


def _publish(ask: Ask, document: Document, *, public: bool) -> None:
    portal = ask.site.portal
    if public:
        document.make_public()
    else:
        document.make_private()
    document.updated_at, document.updated_by = portal.clock.now(), 1
    portal.journal.add(
        "document.public" if public else "document.private",
        document=document.id,
        url=document.link.url(portal.url) if document.link else None,
        user_id=1,
        by_hand=True,
    )


async def delete(ask: Ask) -> Any:
    """By hand, or by what has no user: then the event brings no tokens."""
    user_id = read(ask.body, {"user_id": Field(kind=(int, type(None)), default=1)})["user_id"]
    document_events.delete(ask.site, _document(ask), user_id)
    return {"deleted": True}


def _document(ask: Ask) -> Document:
    document = ask.site.portal.documents.get(ask.path["id"])
    if document is None:
        raise ControlError("No such document", status=404)
    return document
