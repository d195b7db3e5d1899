"""Bring a portal's robots and event handlers to what the code says.

bizproc.robot.list answers only codes, so what a registration holds is remembered as a fingerprint.
Facts: wire facts sections 8.3 and 9.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from robot.errors import FlowError, RejectedError
from robot.flows.binding import event_calls, refused_events
from robot.flows.failures import explain_registering
from robot.flows.flow import Flow, Result, Run, succeeded
from robot.protocol.calls import Call
from robot.protocol.registration import Definition, add_params, fingerprint, update_params

_ADD, _UPDATE = "bizproc.robot.add", "bizproc.robot.update"
# The list and the registration may differ for a moment: then the other call is the right one.
_OTHER_CALL = {"ERROR_ACTIVITY_ALREADY_INSTALLED": _UPDATE, "ERROR_ACTIVITY_NOT_FOUND": _ADD}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    """Whom a portal's robots call, and on whose behalf they run."""

    handler: str
    user_id: int

    def call(self, method: str, definition: Definition) -> Call:
        params = add_params if method == _ADD else update_params
        return Call(method, params(definition, handler=self.handler, user_id=self.user_id))

    def fingerprint(self, definition: Definition) -> str:
        return fingerprint(add_params(definition, handler=self.handler, user_id=self.user_id))


def register(definitions: Sequence[Definition], run: Run) -> Flow:
    """Add what is missing, update what differs, bind the events.

    Inputs of the run: `handler` and `events` (URLs), `user_id` (the administrator on whose behalf
    robots run by default), `known` (robot -> fingerprint of its registration).
    """
    target = _Target(handler=run.inputs["handler"], user_id=int(run.inputs["user_id"]))
    listed, bound = yield Call("bizproc.robot.list", {}), Call("event.get", {})
    prints = {item.code: target.fingerprint(item) for item in definitions}
    methods = _needed(definitions, _codes(listed), run.inputs["known"], prints)
    robots = [target.call(method, item) for item, method in methods]
    events = event_calls(bound, run.inputs["events"])
    results = (yield (*robots, *events)) if robots or events else []
    again = _other_calls(methods, results[: len(robots)])
    if again:
        _refuse((yield tuple(target.call(method, item) for item, method in again)))
    _refuse(refused_events(events, results[len(robots) :]))
    changed = ", ".join(item.code for item, _ in methods) or "nothing had to be changed"
    return replace(succeeded(f"The robots are registered ({changed})."), registered=prints)


def _codes(listed: Result) -> frozenset[str]:
    if isinstance(listed, RejectedError):
        raise explain_registering(listed)
    if not isinstance(listed.result, list):
        raise FlowError("unexpected_answer", "Bitrix24 did not answer with a list of robots.")
    return frozenset(str(code) for code in listed.result)


def _needed(
    definitions: Sequence[Definition],
    codes: frozenset[str],
    known: Mapping[str, str],
    prints: Mapping[str, str],
) -> list[tuple[Definition, str]]:
    """Which robots differ from the code, and the method that mends each."""
    return [
        (item, _UPDATE if item.code in codes else _ADD)
        for item in definitions
        if item.code not in codes or known.get(item.code) != prints[item.code]
    ]


def _other_calls(
    methods: Sequence[tuple[Definition, str]], results: Sequence[Result]
) -> list[tuple[Definition, str]]:
    again = []
    for (item, method), result in zip(methods, results, strict=True):
        if not isinstance(result, RejectedError):
            continue
        other = _OTHER_CALL.get(result.code, method)
        if other == method:
            raise explain_registering(result)
        again.append((item, other))
    return again


def _refuse(results: Sequence[Result]) -> None:
    for result in results:
        if isinstance(result, RejectedError):
            raise explain_registering(result)


def expected(definitions: Sequence[Definition], *, handler: str, user_id: int) -> dict[str, Any]:
    """robot -> fingerprint, as a registration by this code would leave it."""
    target = _Target(handler=handler, user_id=user_id)
    return {item.code: target.fingerprint(item) for item in definitions}
