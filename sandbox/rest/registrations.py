"""bizproc.robot.* and bizproc.activity.add/update/list/delete: wire facts 9.

Robots and activities share one namespace of codes.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Literal

from sandbox import php
from sandbox.errors import RestError
from sandbox.portal import App, Robot
from sandbox.rest import registration_rules as rules
from sandbox.rest.caller import Caller
from sandbox.rest.method import ANY_ROBOTS, Method, Parameters
from sandbox.rest.property_rules import check_types

Kind = Literal["robot", "activity"]

_FIELDS = frozenset(
    {
        "HANDLER",
        "AUTH_USER_ID",
        "USE_SUBSCRIPTION",
        "NAME",
        "DESCRIPTION",
        "PROPERTIES",
        "RETURN_PROPERTIES",
        "DOCUMENT_TYPE",
        "FILTER",
        "USE_PLACEMENT",
        "PLACEMENT_HANDLER",
    }
)


async def add(kind: Kind, caller: Caller, parameters: Parameters) -> Any:
    app = _admin_app(caller)
    if not parameters:
        raise rules.invalid("Empty data!")
    fields = rules.normal(parameters)
    code = rules.check_code(fields.get("CODE"))
    rules.check_handler(fields.get("HANDLER"))
    rules.check_name(fields.get("NAME"))
    rules.check_properties(fields.get("PROPERTIES"))
    rules.check_properties(fields.get("RETURN_PROPERTIES"))
    rules.check_filter(fields.get("FILTER"))
    check_types(fields)
    if (app.client_id, code) in caller.portal.robots:
        raise RestError("ERROR_ACTIVITY_ALREADY_INSTALLED", "Activity or Robot already installed!")
    rules.check_placement(fields)
    robot = Robot(kind=kind, code=code, client_id=app.client_id, fields=_stored(fields))
    caller.portal.robots[app.client_id, code] = robot
    return True


async def update(kind: Kind, caller: Caller, parameters: Parameters) -> Any:
    app = _admin_app(caller)
    given = rules.normal(parameters)
    robot = _registered(caller, app, kind, given.get("CODE"))
    fields = rules.normal(php.array(given.get("FIELDS")))
    known = {name: value for name, value in fields.items() if name in _FIELDS}
    _refuse_unknown(fields, known)
    _check_fields(known)
    check_types({"DOCUMENT_TYPE": robot.fields.get("DOCUMENT_TYPE"), **known})
    if not known.get("NAME"):
        known.pop("NAME", None)  # a name is only changed into another one
    if not set(known) - {"PLACEMENT_HANDLER"}:
        raise rules.invalid("No fields to update")
    robot.fields |= _stored(known)
    return True


def _refuse_unknown(fields: dict[str, Any], known: dict[str, Any]) -> None:
    if unknown := set(fields) - set(known):
        page = "https://apidocs.bitrix24.com/api-reference/bizproc/bizproc-robot/bizproc-robot-update.html"
        raise RestError(
            "SANDBOX_UNKNOWN_PARAMETER", f"FIELDS has no {sorted(unknown)}: read {page}"
        )


def _check_fields(fields: dict[str, Any]) -> None:
    checks: dict[str, Callable[[Any], None]] = {
        "HANDLER": rules.check_handler,
        "PROPERTIES": rules.check_properties,
        "RETURN_PROPERTIES": rules.check_properties,
        "FILTER": rules.check_filter,
        "DOCUMENT_TYPE": rules.check_document_type,
    }
    for name, check in checks.items():
        if name in fields:
            check(fields[name])


async def codes(kind: Kind, caller: Caller, parameters: Parameters) -> Any:
    app = _admin_app(caller)
    robots = caller.portal.robots.values()
    return [
        robot.code for robot in robots if (robot.kind, robot.client_id) == (kind, app.client_id)
    ]


async def delete(kind: Kind, caller: Caller, parameters: Parameters) -> Any:
    app = _admin_app(caller)
    robot = _registered(caller, app, kind, rules.normal(parameters).get("CODE"))
    del caller.portal.robots[app.client_id, robot.code]
    return True


def _admin_app(caller: Caller) -> App:
    app = caller.needs_app()
    caller.needs_admin()
    return app


def _registered(caller: Caller, app: App, kind: Kind, code: Any) -> Robot:
    robot = caller.portal.robots.get((app.client_id, rules.check_code(code)))
    if robot is None or robot.kind != kind:
        raise RestError("ERROR_ACTIVITY_NOT_FOUND", "Activity or Robot not found!")
    return robot


def _stored(fields: dict[str, Any]) -> dict[str, Any]:
    """Empty PHP arrays of properties are maps here."""
    stored = dict(fields)
    for name in ("PROPERTIES", "RETURN_PROPERTIES"):
        if name in stored:
            stored[name] = php.array(stored[name])
    return stored


def _methods(kind: Kind) -> tuple[Method, ...]:
    parameters = {
        "add": (add, _FIELDS | {"CODE"}),
        "update": (update, frozenset({"CODE", "FIELDS"})),
        "list": (codes, frozenset[str]()),
        "delete": (delete, frozenset({"CODE"})),
    }
    return tuple(
        Method(
            name=f"bizproc.{kind}.{verb}",
            page=f"api-reference/bizproc/bizproc-{kind}/bizproc-{kind}-{verb}.html",
            run=partial(run, kind),
            scope=frozenset({"bizproc"}),
            parameters=known,
            any_case=True,
            features=ANY_ROBOTS if kind == "robot" else frozenset({"bizproc"}),
        )
        for verb, (run, known) in parameters.items()
    )


METHODS = _methods("robot") + _methods("activity")
