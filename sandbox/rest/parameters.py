"""Reads a request's parameters as the REST server does: wire facts 6.1."""

import json
from typing import Any

from starlette.requests import Request

from sandbox import forms, php

_FORM = "application/x-www-form-urlencoded"


async def read(request: Request) -> dict[str, Any]:
    """Query, then form, then JSON; the later wins. JSON that is none gives no parameters."""
    body = await request.body()
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    query = forms.decode(request.url.query)
    if kind == _FORM:
        return _named({**query, **forms.decode(body.decode("utf-8", "replace"))})
    if kind == "application/json":
        return _named({**query, **_json(body)})
    return _named(dict(query))


def _json(body: bytes) -> dict[Any, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return php.array(found) if isinstance(found, (dict, list)) else {}


def _named(fields: dict[Any, Any]) -> dict[str, Any]:
    return {str(name): value for name, value in fields.items()}
