"""crm.documentgenerator.document.list. Wire facts 10.3."""

from collections.abc import Callable
from typing import Any

from sandbox import php
from sandbox.documents import Document
from sandbox.errors import RestError
from sandbox.rest import lists
from sandbox.rest.caller import Caller
from sandbox.rest.clock import iso
from sandbox.rest.document_access import can_read_crm, needs_view
from sandbox.rest.document_view import in_list
from sandbox.rest.method import Parameters

_PAGE = "api-reference/crm/document-generator/documents/crm-document-generator-document-list.html"

_ORDER: dict[str, Callable[[Document], Any]] = {
    "id": lambda document: document.id,
    "ID": lambda document: document.id,  # as b24pysdk's as_list_fast of the page's example
    "title": lambda document: document.title,
    "number": lambda document: document.number,
    "templateId": lambda document: document.template_id,
    "createTime": lambda document: iso(document.created_at),
    "updateTime": lambda document: iso(document.updated_at),
    "createdBy": lambda document: document.created_by,
    "updatedBy": lambda document: document.updated_by or 0,
}
_ITEM_FIELDS: dict[str, Callable[[Document], Any]] = {
    "entityTypeId": lambda document: document.entity_type_id,
    "entityId": lambda document: document.entity_id,
}
_FILTER = _ORDER | _ITEM_FIELDS


async def documents(caller: Caller, parameters: Parameters) -> Any:
    needs_view(caller)
    if not can_read_crm(caller.user):
        raise RestError("ACCESS_DENIED", "Access denied")
    found = [document for document in caller.portal.documents.values() if document.module == "crm"]
    for name, value in php.array(parameters.get("filter")).items():
        found = [document for document in found if _matches(document, str(name), value)]
    lists.sort(found, parameters.get("order"), _ORDER, _PAGE)
    select = _select(caller, php.array(parameters.get("select")))

    def shape(rows: list[Document]) -> Any:
        return {"documents": [_row(caller, document, select) for document in rows]}

    return lists.cut(found, parameters.get("start"), shape)


def _matches(document: Document, name: str, value: Any) -> bool:
    operator, field = lists.operator_and_field(name)
    if field not in _FILTER:
        raise lists.unknown(f"No filter {name} here", _PAGE)
    if field in _ITEM_FIELDS and operator != "=":
        return True  # dropped without a word
    if field == "entityTypeId" and not str(value).isdigit():
        raise RestError("INVALID_ARG_VALUE", f"Invalid value of {name}")
    return lists.compare(operator, _FILTER[field](document), value)


def _select(caller: Caller, select: dict[Any, Any]) -> set[str]:
    names = {str(name) for name in select.values()} or {"*"}
    if "entityTypeId" in names and caller.portal.settings.list_core == "docs":
        raise RestError(
            "100",
            "Unknown field definition ENTITY_TYPE_ID (ENTITY_TYPE_ID) for "
            r"\Bitrix\DocumentGenerator\Model\Document Entity",
        )
    return names


def _row(caller: Caller, document: Document, select: set[str]) -> dict[str, Any]:
    row = in_list(caller, document)
    return row if "*" in select else {name: row[name] for name in row if name in select}
