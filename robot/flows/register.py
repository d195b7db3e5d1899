"""Bring a portal's robots, activities and event handlers to what the code says.

An activity is a robot once more, for the workflow designer, on plans that have one. Bitrix24 lists
only codes, so what a registration holds is remembered as a fingerprint. Facts: wire facts 8.3, 9.
"""

from collections.abc import Collection, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from robot.errors import FlowError, RejectedError
from robot.flows import templates
from robot.flows.binding import event_calls, refused_events
from robot.flows.failures import explain_registering, words_of
from robot.flows.flow import Flow, Result, Run, Step, Template, succeeded
from robot.protocol.answers import Answer
from robot.protocol.calls import Call
from robot.protocol.registration import Definition, add_params, fingerprint, update_params

ROBOT, ACTIVITY = "robot", "activity"
# Instead of a fingerprint: this portal did not take the activity, and need not be asked again soon.
NOT_TAKEN = "not taken"
_ADD, _UPDATE, _DELETE = "add", "update", "delete"
# The list and the registration may differ for a moment: then the other call is the right one.
_NOT_FOUND = "ERROR_ACTIVITY_NOT_FOUND"
_OTHER_CALL = {"ERROR_ACTIVITY_ALREADY_INSTALLED": _UPDATE, _NOT_FOUND: _ADD}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """A call that makes one robot or activity as it is in the code."""

    kind: str
    verb: str
    item: Definition


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    """Whom a portal's robots call, on whose behalf they run, and what they offer."""

    handler: str
    user_id: int
    language: str
    templates: Mapping[int, Template]

    def call(self, change: _Change) -> Call:
        params = add_params if change.verb == _ADD else update_params
        item = templates.offering(change.item, self.templates)
        return Call(
            _method(change.kind, change.verb),
            params(item, handler=self.handler, user_id=self.user_id, language=self.language),
        )

    def fingerprint(self, item: Definition) -> str:
        item = templates.offering(item, self.templates)
        params = add_params(
            item, handler=self.handler, user_id=self.user_id, language=self.language
        )
        return fingerprint(params)

    def changes(
        self,
        kind: str,
        items: Sequence[Definition],
        codes: Collection[str],
        known: Mapping[str, str],
    ) -> list[_Change]:
        """What differs, and how it is mended."""
        return [
            _Change(kind=kind, verb=_UPDATE if item.code in codes else _ADD, item=item)
            for item in items
            if item.code not in codes or known.get(item.code) != self.fingerprint(item)
        ]


def register(robots: Sequence[Definition], activities: Sequence[Definition], run: Run) -> Flow:
    """Add what is missing, update what differs, bind the events, read the templates.

    Inputs of the run: `handler` and `events` (URLs), `user_id` (the administrator on whose behalf
    robots run by default), `known` (robot -> fingerprint of its registration), `activities`
    (whether they shall be there), `language` (the portal's).
    """
    listed, in_designer, bound, first = yield (
        Call(_method(ROBOT, "list"), {}),
        Call(_method(ACTIVITY, "list"), {}),
        Call("event.get", {}),
        templates.list_templates(),
    )
    codes, designer, known = _codes(listed), _codes_in_designer(in_designer), run.inputs["known"]
    names = yield from templates.every(first)
    offered = None if names is None else templates.kept(run.templates, names)
    target = _Target(
        handler=run.inputs["handler"],
        user_id=int(run.inputs["user_id"]),
        language=str(run.inputs.get("language", "")),
        templates=run.templates if offered is None else offered,
    )
    is_wanted = bool(run.inputs.get("activities", True))
    taken = activities if is_wanted and designer is not None else ()
    changes = target.changes(ROBOT, robots, codes, known)
    changes += target.changes(ACTIVITY, taken, designer or (), known)
    leaving = [] if is_wanted else [one.code for one in activities if one.code in (designer or ())]
    events = event_calls(bound, run.inputs["events"])
    refused = yield from _change(target, changes, leaving, events)
    if errors := [refused[item.code] for item in robots if item.code in refused]:
        raise explain_registering(errors[0])
    done = {item.code: target.fingerprint(item) for item in (*robots, *taken)}
    missing = [*refused, *(item.code for item in activities if is_wanted and designer is None)]
    words = _words([change.item.code for change in changes], missing, refused, leaving)
    return replace(
        succeeded(words), registered=done | dict.fromkeys(missing, NOT_TAKEN), templates=offered
    )


