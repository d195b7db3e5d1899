"""What the portal tells apps about documents, over the queue.

https://apidocs.bitrix24.com/api-reference/crm/document-generator/documents/events/ and
https://apidocs.bitrix24.com/api-reference/events/.
"""

from typing import Any

from sandbox.documents import Document
from sandbox.messages import event_auth
from sandbox.portal import App, EventHandler
from sandbox.site import Site

DELETED = "ONCRMDOCUMENTGENERATORDOCUMENTDELETE"


def delete(site: Site, document: Document, user_id: int | None) -> None:
    """Remove a document and tell all who asked to be told; None: no user did it.

    A document that is left when its CRM item goes is not deleted, so nothing is told then.
    """
    del site.portal.documents[document.id]
    app = site.portal.app
    if app is None or not app.installed:
        return  # no event fires before the installation is finished
    for handler in site.portal.handlers:
        if handler.event == DELETED:
            event = _event(site, app, handler, document, user_id)
            site.world.courier.spawn(_send(site, handler, event))


def _event(
    site: Site, app: App, handler: EventHandler, document: Document, user_id: int | None
) -> dict[str, Any]:
    fields = {
        "ID": document.id,
        "ENTITY_TYPE_ID": document.entity_type_id,
        "ENTITY_ID": document.entity_id,
    }
    fixed = int(handler.auth_type)  # 0: whoever did it
    return {
        "event": handler.event,
        "event_handler_id": handler.id,
        "data": {"FIELDS": fields},
        "ts": int(site.portal.clock.now()),
        "auth": event_auth(site.world, site.portal, app, fixed or user_id),
    }


async def _send(site: Site, handler: EventHandler, event: dict[str, Any]) -> None:
    """Once, whatever the handler answers."""
    reply = await site.world.courier.post(handler.handler, event)
    document = event["data"]["FIELDS"]["ID"]
    site.portal.journal.add(
        "event.sent", name=handler.event, status=reply.status, document=document
    )
