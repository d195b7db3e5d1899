"""Look whether the app can do its work at a portal. It asks, and changes nothing there.

Its outputs are what was seen, for `robot/work/checks/portal.py` to judge: `<look>` as read, or
`<look>_error` and `<look>_words` where Bitrix24 refused to tell.
"""

from collections.abc import Mapping
from dataclasses import replace

from robot.errors import RejectedError
from robot.flows.binding import bound_events
from robot.flows.failures import explain, words_of
from robot.flows.flow import Flow, Result, Run, succeeded
from robot.protocol.answers import Answer
from robot.protocol.calls import RENEW, Call
from robot.protocol.oauth import UNANSWERED

RENEWAL = "renewal"
SCOPES, ADMIN, ROBOTS, EVENTS = "scopes", "admin", "robots", "events"
ACTIVITIES = "activities"  # of the workflow designer, which not every plan has
# Where a plan lacks a feature, its methods do not exist (wire facts section 11).
METHODS: Mapping[str, str] = {
    "adding": "bizproc.robot.add",
    "sending": "bizproc.event.send",
    "enabling": "crm.documentgenerator.document.enablepublicurl",
}
LOOKS: Mapping[str, Call] = {
    SCOPES: Call("scope", {}),
    ADMIN: Call("user.admin", {}),
    ROBOTS: Call("bizproc.robot.list", {}),
    ACTIVITIES: Call("bizproc.activity.list", {}),
    EVENTS: Call("event.get", {}),
    **{look: Call("method.get", {"name": method}) for look, method in METHODS.items()},
}
YES, NO = "Y", "N"


def check(run: Run) -> Flow:
    """Renew the administrator's access once, then ask what it may do there.

    Input of the run: `events`, the URL at which we want the portal's events.
    """
    seen = {}
    try:
        yield RENEW
    except RejectedError as error:
        seen = _refusal(RENEWAL, error)
    results = yield tuple(LOOKS.values())
    for look, result in zip(LOOKS, results, strict=True):
        seen |= _seen(look, result, run.inputs["events"])
    looked = succeeded("The portal was looked at.")
    return replace(looked, outputs={**looked.outputs, **seen})


def _seen(look: str, result: Result, handler: str) -> dict[str, str]:
    if isinstance(result, RejectedError):
        return _refusal(look, result)
    return {look: _read(look, result, handler)}


def _read(look: str, answer: Answer, handler: str) -> str:
    if look == EVENTS:
        return ",".join(event for event, address in bound_events(answer) if address == handler)
    if look == ADMIN:
        return YES if answer.result is True else NO
    if look in METHODS:
        told = answer.result
        return YES if isinstance(told, dict) and told.get("isExisting") is True else NO
    return ",".join(map(str, answer.result)) if isinstance(answer.result, list) else ""


def _refusal(look: str, error: RejectedError) -> dict[str, str]:
    code = "unanswered" if error.code == UNANSWERED else explain(error).code
    return {f"{look}_error": code, f"{look}_words": words_of(error)}
