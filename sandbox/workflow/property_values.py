"""What a robot's call says of its properties: wire facts 1.3."""

from typing import Any

from sandbox import php
from sandbox.portal import Robot
from sandbox.workflow.expressions import fill
from sandbox.workflow.steps import Step, Workflow

_NO = ("", "n", "no", "false", "0")


def property_values(workflow: Workflow, step: Step, robot: Robot) -> dict[str, Any]:
    """One entry per declared property; an empty multiple one is an empty array, so no field."""
    values = {}
    for name, about in robot.declared("PROPERTIES").items():
        said = about if isinstance(about, dict) else {}
        value = fill(workflow, step.robot.properties.get(name, said.get("DEFAULT")))
        values[name] = _as_sent(value, str(said.get("TYPE") or "string"), said.get("MULTIPLE"))
    return values


def _as_sent(value: Any, type_: str, multiple: Any) -> Any:
    """A list stays one even where the property is single: the user mapped a multiple field."""
    if multiple in ("Y", True, "1") or isinstance(value, (list, dict)):
        return [_external(item, type_) for item in _flat(value) if item not in (None, "")]
    return "" if value is None else _external(value, type_)


def _flat(value: Any) -> list[Any]:
    """An expression among the values may have brought a list of its own."""
    if not isinstance(value, (list, dict)):
        return [value]
    return [inner for item in php.array(value).values() for inner in _flat(item)]


def _external(value: Any, type_: str) -> Any:
    """`Y` or `N` for bool, where falsy texts stay as they are; all else as it was entered."""
    if type_ != "bool" or value in ("", "0"):
        return value
    return "N" if str(value).lower() in _NO else "Y"
