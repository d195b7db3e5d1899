"""`linkrobot_enable`: turn a document's public link on and hand it to the workflow."""

from robot.errors import FlowError, RejectedError
from robot.flows import documents, inputs
from robot.flows.documents import Document
from robot.flows.failures import no_link
from robot.flows.flow import Chosen, Flow, LinkChange, Outcome, Run, failed, succeeded
from robot.protocol.answers import Answer
from robot.protocol.items import Item


def publish(run: Run) -> Flow:
    """Enable the public link of the document that the run means."""
    named = run.chosen[0] if run.chosen else inputs.document_id(run.inputs)
    if named:
        yield Chosen((named,))
        looked_up, enabled = yield documents.get_document(named), documents.enable_public_url(named)
        if isinstance(enabled, RejectedError):
            raise enabled
        document = _known(looked_up, named)
    else:
        document = yield from documents.latest(item_of(run), inputs.template_id(run.inputs))
        yield Chosen((document.id,))
        enabled = yield documents.enable_public_url(document.id)
    return _published(document, documents.read_link(enabled), run.item)


def item_of(run: Run) -> Item:
    """The CRM item of a run that names no document."""
    if run.item is None:
        raise FlowError(
            "not_a_crm_item",
            "This is not a CRM item, so it has no documents of its own. Put the document's number "
            "into the robot's field «Document ID».",
        )
    return run.item


def _known(looked_up: Answer | RejectedError, document_id: int) -> Document:
    """What the portal told of the document; its link counts even where it told nothing."""
    document = None if isinstance(looked_up, RejectedError) else documents.read_document(looked_up)
    return document if document and document.id == document_id else Document(id=document_id)


def _published(document: Document, url: str, item: Item | None) -> Outcome:
    if not url:
        error = no_link(document.id)
        change = LinkChange(document_id=document.id, public=True, title=document.title)
        return failed(error.code, error.text, change)
    named = f"{document.id} «{document.title}»" if document.title else str(document.id)
    log = f"The public link of document {named} is on: {url}"
    if item and document.entity_id and not document.belongs_to(item):
        log += f". Note: this document belongs to another CRM item than {item.document_id}."
    return succeeded(
        log,
        LinkChange(document_id=document.id, public=True, url=url, title=document.title),
        public_url=url,
        linked_document_id=str(document.id),
        document_title=document.title,
        document_number=document.number,
    )
