"""What strangers' bytes may reach, each as a function of bytes that breaks no promise.

An error of ours that says what is wrong is fine; any other is a find.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.fernet import Fernet

from robot.errors import FlowError, ForgedError, PortalError, RejectedError, UnreadableError
from robot.flows import catalogue
from robot.flows.failures import Tried, explain, gave_up
from robot.flows.flow import Chosen, Flow, Granted, Outcome, Pause, Run, Step, failed
from robot.protocol.answers import Answer, decipher
from robot.protocol.calls import Call, batch_of, fits_batch, take_apart
from robot.protocol.endpoints import portal_endpoint, same_host
from robot.protocol.forms import MAX_DEPTH, MAX_FIELDS, Value, encode_form, parse_form
from robot.protocol.invocation import parse_invocation
from robot.protocol.items import Item
from robot.protocol.lifecycle import (
    FrameOpening,
    LifecycleEvent,
    parse_event,
    parse_frame,
    parse_install,
)
from robot.protocol.oauth import read_app_info, read_renewal
from robot.protocol.operating import OperatingTime
from robot.protocol.timing import Timings
from robot.store.vault import Vault
from robot.work import newrun
from robot.work.verdict import judge

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DEAL = Item(entity_type_id=2, id=7, document_id="DEAL_7")
STATUSES = (200, 302, 400, 401, 403, 429, 500, 503)
STEPS = 6  # of a flow; where a portal promises page after page it is left there
LONGEST_TEXT = 3_000  # characters that a workflow or a table is told
VAULT = Vault([Fernet.generate_key().decode()])


def form(data: bytes) -> None:
    """A form is read within its limits, and reads the same once it was written again."""
    with suppress(UnreadableError):
        parsed = parse_form(data)
        assert _depth(parsed) <= MAX_DEPTH + 1
        assert sum(1 for _ in _leaves(parsed)) <= MAX_FIELDS
        encode_form(parsed)


def invocation(data: bytes) -> None:
    """A robot's call is unreadable, or a run whose flow asks for something or fails in words."""
    with suppress(UnreadableError):
        called = parse_invocation(data)
        _is_one_line(called.workflow_id, called.document_id, called.auth.client_endpoint)
        made = newrun.from_invocation(called, 1, vault=VAULT, give_up_after=timedelta(hours=24))
        json.dumps(made.inputs, allow_nan=False).encode()
        assert made.code != catalogue.REGISTER
        assert made.received_at < made.deadline_at <= made.received_at + timedelta(hours=24)
        _play(made.code, Run(item=made.item, inputs=made.inputs), [])


def lifecycle(data: bytes) -> None:
    """Query, line break, body: an install, an update, an uninstall or a page, or unreadable."""
    query, _, body = data.partition(b"\n")
    reads: tuple[Callable[[], LifecycleEvent | FrameOpening], ...] = (
        lambda: parse_install(query, body),
        lambda: parse_event(body),
        lambda: parse_frame(query, body),
    )
    for read in reads:
        with suppress(UnreadableError):
            message = read()
            assert message.auth.member_id.isalnum()
            _is_one_line(message.auth.server_endpoint, message.auth.domain, message.auth.status)


def answers(data: bytes) -> None:
    """A portal's answer to anything is understood, refused or unknown; flows end in words."""
    status = STATUSES[data[0] % len(STATUSES)] if data else 200
    found = _answered(status, data[1:])
    if isinstance(found, Answer):
        Timings().note("batch", found.time)
        methods = OperatingTime()
        methods.ran(methods.departed("batch", 1.0), found.time, now=1.0, unix_now=1e9)
    calls = [Call("a", {}), Call("b", {})]
    parts = take_apart(calls, found) if isinstance(found, Answer) else []
    for result in (found, *parts):
        judge(result, attempt=1, waited=1.0, was_unanswered=False, is_late=False)
        for code in catalogue.CODES:
            _play(code, _run(code), [result])


