"""Templates of documents: they come, change, and are deleted."""

from typing import Any

from sandbox.control.fields import Ask, Field, read
from sandbox.errors import ControlError
from sandbox.templates import Template

_CHANGE = {
    "name": Field(kind=str, default=None),
    "active": Field(kind=bool, default=None),
    "entityTypeId": Field(kind=list, default=None),
    "region": Field(kind=str, default=None),
    "sort": Field(kind=int, default=None),
}
_NEW = _CHANGE | {"name": Field(kind=str)}


async def add(ask: Ask) -> Any:
    given = read(ask.body, _NEW)
    portal = ask.site.portal
    now, id_ = portal.clock.now(), max(portal.templates, default=40) + 2
    template = Template(id=id_, name="", bindings=["2"], created_at=now, updated_at=now)
    _fill(template, given)
    portal.templates[id_] = template
    return as_json(template)


async def change(ask: Ask) -> Any:
    given = read(ask.body, _CHANGE)
    template = _template(ask)
    _fill(template, given)
    template.updated_at = ask.site.portal.clock.now()
    return as_json(template)


async def delete(ask: Ask) -> Any:
    """It is only marked as deleted: its documents go on as they were."""
    template = _template(ask)
    template.deleted, template.updated_at = True, ask.site.portal.clock.now()
    return as_json(template)


def as_json(template: Template) -> dict[str, Any]:
    return {
        "id": template.id,
        "name": template.name,
        "active": template.active,
        "deleted": template.deleted,
        "entityTypeId": template.bindings,
        "region": template.region,
        "sort": template.sort,
    }


def _fill(template: Template, given: dict[str, Any]) -> None:
    own = {"entityTypeId": "bindings"}
    for name, value in given.items():
        if value is not None:
            text = [str(item) for item in value] if isinstance(value, list) else value
            setattr(template, own.get(name, name), text)


def _template(ask: Ask) -> Template:
    template = ask.site.portal.templates.get(ask.path["id"])
    if template is None:
        raise ControlError("No such template", status=404)
    return template
