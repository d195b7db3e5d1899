"""The POST that runs a robot, as the portal queues it: wire facts 1.2, 1.3."""

from typing import Any

from sandbox.portal import Portal, Robot
from sandbox.workflow import event_token
from sandbox.workflow.property_values import property_values
from sandbox.workflow.steps import RobotCall, Step, Workflow

TIMEOUT_LIMIT = 5 * 365 * 86400  # seconds: five years


def use_subscription(robot: Robot, step: Step) -> str:
    """What the placed robot says; only "Y" waits (wire facts 9.1)."""
    chosen = step.robot.use_subscription
    return str(robot.fields.get("USE_SUBSCRIPTION") or "") if chosen is None else chosen


def prepare(portal: Portal, workflow: Workflow, step: Step, robot: Robot) -> RobotCall:
    """Make this execution's event token and all fields but `auth`."""
    step.secret = event_token.new_secret()
    step.returns = list(robot.declared("RETURN_PROPERTIES"))
    token = event_token.sign(portal.signing_key, workflow.id, step.activity_name, step.secret)
    fields = {
        "workflow_id": workflow.id,
        "code": robot.code,
        "document_id": workflow.item.document_id,
        "document_type": workflow.item.document_type,
        "event_token": token,
        "properties": property_values(workflow, step, robot),
        "use_subscription": use_subscription(robot, step),
        "timeout_duration": min(step.robot.timeout_duration, TIMEOUT_LIMIT),
        "ts": int(portal.clock.now()),
    }
    user_id = step.robot.user_id
    return RobotCall(
        handler=str(robot.fields["HANDLER"]),
        fields=_as_portal_sends(portal, fields),
        code=robot.code,
        document_id=workflow.item.document_id,
        user_id=robot.auth_user_id if user_id is None else user_id,
    )


def _as_portal_sends(portal: Portal, fields: dict[str, Any]) -> dict[str, Any]:
    """The variants that live portals were seen to send."""
    if not portal.settings.send_document_type:
        del fields["document_type"]
    if portal.settings.use_subscription == "blank":
        fields["use_subscription"] = ""
    elif portal.settings.use_subscription == "absent":
        del fields["use_subscription"]
    return fields
