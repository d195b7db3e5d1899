"""Robots that the portal itself has: mail, throw, create_document."""

from collections.abc import Callable
from typing import Any

from sandbox.documents import Document
from sandbox.errors import RobotError
from sandbox.portal import Portal
from sandbox.workflow.expressions import as_text, fill
from sandbox.workflow.steps import Step, Workflow

Run = Callable[[Portal, Workflow, dict[str, Any]], dict[str, Any]]

# What a property list of each robot may hold; the control plane refuses all else.
PROPERTIES = {
    "mail": {"to", "subject", "text"},
    "throw": {"message", "code"},
    "create_document": {"title", "template_id", "number", "ready_in", "public"},
}


def run(portal: Portal, workflow: Workflow, step: Step) -> None:
    """Do the robot's work at once and keep what it returns."""
    properties = {name: fill(workflow, value) for name, value in step.robot.properties.items()}
    step.outputs = _ROBOTS[step.robot.code](portal, workflow, properties)


def _mail(portal: Portal, workflow: Workflow, properties: dict[str, Any]) -> dict[str, Any]:
    mail = {name: as_text(properties.get(name)) for name in ("to", "subject", "text")}
    portal.mails.append(mail | {"workflow_id": workflow.id})
    portal.journal.add("mail.sent", workflow_id=workflow.id, **mail)
    return {}


def _throw(portal: Portal, workflow: Workflow, properties: dict[str, Any]) -> dict[str, Any]:
    message = as_text(properties.get("message")) or "The robot threw"
    raise RobotError(message, as_text(properties.get("code")) or "0")


def _create_document(
    portal: Portal, workflow: Workflow, properties: dict[str, Any]
) -> dict[str, Any]:
    """Bitrix24's own robot: no access checks, public only where its option says so."""
    document = add_document(
        portal,
        entity=(workflow.item.entity_type_id, workflow.item.id),
        title=as_text(properties.get("title")),
        number=as_text(properties.get("number")),
        template_id=int(properties.get("template_id") or 0),
        ready_in=float(properties.get("ready_in") or 0),
    )
    link = document.make_public() if properties.get("public") == "Y" else None
    return {
        "DocumentId": document.id,
        "DocumentUrl": link.url(portal.url) if link else "",
        "DocumentNumber": document.number,
    }


_ROBOTS: dict[str, Run] = {
    "mail": _mail,
    "throw": _throw,
    "create_document": _create_document,
}


def add_document(
    portal: Portal,
    *,
    entity: tuple[int, int],
    title: str,
    number: str,
    template_id: int,
    ready_in: float,
) -> Document:
    """A new document of a CRM item; its PDF comes `ready_in` seconds later."""
    portal.last_document_id += 1
    now = portal.clock.now()
    document = Document(
        id=portal.last_document_id,
        title=title or f"Document {portal.last_document_id}",
        number=number or f"2026-{portal.last_document_id:03}",
        template_id=template_id or 39,
        entity_type_id=entity[0],
        entity_id=entity[1],
        created_by=1,
        created_at=now,
        updated_at=now,
        ready_at=now + ready_in,
    )
    portal.documents[document.id] = document
    return document
