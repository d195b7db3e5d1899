"""Calls about documents, and their answers read strictly.

Facts: wire facts section 10; docs: api-reference/crm/document-generator/documents.
"""

import re
from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from robot.errors import FlowError
from robot.flows.flow import Template
from robot.protocol.answers import Answer, as_int, one_line
from robot.protocol.calls import Call
from robot.protocol.items import Item

_METHOD = "crm.documentgenerator.document"
MAX_TITLE = 200  # characters of a title or number that we keep
_YES = (True, 1, "1", "Y", "true")
_URL = re.compile(r"https?://[!-~]{1,1000}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A generated document of a CRM item."""

    id: int
    title: str = ""
    number: str = ""
    template_id: int | None = None
    entity_type_id: int | None = None
    entity_id: int | None = None
    is_public: bool = False  # never told by a list
    url: str = ""  # of the public link; never told by a list
    has_pdf: bool = False
    failed: bool = False  # no PDF will ever come

    def belongs_to(self, item: Item) -> bool:
        """Whether Bitrix24 says that it is a document of this CRM item."""
        return (self.entity_type_id, self.entity_id) == (item.entity_type_id, item.id)


def get_document(document_id: int) -> Call:
    """One document, with its public link."""
    return Call(f"{_METHOD}.get", {"id": document_id})


def look_for_pdf(document_id: int) -> Call:
    """The same, for a run that waits: whoever has something to do goes first."""
    return replace(get_document(document_id), can_wait=True)


def look_before_change(document_id: int) -> Call:
    """The same, where a change depends on it: earlier runs' changes come first."""
    return replace(get_document(document_id), looks_at=document_id)


def enable_public_url(document_id: int) -> Call:
    """Turn the public link on; turning it on again keeps the same link."""
    return Call(f"{_METHOD}.enablepublicurl", {"id": document_id, "status": 1}, changes=document_id)


def disable_public_url(document_id: int) -> Call:
    """Turn the public link off; the link dies, turning it on again makes another one."""
    return Call(
        f"{_METHOD}.enablepublicurl",
        {"id": document_id, "status": 0},
        changes=document_id,
        hides=True,
    )


def list_documents(item: Item, template_id: int | None, *, start: int = 0) -> Call:
    """Up to 50 documents of an item, newest first. `select` must be `*` for the entity's fields."""
    filters: dict[str, Any] = {"entityTypeId": item.entity_type_id, "entityId": item.id}
    if template_id:
        filters["templateId"] = template_id
    return Call(
        f"{_METHOD}.list",
        {"select": ["*"], "filter": filters, "order": {"id": "DESC"}, "start": start},
        looks_at=item.document_id,
    )


def read_document(answer: Answer) -> Document | None:
    """The document of a `get`; None where the answer is not as documented."""
    result = answer.result
    return _document(result.get("document")) if isinstance(result, dict) else None


def read_link(answer: Answer) -> str:
    """The public link that Bitrix24 answered, or nothing: it is never guessed."""
    result = answer.result
    return _url(result.get("publicUrl") if isinstance(result, dict) else None)


def _url(value: object) -> str:
    return value if isinstance(value, str) and _URL.fullmatch(value) else ""


def latest(
    item: Item, template_id: int | None, templates: Mapping[int, Template]
) -> Generator[Call, Answer, Document]:
    """The newest document of an item.

    Raises:
        FlowError: there is none.
    """
    answer = yield list_documents(item, template_id)
    documents = _page(answer, item, template_id)
    if not documents:
        raise none_found(item, template_id, templates)
    ids = [document.id for document in documents]
    if answer.next and ids != sorted(ids, reverse=True):
        # Some versions drop what they do not know: this page need not hold the newest.
        documents = yield from every(item, template_id)
    return max(documents, key=lambda document: document.id)


def every(item: Item, template_id: int | None) -> Generator[Call, Answer, list[Document]]:
    """All documents of an item, page by page."""
    found: dict[int, Document] = {}
    start: int | None = 0
    while start is not None:
        answer = yield list_documents(item, template_id, start=start)
        found |= {document.id: document for document in _page(answer, item, template_id)}
        start = answer.next if answer.next and answer.next > start else None
    return list(found.values())


def _page(answer: Answer, item: Item, template_id: int | None) -> list[Document]:
    """The documents of one page, each of them really of that item and template."""
    result = answer.result
    rows = result.get("documents") if isinstance(result, dict) else None
    if not isinstance(rows, list):
        raise FlowError("unexpected_answer", "Bitrix24 did not answer with a list of documents.")
    documents = [document for row in rows if (document := _document(row))]
    ours = [
        document
        for document in documents
        if document.belongs_to(item) and template_id in (None, document.template_id)
    ]
    # Some versions drop filters that they do not know; what they answer then is not ours.
    if len(ours) != len(rows):
        raise FlowError(
            "unexpected_answer",
            "Bitrix24 answered with documents that were not asked for; nothing was changed.",
        )
    return ours


def _document(row: object) -> Document | None:
    document_id = as_int(row.get("id")) if isinstance(row, Mapping) else None
    if not isinstance(row, Mapping) or not document_id:
        return None
    return Document(
        id=document_id,
        title=one_line(row.get("title"), MAX_TITLE),
        number=one_line(row.get("number"), MAX_TITLE),
        template_id=as_int(row.get("templateId")),
        entity_type_id=as_int(row.get("entityTypeId")),
        entity_id=as_int(row.get("entityId")),
        is_public=bool(row.get("publicUrl")),
        url=_url(row.get("publicUrl")),
        has_pdf=bool(row.get("pdfUrl")),
        failed=row.get("isTransformationError") in _YES,
    )


def none_found(item: Item, template_id: int | None, templates: Mapping[int, Template]) -> FlowError:
    """The item has no such document; `templates` are those that the portal's robots offer."""
    template = templates.get(template_id) if template_id else None
    named = f"template {template_id}{f' «{template.name}»' if template else ''}"
    if template and template.gone:
        return FlowError(
            "no_document",
            f"{item.document_id} has no document made from {named}, and {named} was deleted. "
            "Choose another template in this robot.",
        )
    narrowed = f" made from {named}" if template_id else ""
    return FlowError(
        "no_document",
        f"{item.document_id} has no document{narrowed}. Create one before this robot, for example "
        "with the rule «Create document».",
    )
