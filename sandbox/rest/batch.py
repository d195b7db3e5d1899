"""batch: up to 50 commands in one request, one after the other. Wire facts 5."""

from dataclasses import dataclass, field
from typing import Any

from sandbox import faults, forms, php
from sandbox.errors import RestError
from sandbox.rest.caller import Caller
from sandbox.rest.method import DOCS, Parameters
from sandbox.rest.perform import Done, is_reserved, perform
from sandbox.rest.references import Results, resolve

MAX_LENGTH = 50  # commands
_REFUSED = frozenset({"batch", "download", "upload"})


@dataclass(slots=True, kw_only=True)
class _Parts:
    """What the commands gave so far, under the names that references use."""

    parts: Results = field(
        default_factory=lambda: {name: {} for name in ("result", "error", "total", "next", "time")}
    )

    def put(self, key: php.Key, done: Done) -> None:
        self.parts["result"][key] = php.shape(done.result)
        self.parts["time"][key] = done.time
        if done.total is not None:
            self.parts["total"][key] = done.total
        if done.next is not None:
            self.parts["next"][key] = done.next

    def as_result(self) -> dict[str, Any]:
        """Each map has only the commands that gave this part; PHP writes empty ones as []."""
        return {
            "result": self.parts["result"],
            "result_error": self.parts["error"],
            "result_total": self.parts["total"],
            "result_next": self.parts["next"],
            "result_time": self.parts["time"],
        }


def commands(parameters: Parameters) -> dict[php.Key, Any]:
    """The `cmd` parameter as a PHP array; empty where it is none."""
    given = parameters.get("cmd")
    return php.array(given) if isinstance(given, (dict, list)) else {}


def method_names(parameters: Parameters) -> list[str]:
    """Which methods a batch names, in lower case."""
    texts = [text for text in commands(parameters).values() if isinstance(text, str)]
    return [_split(text)[0].lower() for text in texts]


async def run(caller: Caller, parameters: Parameters) -> dict[str, Any]:
    """HTTP 200 even where every command fails.

    Raises:
        RestError: what the documentation says nothing about.
    """
    _check(parameters)
    parts, halt = _Parts(), php.to_bool(parameters.get("halt"))
    for number, (key, text) in enumerate(commands(parameters).items()):
        if number < MAX_LENGTH and not isinstance(text, str):
            continue  # skipped without result or error
        try:
            done = await _run_one(caller, number, text, parts.parts)
            if not _is_omitted(caller, text):
                parts.put(key, done)
        except RestError as error:
            parts.parts["error"][key] = _as_command_error(error)
            if halt:
                break
    return parts.as_result()


def _check(parameters: Parameters) -> None:
    page = f"read {DOCS}settings/how-to-call-rest-api/batch.html"
    unknown = {name for name in parameters if not is_reserved(name)} - {"cmd", "halt"}
    if unknown:
        raise RestError("SANDBOX_UNKNOWN_PARAMETER", f"batch has no {sorted(unknown)}: {page}")
    if not isinstance(parameters.get("cmd"), (dict, list)):
        raise RestError("SANDBOX_UNKNOWN_VALUE", f"cmd is no list or map: {page}")


async def _run_one(caller: Caller, number: int, text: str, results: Results) -> Done:
    if number >= MAX_LENGTH:
        raise RestError("ERROR_BATCH_LENGTH_EXCEEDED", "Max batch length exceeded")
    name, query = _split(text)
    if name.lower() in _REFUSED:
        raise RestError("ERROR_BATCH_METHOD_NOT_ALLOWED", "Method is not allowed for batch usage")
    fields = resolve(forms.decode(query), results)
    return await perform(caller, name, {str(key): value for key, value in fields.items()})


def _is_omitted(caller: Caller, text: str) -> bool:
    """A command that ran, and of which the answer says nothing: somebody ordered that."""
    methods = {_split(text)[0].lower()}
    return faults.take(caller.portal.faults, "rest", methods, faults.OF_A_BATCH) is not None


def _split(text: str) -> tuple[str, str]:
    """PHP's parse_url: an unencoded `#` cuts the query."""
    name, _, query = text.partition("#")[0].partition("?")
    return name.strip("/"), query


def _as_command_error(error: RestError) -> dict[str, Any]:
    """Scope errors come with an empty description here."""
    body = error.body()
    if error.code == "insufficient_scope":
        body["error_description"] = ""
    return body