def _change(
    target: _Target, changes: Sequence[_Change], leaving: Sequence[str], events: Sequence[Call]
) -> Generator[Step, Any, dict[str, RejectedError]]:
    """Make all these calls; which robots and activities the portal refused.

    Raises:
        FlowError: an event that we need was refused.
    """
    calls = [
        *map(target.call, changes),
        *(Call(_method(ACTIVITY, _DELETE), {"CODE": code}) for code in leaving),
        *events,
    ]
    results: list[Result] = (yield tuple(calls)) if calls else []
    first, last = len(changes), len(changes) + len(leaving)
    refused = yield from _made_well(target, changes, results[:first])
    if wrong := refused_events(events, results[last:]):
        raise explain_registering(wrong[0])
    return refused | {
        code: result
        for code, result in zip(leaving, results[first:last], strict=True)
        if isinstance(result, RejectedError) and result.code != _NOT_FOUND
    }


def _made_well(
    target: _Target, changes: Sequence[_Change], results: Sequence[Result]
) -> Generator[Step, Any, dict[str, RejectedError]]:
    """What stays refused once the other call was made where the list was wrong."""
    refused, others = {}, []
    for change, result in zip(changes, results, strict=True):
        if not isinstance(result, RejectedError):
            continue
        other = _OTHER_CALL.get(result.code, change.verb)
        if other == change.verb:
            refused[change.item.code] = result
        else:
            others.append(replace(change, verb=other))
    if others:
        again: list[Result] = yield tuple(map(target.call, others))
        refused |= {
            change.item.code: result
            for change, result in zip(others, again, strict=True)
            if isinstance(result, RejectedError)
        }
    return refused


def _method(kind: str, verb: str) -> str:
    return f"bizproc.{kind}.{verb}"


def _codes(listed: Result) -> frozenset[str]:
    if isinstance(listed, RejectedError):
        raise explain_registering(listed)
    if not isinstance(listed.result, list):
        raise FlowError("unexpected_answer", "Bitrix24 did not answer with a list of robots.")
    return frozenset(str(code) for code in listed.result)


def _codes_in_designer(listed: Result) -> frozenset[str] | None:
    """None where the plan has no workflow designer, or it is not told."""
    if isinstance(listed, Answer) and isinstance(listed.result, list):
        return frozenset(str(code) for code in listed.result)
    return None


def _words(
    changed: Sequence[str],
    missing: Sequence[str],
    refused: Mapping[str, RejectedError],
    leaving: Sequence[str],
) -> str:
    done = [code for code in (*changed, *leaving) if code not in missing]
    words = f"The robots are registered ({', '.join(done) or 'nothing had to be changed'})."
    if not missing:
        return words
    why = words_of(next(iter(refused.values()))) if refused else ""
    reason = f"Bitrix24 said: {why}" if why else "this plan has none."
    return f"{words} Not in the workflow designer as they should be: {reason}"


def expected(
    definitions: Sequence[Definition],
    *,
    handler: str,
    user_id: int,
    language: str = "",
    offered: Mapping[int, Template] | None = None,
) -> dict[str, str]:
    """robot -> fingerprint, as a registration by this code would leave it."""
    target = _Target(handler=handler, user_id=user_id, language=language, templates=offered or {})
    return {item.code: target.fingerprint(item) for item in definitions}


def is_current(registered: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    """Whether nothing has to be changed, as far as we know."""
    return registered.keys() == wanted.keys() and all(
        registered[code] in (print_, NOT_TAKEN) for code, print_ in wanted.items()
    )
