"""crm.item.list: CRM items by number or by words of their title.

https://apidocs.bitrix24.com/api-reference/crm/universal/crm-item-list.html; which types it knows:
api-reference/crm/universal/index.html.
"""

from collections.abc import Callable
from typing import Any

from sandbox import php
from sandbox.crm import FIRST_SMART_PROCESS, Item
from sandbox.errors import RestError
from sandbox.rest import lists
from sandbox.rest.caller import Caller
from sandbox.rest.document_access import can_read_crm
from sandbox.rest.method import Method, Parameters

_PAGE = "api-reference/crm/universal/crm-item-list.html"
_UNIVERSAL = frozenset({1, 2, 3, 4, 7, 31, 36})  # and smart processes
_FIELDS: dict[str, Callable[[Item], Any]] = {
    "id": lambda item: item.id,
    "title": lambda item: item.title,
    "stageId": lambda item: item.stage,
}


async def items(caller: Caller, parameters: Parameters) -> Any:
    """Those that the user may read; a filter with `%` looks inside of a text."""
    kind = php.to_int(parameters.get("entityTypeId"))
    if kind not in _UNIVERSAL and kind < FIRST_SMART_PROCESS:
        raise RestError("NOT_FOUND", "Smart process not found")
    found = [item for item in caller.portal.items.values() if item.entity_type_id == kind]
    if not can_read_crm(caller.user):
        found = []
    for name, value in php.array(parameters.get("filter")).items():
        fits = _fits(str(name), value)
        found = [item for item in found if fits(item)]
    lists.sort(found, parameters.get("order"), _FIELDS, _PAGE)
    names = [str(name) for name in php.array(parameters.get("select")).values()] or ["*"]

    def shape(rows: list[Item]) -> Any:
        return {"items": [_row(item, names) for item in rows]}

    return lists.cut(found, parameters.get("start"), shape)


def _fits(name: str, value: Any) -> Callable[[Item], bool]:
    if name == "%title":
        return lambda item: str(value).casefold() in item.title.casefold()
    operator, field = lists.operator_and_field(name)
    if field not in _FIELDS:
        raise RestError(
            "INVALID_ARG_VALUE", f"Invalid filter: field '{name}' is not allowed in filter"
        )
    return lambda item: lists.compare(operator, _FIELDS[field](item), value)


def _row(item: Item, names: list[str]) -> dict[str, Any]:
    row = {name: value(item) for name, value in _FIELDS.items()}
    return row if "*" in names else {name: row[name] for name in row if name in names}


METHODS = (
    Method(
        name="crm.item.list",
        page=_PAGE,
        run=items,
        scope=frozenset({"crm"}),
        parameters=frozenset(
            {"entityTypeId", "select", "filter", "order", "start", "useOriginalUfNames"}
        ),
    ),
)
