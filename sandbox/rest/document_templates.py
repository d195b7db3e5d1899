"""crm.documentgenerator.template.list, as far as an app lists templates to choose from."""

from typing import Any

from sandbox import php
from sandbox.errors import RestError
from sandbox.rest.caller import Caller
from sandbox.rest.document_access import needs_view
from sandbox.rest.method import Method, Page, Parameters

_PAGE = "api-reference/crm/document-generator/templates/crm-document-generator-template-list.html"
# Every portal has these two.
_TEMPLATES = {39: "Product demonstration implementation", 41: "Contract"}


async def templates(caller: Caller, parameters: Parameters) -> Any:
    """Keyed by id; filter by id and active only."""
    needs_view(caller)
    wanted = php.array(parameters.get("filter"))
    if unknown := {str(name) for name in wanted} - {"id", "active", "isDeleted", "entityTypeId"}:
        raise RestError(
            "SANDBOX_UNKNOWN_VALUE",
            f"No filter {sorted(unknown)} here: read https://apidocs.bitrix24.com/{_PAGE}",
        )
    ids = [php.to_int(id_) for id_ in php.array(wanted.get("id")).values()] or list(_TEMPLATES)
    rows = {str(id_): _row(id_, name) for id_, name in _TEMPLATES.items() if id_ in ids}
    return Page(result={"templates": rows}, total=len(rows))


def _row(id_: int, name: str) -> dict[str, Any]:
    return {
        "id": str(id_),
        "name": name,
        "region": "en",
        "users": ["UA"],
        "entityTypeId": ["2_category_0"],
    }


METHODS = (
    Method(
        name="crm.documentgenerator.template.list",
        page=_PAGE,
        run=templates,
        scope=frozenset({"crm"}),
        parameters=frozenset({"select", "filter", "order", "start"}),
    ),
)
