"""crm.documentgenerator.template.list and get.

https://apidocs.bitrix24.com/api-reference/crm/document-generator/templates/ and the
controllers of the modules crm and documentgenerator, which say what a filter means.
"""

from collections.abc import Callable
from typing import Any

from sandbox import php
from sandbox.errors import RestError
from sandbox.rest import lists
from sandbox.rest.caller import Caller
from sandbox.rest.clock import iso
from sandbox.rest.method import Method, Parameters, Run
from sandbox.templates import Template

_PAGES = "api-reference/crm/document-generator/templates/crm-document-generator-template-"
_LIST_PAGE = f"{_PAGES}list.html"
_NUMERATOR = 49  # of all templates here

# Names that select, filter and order know, with their values as they are compared.
_FIELDS: dict[str, Callable[[Template], Any]] = {
    "id": lambda template: template.id,
    "name": lambda template: template.name,
    "region": lambda template: template.region,
    "code": lambda template: template.code or "",
    "active": lambda template: _flag(template.active),
    "moduleId": lambda template: "crm",
    "numeratorId": lambda template: _NUMERATOR,
    "withStamps": lambda template: "N",
    "isDeleted": lambda template: _flag(template.deleted),
    "sort": lambda template: template.sort,
    "createTime": lambda template: iso(template.created_at),
    "updateTime": lambda template: iso(template.updated_at),
}

_FLAGS = frozenset({"active", "withStamps", "isDeleted"})


async def templates(caller: Caller, parameters: Parameters) -> Any:
    """Keyed by id; deleted ones only where the filter asks for them."""
    _needs_role(caller)
    wanted = {str(name): value for name, value in php.array(parameters.get("filter")).items()}
    if not {"isDeleted", "@isDeleted", "!isDeleted"} & set(wanted):
        wanted["isDeleted"] = "N"
    found = list(caller.portal.templates.values())
    for name, value in wanted.items():
        found = [template for template in found if _matches(template, name, value)]
    lists.sort(found, parameters.get("order"), _FIELDS, _LIST_PAGE)
    select = _select(php.array(parameters.get("select")))

    def shape(rows: list[Template]) -> Any:
        return {"templates": {str(row.id): _row(caller, row, select) for row in rows}}

    return lists.cut(found, parameters.get("start"), shape)


def _matches(template: Template, name: str, value: Any) -> bool:
    """`moduleId` is always crm, whatever is asked; an entity type is a binding, as written."""
    operator, field = lists.operator_and_field(name)
    if field == "entityTypeId":
        asked = {str(type_) for type_ in php.array(value).values()}
        return operator != "=" or not asked.isdisjoint(template.bindings)
    if field not in _FIELDS:
        raise lists.unknown(f"No filter {name} here", _LIST_PAGE)
    asked = _as_flag(value) if field in _FLAGS else value
    return field == "moduleId" or lists.compare(operator, _FIELDS[field](template), asked)


def _as_flag(value: Any) -> Any:
    """What the ORM makes of true, 1 and "1": `Y`; letters stay as they are."""
    if isinstance(value, (list, dict)):
        return [_as_flag(item) for item in php.array(value).values()]
    return _flag(bool(int(value))) if value in (0, 1, "0", "1") else value


def _select(select: dict[Any, Any]) -> set[str]:
    """`*` is all fields of the template itself: without its entity types and users."""
    names = {str(name) for name in select.values()} or {"*"}
    if strangers := names - {"*", "entityTypeId", "users", *_FIELDS}:
        raise lists.unknown(f"No field {sorted(strangers)} here", _LIST_PAGE)
    return names | (set(_FIELDS) if "*" in names else set()) | {"id"}


async def get(caller: Caller, parameters: Parameters) -> Any:
    _needs_role(caller)
    template = caller.portal.templates.get(php.to_int(parameters.get("id")))
    if template is None:
        raise RestError("0", "Template not found")
    row = _row(caller, template, {"entityTypeId", *_FIELDS})
    return {"template": row | {"users": {"UA": "UA"}}}


def _row(caller: Caller, template: Template, select: set[str]) -> dict[str, Any]:
    row: dict[str, Any] = {name: str(value(template)) for name, value in _FIELDS.items()}
    row["code"] = template.code
    row |= {"users": ["UA"], "entityTypeId": template.bindings}
    ajax = "/bitrix/services/main/ajax.php?action=crm.documentgenerator.template.download"
    rest = f"/rest/crm.documentgenerator.template.download.json?auth={caller.access_token}"
    return {name: row[name] for name in row if name in select} | {
        "download": f"{caller.url}{ajax}&SITE_ID=s1&id={template.id}",
        "downloadMachine": f"{caller.url}{rest}&id={template.id}",
    }


def _flag(is_on: bool) -> str:
    return "Y" if is_on else "N"


def _needs_role(caller: Caller) -> None:
    """The role that may modify templates; administrators and small plans need none."""
    if caller.user.extranet:
        raise RestError("allowed_only_intranet_user", "")
    roles = caller.portal.settings.document_permissions
    if roles and not caller.user.admin and not caller.user.templates:
        raise RestError("", "You do not have permissions to modify templates")


def _method(verb: str, run: Run, parameters: set[str]) -> Method:
    return Method(
        name=f"crm.documentgenerator.template.{verb}",
        page=f"{_PAGES}{verb}.html",
        run=run,
        scope=frozenset({"crm"}),
        parameters=frozenset(parameters),
    )


METHODS = (
    _method("list", templates, {"select", "filter", "order", "start"}),
    _method("get", get, {"id"}),
)
