"""The values that an administrator put into a robot's fields, read strictly.

Bitrix24 casts ids to int: `61abc` becomes 61, a list becomes 1. Here only digits are an id.
"""

import re
from collections.abc import Mapping
from typing import Any

from robot.errors import FlowError
from robot.protocol.answers import one_line

_ID = re.compile(r"0*[1-9][0-9]{0,17}")
_SHOWN = 60  # characters of a wrong value that a message repeats


def document_id(inputs: Mapping[str, Any]) -> int | None:
    """The document that the workflow names; None where it names none."""
    return _one_id(
        inputs,
        "document_id",
        "unreadable_document_id",
        "The field «Document ID» must hold the number of one document, for example the output "
        "«Document ID» of the rule «Create document».",
    )


def template_id(inputs: Mapping[str, Any]) -> int | None:
    """The template whose documents are meant; None means any."""
    return _one_id(
        inputs,
        "template_id",
        "unreadable_template_id",
        "The field «Template ID» must hold the number of one document template "
        "(CRM settings, Document templates).",
    )


def is_id(text: str) -> bool:
    """Whether this is the number of one document or template."""
    return bool(_ID.fullmatch(text))


def _one_id(inputs: Mapping[str, Any], name: str, code: str, remedy: str) -> int | None:
    values = [text for text in _texts(inputs.get(name)) if text]
    if not values:
        return None
    if len(values) > 1 or not is_id(values[0]):
        shown = one_line(", ".join(values), _SHOWN)
        raise FlowError(code, f"{remedy} It holds «{shown}».")
    return int(values[0])


def _texts(value: object) -> list[str]:
    """A single field may arrive as a list where a multiple one was mapped to it."""
    if isinstance(value, Mapping):
        return [text for part in value.values() for text in _texts(part)]
    if isinstance(value, list | tuple):
        return [text for part in value for text in _texts(part)]
    return [] if value is None else [str(value).strip()]
