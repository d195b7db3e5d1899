"""crm.documentgenerator.document.list: filter, order, pages. Wire facts 10.3."""

import re
from collections.abc import Callable
from typing import Any

from sandbox import php
from sandbox.documents import Document
from sandbox.errors import RestError
from sandbox.rest.caller import Caller
from sandbox.rest.clock import iso
from sandbox.rest.document_access import can_read_crm, needs_view
from sandbox.rest.document_view import in_list
from sandbox.rest.method import Page, Parameters

PAGE = 50  # rows
_ADDRESS = (
    "https://apidocs.bitrix24.com/api-reference/crm/document-generator/documents/"
    "crm-document-generator-document-list.html"
)
_KEY = re.compile(r"(>=|<=|!@|!=|>|<|@|!|=)?(\w+)\Z")

_FIELDS: dict[str, Callable[[Document], Any]] = {
    "id": lambda document: document.id,
    "ID": lambda document: document.id,  # as b24pysdk's as_list_fast of the page's example
    "title": lambda document: document.title,
    "number": lambda document: document.number,
    "templateId": lambda document: document.template_id,
    "createTime": lambda document: iso(document.created_at),
    "updateTime": lambda document: iso(document.updated_at),
    "createdBy": lambda document: document.created_by,
    "updatedBy": lambda document: document.updated_by or 0,
    "entityTypeId": lambda document: document.entity_type_id,
    "entityId": lambda document: document.entity_id,
}
_ITEM_FIELDS = ("entityTypeId", "entityId")


async def documents(caller: Caller, parameters: Parameters) -> Any:
    needs_view(caller)
    if not can_read_crm(caller.user):
        raise RestError("ACCESS_DENIED", "Access denied")
    found = [document for document in caller.portal.documents.values() if document.module == "crm"]
    for name, value in php.array(parameters.get("filter")).items():
        found = [document for document in found if _matches(caller, document, str(name), value)]
    _sort(found, php.array(parameters.get("order")))
    start = php.to_int(parameters.get("start"))
    rows = found[max(start, 0) :][:PAGE]
    select = _select(caller, php.array(parameters.get("select")))
    result = {"documents": [_row(caller, document, select) for document in rows]}
    if start < 0:  # -1 skips counting
        return Page(result=result)
    more = start + PAGE < len(found)
    return Page(result=result, total=len(found), next=start + PAGE if more else None)


def _matches(caller: Caller, document: Document, name: str, value: Any) -> bool:
    found = _KEY.match(name)
    operator, field = (found.group(1) or "=", found.group(2)) if found else ("", "")
    if field not in _FIELDS:
        raise RestError("SANDBOX_UNKNOWN_VALUE", f"No filter {name} here: read {_ADDRESS}")
    if field in _ITEM_FIELDS and operator != "=":
        return True  # dropped without a word
    if field == "entityTypeId" and not str(value).isdigit():
        raise RestError("INVALID_ARG_VALUE", f"Invalid value of {name}")
    return _compare(operator, _FIELDS[field](document), value)


def _compare(operator: str, own: Any, value: Any) -> bool:
    among = [_like(own, item) for item in php.array(value).values()]
    if operator in ("@", "!@"):
        return (own in among) == (operator == "@")
    if operator in ("=", "!=", "!"):  # an array means any of it
        return (own in among) == (operator == "=")
    other = _like(own, value)
    return bool(
        {">": own > other, ">=": own >= other, "<": own < other, "<=": own <= other}[operator]
    )


def _like(own: Any, value: Any) -> Any:
    return php.to_int(value) if isinstance(own, int) else str(value)


def _sort(found: list[Document], order: dict[Any, Any]) -> None:
    for name, direction in reversed(list(order.items())):
        if str(name) not in _FIELDS or str(name) in _ITEM_FIELDS:
            raise RestError("SANDBOX_UNKNOWN_VALUE", f"No order by {name} here: read {_ADDRESS}")
        found.sort(key=_FIELDS[str(name)], reverse=str(direction).upper() == "DESC")


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
