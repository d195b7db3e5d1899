"""The values that an administrator put into a robot's fields, read strictly.

Bitrix24 casts ids to int: `61abc` becomes 61, a list becomes 1. Here only digits are an id.
"""

import re
from collections.abc import Mapping
from typing import Any

from robot.errors import FlowError
from robot.protocol.answers import one_line

_ID = re.compile(r"0*[1-9][0-9]{0,17}")
_SEPARATOR = re.compile(r"[\s,;]+")
_DAYS = re.compile(r"[0-9]{1,9}(\.[0-9]{0,9})?|\.[0-9]{1,9}")
MOST_DAYS = 3_650
MOST_DOCUMENTS = 500
LATEST, EVERY = "latest", "every"  # of the select `which`
_SHOWN = 60  # characters of a wrong value that a message repeats


def document_ids(inputs: Mapping[str, Any]) -> tuple[int, ...]:
    """The documents that the workflow names, in its order: a list, or separated by commas."""
    words = [word for text in _texts(inputs.get("document_id")) for word in _SEPARATOR.split(text)]
    words = [word for word in words if word]
    if wrong := [word for word in words if not is_id(word)]:
        raise FlowError(
            "unreadable_document_id",
            "The field «Document ID» must hold the number of a document, for example the output "
            "«Document ID» of the rule «Create document», or several numbers with commas between. "
            f"It holds «{one_line(', '.join(wrong), _SHOWN)}».",
        )
    found = tuple(dict.fromkeys(map(int, words)))
    if len(found) > MOST_DOCUMENTS:
        raise FlowError(
            "too_many_documents",
            f"The field «Document ID» names {len(found)} documents; at most {MOST_DOCUMENTS} are "
            "done at once.",
        )
    return found


def takes_every(inputs: Mapping[str, Any], *, default: bool) -> bool:
    """Whether every document of the item is meant, and not only the latest."""
    chosen = _one_text(inputs, "which")
    if chosen not in ("", LATEST, EVERY):
        raise FlowError(
            "unreadable_which",
            f"The field «Which documents» must hold «{LATEST}» or «{EVERY}», or be empty. It "
            f"holds «{one_line(chosen, _SHOWN)}».",
        )
    return chosen == EVERY if chosen else default


def valid_for(inputs: Mapping[str, Any]) -> float | None:
    """For how many seconds the link shall live; None: without an end."""
    text = _one_text(inputs, "valid_days").replace(",", ".")
    if not text:
        return None
    days = float(text) if _DAYS.fullmatch(text) else 0.0
    if not 0 < days <= MOST_DAYS:
        raise FlowError(
            "unreadable_valid_days",
            "The field «Valid for, days» must hold a number of days greater than 0, such as 14 or "
            f"0.5, {MOST_DAYS} at most, or be empty for a link without an end. It holds "
            f"«{one_line(text, _SHOWN)}».",
        )
    return max(days * 86_400, 1.0)


def waits_for_pdf(inputs: Mapping[str, Any]) -> bool:
    """Whether the link is turned on only once the PDF is there."""
    return _one_text(inputs, "wait_for_pdf").upper() in ("Y", "1", "YES", "TRUE")


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


def _one_text(inputs: Mapping[str, Any], name: str) -> str:
    values = [text for text in _texts(inputs.get(name)) if text]
    return values[0] if len(values) == 1 else ", ".join(values)


def _texts(value: object) -> list[str]:
    """A single field may arrive as a list where a multiple one was mapped to it."""
    if isinstance(value, Mapping):
        return [text for part in value.values() for text in _texts(part)]
    if isinstance(value, list | tuple):
        return [text for part in value for text in _texts(part)]
    return [] if value is None else [str(value).strip()]
