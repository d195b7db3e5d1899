"""What is there, and what happened."""

import time
from dataclasses import asdict
from typing import Any

from sandbox.control import templates
from sandbox.control.fields import Ask
from sandbox.crm import Item
from sandbox.documents import Document
from sandbox.errors import ControlError
from sandbox.portal import App, Portal

LONGEST_WAIT = 60.0  # seconds


async def state(ask: Ask) -> Any:
    """Everything but tokens; the app's secret is here because its form in Bitrix24 shows it."""
    portal = ask.site.portal
    return {
        "portal": _about(portal),
        "users": [asdict(user) for user in portal.users.values()],
        "app": _app(portal.app),
        "robots": [asdict(robot) for robot in portal.robots.values()],
        "events": [asdict(handler) for handler in portal.handlers],
        "items": [_item(item) for item in portal.items.values()],
        "documents": [_document(portal, document) for document in portal.documents.values()],
        "templates": [templates.as_json(template) for template in portal.templates.values()],
        "mails": portal.mails,
        "notifications": [asdict(one) for one in portal.notifications],
        "stages": _stages(portal),
        "faults": [asdict(fault) for fault in [*portal.faults, *ask.site.world.oauth_faults]],
        "bucket": _bucket(portal),
        "operating": portal.operating.all(
            now=portal.clock.now(), window=portal.settings.operating_window
        ),
    }


async def journal(ask: Ask) -> Any:
    """Long poll: `after` the last number seen, or the last -`after` ones; `wait` for news."""
    known = ["after", "wait", "changes"]
    if unknown := set(ask.query) - set(known):
        raise ControlError(f"Unknown fields: {sorted(unknown)}", known=known)
    try:
        after, wait = int(ask.query.get("after", 0)), float(ask.query.get("wait", 0))
        changes = int(ask.query["changes"]) if "changes" in ask.query else None
    except ValueError as error:
        raise ControlError("after, wait and changes are numbers") from error
    journal = ask.site.portal.journal
    return await journal.read(after=after, wait=min(wait, LONGEST_WAIT), changes=changes)


def _about(portal: Portal) -> dict[str, Any]:
    return {
        "url": portal.url,
        "domain": portal.domain,
        "client_endpoint": portal.client_endpoint,
        "member_id": portal.member_id,
        "old_hosts": sorted(portal.old_hosts),
        "deleted": portal.deleted,
        "ahead": portal.clock.ahead,
        "settings": asdict(portal.settings),
        "deliveries": asdict(portal.deliveries),
    }


def _app(app: App | None) -> dict[str, Any] | None:
    if app is None:
        return None
    return asdict(app) | {"scope": ",".join(app.scope), "seen_by": sorted(app.seen_by)}


def _stages(portal: Portal) -> list[dict[str, Any]]:
    """In their order; a stage that only an item stands in has no robots."""
    names = dict.fromkeys([*portal.stages, *(item.stage for item in portal.items.values())])
    return [
        {"name": name, "robots": [asdict(robot) for robot in portal.stages.get(name, [])]}
        for name in names
        if name
    ]


def _item(item: Item) -> dict[str, Any]:
    return {
        "entityTypeId": item.entity_type_id,
        "id": item.id,
        "title": item.title,
        "stage": item.stage,
        "document_id": item.document_id,
        "document_type": item.document_type,
    }


def _document(portal: Portal, document: Document) -> dict[str, Any]:
    return {
        "id": document.id,
        "title": document.title,
        "number": document.number,
        "templateId": document.template_id,
        "entityTypeId": document.entity_type_id,
        "entityId": document.entity_id,
        "pdf_ready": document.is_ready(portal.clock.now()),
        "failed": document.has_failed(portal.clock.now()),
        "ready_in": max(0.0, document.ready_at - portal.clock.now()),
        "public_url": document.link.url(portal.url) if document.link else None,
    }


def _bucket(portal: Portal) -> dict[str, Any]:
    settings = portal.settings
    levels = portal.bucket.levels(now=time.monotonic(), rate=settings.rate)
    return {"rate": settings.rate, "burst": settings.burst, "levels": levels}
