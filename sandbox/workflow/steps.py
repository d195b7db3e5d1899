"""Values of a running workflow: what stands on a stage, and what became of it."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sandbox.crm import Item


class State(StrEnum):
    """Of a step."""

    PENDING = "pending"
    WAITING = "waiting"
    CLOSED = "closed"
    TIMEOUT = "timeout"


class Status(StrEnum):
    """Of a workflow."""

    RUNNING = "running"
    WAITING = "waiting"
    COMPLETED = "completed"
    TERMINATED = "terminated"


@dataclass(frozen=True, slots=True, kw_only=True)
class StagedRobot:
    """A robot as an administrator placed it on a stage."""

    code: str
    name: str  # other robots refer to its outputs by this name
    properties: dict[str, Any]
    use_subscription: str | None  # None: as registered
    timeout_duration: int  # seconds, 0 is none
    user_id: int | None  # "Run as"; None: as registered
    client_id: str | None  # the app whose robot was placed; None: whichever has the code


@dataclass(slots=True, kw_only=True)
class Step:
    """One robot within one workflow."""

    robot: StagedRobot
    activity_name: str
    state: State = State.PENDING
    outputs: dict[str, Any] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    secret: str = ""  # the random part of the event token of this execution
    returns: list[str] = field(default_factory=list)  # names of RETURN_PROPERTIES
    call: "RobotCall | None" = None

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.robot.name,
            "code": self.robot.code,
            "state": self.state.value,
            "outputs": self.outputs,
            "log": self.log,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotCall:
    """The POST that runs a robot, before the queue server puts tokens into it."""

    handler: str
    fields: dict[str, Any]
    code: str
    document_id: list[str]
    user_id: int  # 0: no user resolves, so no token can be minted


@dataclass(slots=True, kw_only=True)
class Workflow:
    """The robots of a stage at work on one item."""

    id: str
    item: Item
    steps: list[Step]
    stage: str = ""
    position: int = 0
    status: Status = Status.RUNNING
    saved: bool = False  # the row is first written when the first pass ends
    locked: bool = False  # a pass is under way or not yet saved

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "document_id": self.item.document_id,
            "stage": self.stage,
            "status": self.status.value,
            "steps": [step.as_json() for step in self.steps],
        }
