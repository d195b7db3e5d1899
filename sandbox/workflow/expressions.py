"""`{=Name:output}` in properties and mails: filled with what earlier robots returned."""

import re
from typing import Any

from sandbox.workflow.steps import Workflow

_EXPRESSION = re.compile(r"\{=\s*([^:{}]+?)\s*:\s*([A-Za-z0-9_]+)\s*\}")


def fill(workflow: Workflow, value: Any) -> Any:
    """A value that is one expression becomes that output (maybe a list); what is unknown is ''."""
    if isinstance(value, list):
        return [fill(workflow, item) for item in value]
    if not isinstance(value, str):
        return value
    whole = _EXPRESSION.fullmatch(value)
    if whole:
        return _output(workflow, whole)
    return _EXPRESSION.sub(lambda found: as_text(_output(workflow, found)), value)


def as_text(value: Any) -> str:
    if isinstance(value, (list, dict)):
        return ", ".join(map(str, value if isinstance(value, list) else value.values()))
    return "" if value is None else str(value)


def _output(workflow: Workflow, found: re.Match[str]) -> Any:
    name, output = found.group(1), found.group(2)
    if name == "Document":
        about = {"ID": workflow.item.id, "TITLE": workflow.item.title}
        return about.get(output.upper(), "")
    for step in workflow.steps:
        if name in (step.robot.name, step.activity_name):
            outputs = {key.upper(): value for key, value in step.outputs.items()}
            return outputs.get(output.upper(), "")
    return ""
