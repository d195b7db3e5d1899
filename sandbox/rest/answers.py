"""bizproc.event.send and bizproc.activity.log: how an app answers. Wire facts 4."""

from typing import Any

from sandbox import php
from sandbox.errors import RestError, RobotError
from sandbox.rest.caller import Caller
from sandbox.rest.method import ANY_ROBOTS, Method, Parameters
from sandbox.workflow import event_token
from sandbox.workflow.steps import State, Status, Step, Workflow

DEFAULT_LOG = "Received application response"
_ROBOT = "api-reference/bizproc/bizproc-robot/"
_ACTIVITY = "api-reference/bizproc/bizproc-activity/"


async def event_send(caller: Caller, parameters: Parameters) -> Any:
    """True is no proof that the values were used, nor an error that they were not."""
    workflow, step, is_current = _addressed(caller, parameters)
    item = workflow.item
    if (item.entity_type_id, item.id) not in caller.portal.items:
        caller.site.engine.terminate(workflow)
        return True
    if not is_current or step.state is not State.WAITING:
        return True
    message = parameters.get("LOG_MESSAGE")
    step.log.append(message if isinstance(message, str) and message else DEFAULT_LOG)
    outputs = _outputs(step, php.array(parameters.get("RETURN_VALUES")))
    try:
        await caller.site.engine.resume(workflow, step, outputs)
    except RobotError as error:
        raise RestError(_code(caller, error.code), error.message) from error
    return True


async def activity_log(caller: Caller, parameters: Parameters) -> Any:
    """Writes into the workflow's log; the step goes on waiting."""
    _, step, is_current = _addressed(caller, parameters)
    message = parameters.get("LOG_MESSAGE")
    if not message:
        raise RestError("ERROR_EMPTY_LOG_MESSAGE", "Empty log message!")
    if is_current and step.state is State.WAITING:
        step.log.append(str(message))
    return True


def _addressed(caller: Caller, parameters: Parameters) -> tuple[Workflow, Step, bool]:
    """The workflow and step of the event token, and whether it is of the step's execution."""
    parts = event_token.open_token(caller.portal.signing_key, parameters.get("EVENT_TOKEN"))
    if parts is None:
        raise RestError("ACCESS_DENIED", "Access denied!", status=403)
    workflow_id, activity_name, secret = parts
    workflow = caller.portal.workflows.get(workflow_id)
    if workflow is None or workflow.status in (Status.COMPLETED, Status.TERMINATED):
        raise _not_found(caller)
    if not workflow.saved and caller.portal.settings.early_answer == "404":
        raise _not_found(caller)
    if not workflow.saved or workflow.locked:
        raise RestError(_code(caller, "423"), "The workflow is hung or being executed")
    step = next(step for step in workflow.steps if step.activity_name == activity_name)
    return workflow, step, step.secret == secret


def _not_found(caller: Caller) -> RestError:
    return RestError(_code(caller, "404"), "The business process is not found.")


def _code(caller: Caller, code: str) -> str | int:
    """Older cores send the exception's code as a number."""
    return int(code) if caller.portal.settings.numeric_codes and code.isdigit() else code


def _outputs(step: Step, values: dict[Any, Any]) -> dict[str, Any]:
    """Names match in any case and are stored as declared; unknown ones are dropped.

    A list is a list however it came, so that form and batch give what JSON gives.
    """
    given = {str(name).upper(): php.shape(value) for name, value in values.items()}
    return {name: given[name.upper()] for name in step.returns if name.upper() in given}


METHODS = (
    Method(
        name="bizproc.event.send",
        page=_ROBOT + "bizproc-event-send.html",
        run=event_send,
        scope=frozenset({"bizproc"}),
        parameters=frozenset({"EVENT_TOKEN", "RETURN_VALUES", "LOG_MESSAGE"}),
        any_case=True,
        features=ANY_ROBOTS,
    ),
    Method(
        name="bizproc.activity.log",
        page=_ACTIVITY + "bizproc-activity-log.html",
        run=activity_log,
        scope=frozenset({"bizproc"}),
        parameters=frozenset({"EVENT_TOKEN", "LOG_MESSAGE"}),
        any_case=True,
        features=frozenset({"bizproc"}),
    ),
)
