"""REST as a portal speaks it, as far as the measured apps call it, and in the time it takes.

PHP serves requests in parallel processes; the calls of one batch run one after the other.
"""

import asyncio
import json
import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from bench.portal.methods import METHODS, CallError
from bench.portal.portal import Portal
from bench.portal.wire import Answer, Request

GIVEN_UP_AFTER = 60.0  # seconds that one request may take (docs: limits.md)
_BLOCKED = CallError("OPERATION_TIME_LIMIT", "Method is blocked due to operation time limit.")


class Exchange:
    """One request to a portal."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        # When what was asked so far should be done, and when it was.
        self._began = self._at = self._done_at = time.monotonic()

    async def answer(self, request: Request) -> Answer:
        """Let it in, have it done, count it."""
        portal, tally = self._portal, self._portal.tally
        tally.requests += 1
        tally.last_at = self._began
        if portal.behaviour.is_silent:
            await portal.speaks.wait()
        if portal.behaviour.refuses:
            return _error(503, portal.behaviour.refuses)
        if not portal.lets_in(self._began):
            tally.over_limit += 1
            return _error(503, "QUERY_LIMIT_EXCEEDED")
        portal.in_flight += 1
        try:
            return await self._done(request)
        finally:
            portal.in_flight -= 1
            self._count()

    def _count(self) -> None:
        tally, now = self._portal.tally, time.monotonic()
        tally.busy += self._at - self._began
        tally.took += self._done_at - self._began
        tally.longest = max(tally.longest, self._at - self._began)
        tally.late = max(tally.late, now - self._at)
        tally.last_at = now

    async def _done(self, request: Request) -> Answer:
        fields = read_fields(request)
        token = request.bearer or fields.get("auth") or fields.get("access_token")
        if token != self._portal.access_token:
            self._portal.tally.strange += 1
            return _error(401, "NO_AUTH_FOUND")
        await self._spend(self._portal.behaviour.request)
        method = request.path.removeprefix("/rest").strip("/").removesuffix(".json")
        try:
            if method.lower() == "batch":
                return _json(200, {"result": await self._batch(fields), "time": _time(0.0, {})})
            result, time_block = await self._call(method.lower(), fields)
        except CallError as error:
            return _json(error.status, error.body())
        return _json(200, {"result": result, "time": time_block})

    async def _batch(self, fields: dict[str, str]) -> dict[str, Any]:
        parts: dict[str, dict[str, Any]] = {
            name: {} for name in ("result", "result_error", "result_time")
        }
        for name, command in fields.items():
            if not name.startswith("cmd["):
                continue
            key = name[4:-1]
            method, _, query = command.partition("?")
            try:
                result, time_block = await self._call(method.lower(), _lower(parse_qsl(query)))
            except CallError as error:
                parts["result_error"][key] = error.body()
                continue
            parts["result"][key], parts["result_time"][key] = result, time_block
            if self._at - self._began > GIVEN_UP_AFTER:
                raise CallError("ERROR_UNEXPECTED_ANSWER", "", status=500)
        # PHP writes an empty map as a list.
        empty: dict[str, Any] = {"result_total": [], "result_next": []}
        return empty | {name: part or [] for name, part in parts.items()}

    async def _call(self, method: str, fields: dict[str, str]) -> tuple[Any, dict[str, Any]]:
        portal, tally = self._portal, self._portal.tally
        operating = portal.operating(method)
        if operating and operating.is_blocked(time.time()):
            tally.over_operating += 1
            raise _BLOCKED
        run = METHODS.get(method)
        if run is None:
            tally.strange += 1
            raise CallError("ERROR_METHOD_NOT_FOUND", f"No {method!r}", status=404)
        seconds = portal.behaviour.seconds(method)
        await self._spend(seconds)
        tally.calls += 1
        result = run(portal, fields, time.monotonic())
        now, told = time.time(), {}
        if operating:
            operating.add(seconds, now)
            told = {
                "operating": operating.used(now),
                "operating_reset_at": int(operating.reset_at(now)),
            }
        return result, _time(seconds, told)

    async def _spend(self, seconds: float) -> None:
        """To the moment when it is done: a late wake-up delays nothing that follows."""
        self._at += seconds
        left = self._at - time.monotonic()
        if left > 0:
            await asyncio.sleep(left)
        self._done_at = time.monotonic()


def read_fields(request: Request) -> dict[str, str]:
    """All parameters by their PHP names in lower case (`cmd[c1]`), from JSON or a form."""
    if "json" in request.content_type:
        fields: dict[str, str] = {}
        _flatten("", json.loads(request.body or b"{}"), fields)
        return fields
    return _lower(parse_qsl(request.query) + parse_qsl(request.body.decode()))


def _lower(pairs: list[tuple[str, str]]) -> dict[str, str]:
    return {name.lower(): value for name, value in pairs}


def _flatten(name: str, value: Any, into: dict[str, str]) -> None:
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            _flatten(f"{name}[{key}]".lower() if name else str(key).lower(), inner, into)
    elif value is not None:
        into[name] = str(value)


def _time(seconds: float, operating: dict[str, Any]) -> dict[str, Any]:
    """The `time` block (wire facts 6.2)."""
    now = time.time()
    return {
        "start": now - seconds,
        "finish": now,
        "duration": seconds,
        "processing": seconds,
        "date_start": datetime.fromtimestamp(int(now - seconds), UTC).isoformat(),
        "date_finish": datetime.fromtimestamp(int(now), UTC).isoformat(),
        **operating,
    }


def _error(status: int, code: str) -> Answer:
    return _json(status, {"error": code, "error_description": ""})


def _json(status: int, value: Any) -> Answer:
    return Answer(status=status, body=json.dumps(value).encode())
