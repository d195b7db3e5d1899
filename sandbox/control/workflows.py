"""Robots on stages, and the workflows that came of them."""

from types import NoneType
from typing import Any

from sandbox.control.fields import Ask, Field, read
from sandbox.errors import ControlError
from sandbox.workflow import builtin
from sandbox.workflow.steps import StagedRobot

_ROBOT = {
    "code": Field(kind=str),
    "name": Field(kind=(str, NoneType), default=None),
    "properties": Field(kind=dict, default={}),
    "use_subscription": Field(kind=(str, NoneType), default=None, choices=("Y", "N", "", None)),
    "timeout_duration": Field(kind=int, default=0),
    "user_id": Field(kind=(int, NoneType), default=None),
}


async def put_stage(ask: Ask) -> Any:
    """Place robots on a stage, in order; workflows that run keep the old ones."""
    robots = read(ask.body, {"robots": Field(kind=list)})["robots"]
    placed = [_robot(ask, about) for about in robots]
    ask.site.portal.place(ask.path["stage"], placed)
    return {"stage": ask.path["stage"], "robots": [robot.name for robot in placed]}


def _robot(ask: Ask, about: Any) -> StagedRobot:
    if not isinstance(about, dict):
        raise ControlError("A robot is an object", known=sorted(_ROBOT))
    given = read(about, _ROBOT)
    known = builtin.PROPERTIES.get(given["code"])
    if known is not None:
        read(given["properties"], {name: Field(kind=object, default=None) for name in known})
    app = ask.site.portal.app
    return StagedRobot(
        code=given["code"],
        name=given["name"] or given["code"],
        properties=dict(given["properties"]),
        use_subscription=given["use_subscription"],
        timeout_duration=given["timeout_duration"],
        user_id=given["user_id"],
        client_id=app.client_id if app else None,
    )


async def all_workflows(ask: Ask) -> Any:
    """All there are, or those of one item such as DEAL_7."""
    read(ask.query, {"item": Field(kind=str, default=None)})
    item = ask.query.get("item")
    return [
        workflow.as_json()
        for workflow in ask.site.portal.workflows.values()
        if item in (None, workflow.item.document_id[-1])
    ]


async def one_workflow(ask: Ask) -> Any:
    workflow = ask.site.portal.workflows.get(ask.path["id"])
    if workflow is None:
        raise ControlError("No such workflow", status=404)
    return workflow.as_json()
