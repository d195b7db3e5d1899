"""Items of the CRM, and items that move."""

from typing import Any

from sandbox.control.fields import Ask, Field, read
from sandbox.crm import Item, is_known_type
from sandbox.errors import ControlError


async def add_item(ask: Ask) -> Any:
    given = read(
        ask.body,
        {
            "entityTypeId": Field(kind=int, default=2),
            "title": Field(kind=str, default="Deal"),
        },
    )
    if not is_known_type(given["entityTypeId"]):
        raise ControlError("entityTypeId is none of wire facts section 2")
    portal = ask.site.portal
    portal.last_item_id += 1
    item = Item(entity_type_id=given["entityTypeId"], id=portal.last_item_id, title=given["title"])
    portal.items[item.entity_type_id, item.id] = item
    return {"id": item.id, "document_id": item.document_id, "document_type": item.document_type}


async def delete_item(ask: Ask) -> Any:
    item = find_item(ask, (ask.path["type"], ask.path["id"]))
    del ask.site.portal.items[item.entity_type_id, item.id]
    return {"deleted": True}


async def move_item(ask: Ask) -> Any:
    """To a stage, whose robots start a workflow; None where the stage has none."""
    stage = read(ask.body, {"stage": Field(kind=str)})["stage"]
    item = find_item(ask, (ask.path["type"], ask.path["id"]))
    return {"workflow_id": _move(ask, item, stage)}


async def move_many(ask: Ask) -> Any:
    given = read(ask.body, {"stage": Field(kind=str), "items": Field(kind=list)})
    try:
        keys = [(int(type_), int(id_)) for type_, id_ in given["items"]]
    except (TypeError, ValueError) as error:
        raise ControlError("items is a list of [entityTypeId, id]") from error
    items = [find_item(ask, key) for key in keys]
    return {"workflow_ids": [_move(ask, item, given["stage"]) for item in items]}


def _move(ask: Ask, item: Item, stage: str) -> str | None:
    item.stage = stage
    robots = ask.site.portal.stages.get(stage)
    if not robots:
        ask.site.portal.journal.add(
            "item.moved", document_id=item.document_id, stage=stage, workflow_id=None
        )
        return None
    return ask.site.engine.start(item, robots).id


def find_item(ask: Ask, key: tuple[int, int]) -> Item:
    item = ask.site.portal.items.get(key)
    if item is None:
        raise ControlError(f"No item {key[0]}/{key[1]}", status=404)
    return item
