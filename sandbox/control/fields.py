"""Reads bodies of the control plane: a field that is not known is told, never ignored."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from sandbox.errors import ControlError
from sandbox.site import Site

NUMBER = (int, float)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request to the control plane of one portal."""

    site: Site
    path: dict[str, Any]
    query: Mapping[str, str]
    body: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field of a body: of one of these types, required unless it has a default."""

    kind: type | tuple[type, ...]
    default: Any = ...
    choices: Collection[Any] = ()


async def ask(site: Site, request: Request) -> Ask:
    body: Any = {}
    if await request.body():
        try:
            body = await request.json()
        except ValueError as error:
            raise ControlError("The body is no JSON") from error
    if not isinstance(body, dict):
        raise ControlError("The body is no JSON object")
    return Ask(site=site, path=request.path_params, query=request.query_params, body=body)


def read(body: Mapping[str, Any], known: Mapping[str, Field]) -> dict[str, Any]:
    """All known fields with their values or defaults.

    Raises:
        ControlError: an unknown, a missing or a wrong one; lists the known ones.
    """
    if unknown := sorted(set(body) - set(known)):
        raise ControlError(f"Unknown fields: {', '.join(unknown)}", known=sorted(known))
    return {name: _value(name, body, field, known) for name, field in known.items()}


def _value(name: str, body: Mapping[str, Any], field: Field, known: Mapping[str, Field]) -> Any:
    if name not in body:
        if field.default is ...:
            raise ControlError(f"{name} is missing", known=sorted(known))
        return field.default
    value = body[name]
    if not _is_of(value, field.kind):
        raise ControlError(f"{name} has a wrong type: {type(value).__name__}")
    if field.choices and value not in field.choices:
        raise ControlError(f"{name} is one of {sorted(map(str, field.choices))}")
    return value


def _is_of(value: Any, kind: type | tuple[type, ...]) -> bool:
    """JSON's true is no number here."""
    kinds = kind if isinstance(kind, tuple) else (kind,)
    return isinstance(value, kinds) and (not isinstance(value, bool) or bool in kinds)
