"""What shall go wrong: faults, and what the queue does to deliveries."""

from dataclasses import asdict
from typing import Any

from sandbox.control.fields import NUMBER, Ask, Field, read
from sandbox.errors import ControlError
from sandbox.faults import Fault
from sandbox.workflow.steps import RobotCall

_KINDS = {
    "rest": ("error", "slow", "omit", "drop_before", "drop_after", "html", "cut", "status"),
    "oauth": ("error", "slow", "drop_before", "drop_after", "html", "cut", "status"),
    "delivery": ("slow", "drop_before"),
}
_FAULT = {
    "target": Field(kind=str, choices=tuple(_KINDS)),
    "method": Field(kind=(str, type(None)), default=None),
    "kind": Field(kind=str),
    "times": Field(kind=(int, type(None)), default=None),
    "error": Field(kind=str, default="INTERNAL_SERVER_ERROR"),
    "description": Field(kind=str, default="Internal server error"),
    "status": Field(kind=int, default=500),
    "seconds": Field(kind=NUMBER, default=1.0),
    "user_id": Field(kind=(int, type(None)), default=None),
}


async def add_fault(ask: Ask) -> Any:
    """Faults of the authorization server concern all portals."""
    given = read(ask.body, _FAULT)
    if given["kind"] not in _KINDS[given["target"]]:
        raise ControlError(f"{given['target']} has other kinds", known=_KINDS[given["target"]])
    world = ask.site.world
    fault = Fault(**given)
    (world.oauth_faults if fault.target == "oauth" else ask.site.portal.faults).append(fault)
    return asdict(fault)


async def delete_faults(ask: Ask) -> Any:
    ask.site.portal.faults.clear()
    ask.site.world.oauth_faults.clear()
    return {"faults": []}


async def delete_fault(ask: Ask) -> Any:
    """Take one away; that it is gone already is no error."""
    for faults in (ask.site.portal.faults, ask.site.world.oauth_faults):
        faults[:] = [fault for fault in faults if fault.id != ask.path["id"]]
    return {"deleted": True}


async def deliveries(ask: Ask) -> Any:
    """How the queue server treats calls from now on; what is not named stays."""
    settings = ask.site.portal.deliveries
    given = read(
        ask.body,
        {
            "delay": Field(kind=NUMBER, default=settings.delay),
            "reorder": Field(kind=bool, default=settings.reorder),
            "duplicate": Field(kind=bool, default=settings.duplicate),
            "lose": Field(kind=int, default=settings.lose),
        },
    )
    for name, value in given.items():
        setattr(settings, name, value)
    return asdict(settings)


async def deliver_again(ask: Ask) -> Any:
    """The call of a step once more, with the same event token; by default the last one."""
    given = read(
        ask.body,
        {"workflow_id": Field(kind=str), "step": Field(kind=str, default=None)},
    )
    call = _call(ask, given["workflow_id"], given["step"])
    ask.site.engine.queue.again(call)
    return {"code": call.code}


def _call(ask: Ask, workflow_id: str, name: str | None) -> RobotCall:
    workflow = ask.site.portal.workflows.get(workflow_id)
    if workflow is None:
        raise ControlError("No such workflow", status=404)
    steps = [step for step in workflow.steps if name in (None, step.robot.name)]
    calls = [step.call for step in steps if step.call]
    if not calls:
        raise ControlError("No such step was called", status=404)
    return calls[-1]
