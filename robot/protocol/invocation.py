"""The POST that runs a robot. Pure: bytes in, an Invocation out.

Facts: wire facts section 1; docs: api-reference/bizproc/bizproc-robot/bizproc-robot-add.md.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime

from robot.errors import UnreadableError
from robot.protocol.auth import Auth, parse_auth
from robot.protocol.fields import Fields
from robot.protocol.forms import Value, parse_form
from robot.protocol.items import Item, id_string, parse_item

# As bizproc.robot.add takes it; at most 128 characters (wire facts 9.1).
CODE = re.compile(r"[A-Za-z0-9._-]{1,128}")
# About 140 characters were seen; opaque, so any line will do.
EVENT_TOKEN = re.compile(r".{1,1024}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """One call of a robot, as Bitrix24 sent it. Nothing of it is verified."""

    workflow_id: str
    code: str  # the robot's, as registered
    item: Item | None  # None: not a CRM item, or none that we can read
    document_id: str  # its id part as sent, such as DEAL_1188; "" where none was sent
    event_token: str = field(repr=False)  # resumes the waiting workflow; a secret
    properties: dict[str, Value] = field(repr=False)  # the administrator's inputs; {} if none
    wants_reply: bool  # the workflow waits for bizproc.event.send
    timeout: int  # seconds that the workflow waits, at most 5 years; 0: for ever
    sent_at: datetime | None  # on the portal's clock, UTC
    auth: Auth


def parse_invocation(body: bytes) -> Invocation:
    """Read one robot call; whatever Bitrix24 is known to leave out may be missing.

    Raises:
        TooLargeError: over a limit of forms.py.
        UnreadableError: no code, event_token or auth[member_id], or a field of the wrong shape.
    """
    form = Fields(parse_form(body))
    item, document_id = _read_item(form)
    return Invocation(
        workflow_id=form.text("workflow_id"),
        code=form.required("code", CODE),
        item=item,
        document_id=document_id,
        event_token=form.required("event_token", EVENT_TOKEN),
        properties=dict(form.inner("properties").values),
        wants_reply=form.text("use_subscription") == "Y",
        timeout=form.seconds("timeout_duration"),
        sent_at=form.moment("ts"),
        auth=parse_auth(form.inner("auth")),
    )


def _read_item(form: Fields) -> tuple[Item | None, str]:
    """The item and its id as sent.

    What cannot be read is no reason to refuse the call: its workflow waits, and is told.
    """
    document_id = form.values.get("document_id")
    if not document_id:
        return None, ""
    try:
        written = id_string(document_id)
    except UnreadableError:
        return None, ""
    try:
        return parse_item(document_id, form.values.get("document_type")), written
    except UnreadableError:
        return None, written