def calls(data: bytes) -> None:
    """Whatever stands in a call's values, a portal reads those values and expands none."""
    text = data.decode(errors="replace").replace("\0", "")
    values = {f"v{n}": part for n, part in enumerate(text.split("\n"))}
    call = Call("bizproc.event.send", {"EVENT_TOKEN": text, "RETURN_VALUES": values})
    command = batch_of([call, call]).params["cmd"]["c0"]
    query = command.partition("?")[2]
    assert query.isascii()
    assert not set(query) & set("#$[]\r\n ")
    if len(query) < 60_000 and len(values) < MAX_FIELDS:
        assert parse_form(query.encode()) == {"EVENT_TOKEN": text, "RETURN_VALUES": values}
    assert fits_batch(call) is not any(word in text.lower() for word in _REFERENCES)


def servers(data: bytes) -> None:
    """An authorization server's answer proves a portal, or nothing."""
    status = STATUSES[data[0] % len(STATUSES)] if data else 200
    endpoint = ""
    with suppress(PortalError):
        verified = read_app_info(status, data[1:])
        assert verified.user_id > 0
        endpoint = verified.client_endpoint
    with suppress(PortalError):
        renewed = read_renewal(status, data[1:], member_id="a" * 32, now=NOW)
        assert NOW < renewed.tokens.expires_at <= NOW + timedelta(hours=1)
        endpoint = renewed.client_endpoint
    addresses(endpoint.encode(errors="replace"))


def addresses(data: bytes) -> None:
    """An address has one spelling with a host of the DNS, or it is refused."""
    text = data.decode(errors="replace")
    same_host(text, text)
    with suppress(ForgedError):
        found = portal_endpoint(text, loopback=False, private_portals=frozenset())
        assert found.isascii()
        assert found.startswith("https://")
        assert found == portal_endpoint(found, loopback=False, private_portals=frozenset())


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    target.__name__: target
    for target in (form, invocation, lifecycle, answers, calls, servers, addresses)
}
_REFERENCES = ("$result", "$next", "$total", "$time", "$error")


def _answered(status: int, body: bytes) -> Answer | PortalError:
    try:
        return decipher("batch", status, body, location="https://acme.example/rest/batch")
    except PortalError as error:
        return error


def _run(code: str) -> Run:
    inputs = {"handler": "", "events": "", "user_id": 1, "known": {}}
    inputs |= {"document_id": "5", "document_ids": [5], "entity_type_id": 2, "text": "5"}
    inputs |= {"cause": "rights", "what": "failed", "language": "en"}
    inputs |= {"portal": "https://acme.example", "has_page": True}
    return Run(item=DEAL, inputs=inputs if code not in catalogue.RULES else {})


def _play(code: str, run: Run, results: Sequence[Answer | PortalError]) -> None:
    """Feed the flow with these answers again and again; what it tells is fit to be told."""
    flow = catalogue.start(code, run)
    try:
        step = next(flow)
        for n in range(STEPS if results else 0):
            if isinstance(step, Pause):
                return
            step = _fed(flow, step, results[n % len(results)])
    except StopIteration as end:
        _is_fit(code, end.value)
    except FlowError as error:
        _is_fit(code, failed(error.code, error.text))
    except RejectedError as error:
        told = explain(error)
        _is_fit(code, failed(told.code, told.text))


def _fed(flow: Flow, step: Step, result: Answer | PortalError) -> Step:
    if isinstance(step, Chosen):
        return flow.send(Granted(step.document_ids))
    if not isinstance(result, Answer | RejectedError):
        raise gave_up(Tried(method=result.method, times=1, error=result))
    if isinstance(step, tuple):
        return flow.send([result] * len(step))
    return flow.send(result) if isinstance(result, Answer) else flow.throw(result)


def _is_fit(code: str, outcome: Outcome) -> None:
    for text in (*_texts(outcome.outputs), outcome.log):
        assert text.isprintable(), repr(text)
        assert len(text) <= LONGEST_TEXT
    catalogue.report(code, "token", outcome)


def _texts(outputs: Mapping[str, Any]) -> Iterator[str]:
    """A multiple output is a list of them."""
    for value in outputs.values():
        yield from value if isinstance(value, list | tuple) else [value]


def _is_one_line(*texts: str) -> None:
    for text in texts:
        assert not set(text) & set("\0\r\n\x1b\x9b")


def _depth(value: Value) -> int:
    inner = value.values() if isinstance(value, dict) else ()
    return 1 + max(map(_depth, inner), default=0) if isinstance(value, dict) else 0


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _leaves(inner)
    else:
        yield value
