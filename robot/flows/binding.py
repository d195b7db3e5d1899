"""The portal's events that we are told: bound where they are not, earlier addresses let go of.

Facts: wire facts section 8.3.
"""

from collections.abc import Sequence

from robot.errors import RejectedError
from robot.flows.flow import Result
from robot.protocol.answers import Answer
from robot.protocol.calls import Call
from robot.protocol.lifecycle import DOCUMENT_DELETED, REMOVED, UPDATED

# An update wipes all robots; an uninstall leaves us no token to ask with.
NEEDED = (UPDATED, REMOVED)
# Only told to an application that may use the CRM, and the register of links does without.
USEFUL = (DOCUMENT_DELETED,)
EVENTS = (*NEEDED, *USEFUL)
BIND, UNBIND = "event.bind", "event.unbind"


def bound_events(bound: Result) -> list[tuple[str, str]]:
    """Each event and its handler, as event.get answered."""
    rows = bound.result if isinstance(bound, Answer) and isinstance(bound.result, list) else []
    return [
        (str(row.get("event")).upper(), str(row.get("handler")))
        for row in rows
        if isinstance(row, dict)
    ]


def event_calls(bound: Result, handler: str) -> list[Call]:
    """Bind our events, and let go of handlers at an earlier address."""
    ours = bound_events(bound)
    bind = [
        Call(BIND, {"event": event, "handler": handler})
        for event in EVENTS
        if (event, handler) not in ours
    ]
    unbind = [
        Call(UNBIND, {"event": event, "handler": address})
        for event, address in ours
        if event in EVENTS and address != handler
    ]
    return bind + unbind


def refused_events(calls: Sequence[Call], results: Sequence[Result]) -> list[RejectedError]:
    """What stands in the way; what was bound already or is only useful does not."""
    return [
        result
        for call, result in zip(calls, results, strict=True)
        if isinstance(result, RejectedError)
        and call.params["event"] not in USEFUL
        and not _is_bound_already(result)
    ]


def _is_bound_already(refused: RejectedError) -> bool:
    """Binding is not idempotent: once an unanswered one has worked, the next is refused."""
    return "already" in refused.text.lower()
