"""The CRM item that a robot was called for. Pure.

Bitrix24 names it by three strings: module, class, id. The id says the type: `DEAL_1188`, or for
a smart process `DYNAMIC_<entityTypeId>_<id>`. Facts: wire facts section 2; docs: crm/data-types.md.
"""

import re
from dataclasses import dataclass

from robot.errors import UnreadableError
from robot.protocol.fields import Fields
from robot.protocol.forms import Value

# The name before the number in document_id[2] -> entityTypeId.
ENTITY_TYPES = {
    "LEAD": 1,
    "DEAL": 2,
    "CONTACT": 3,
    "COMPANY": 4,
    "INVOICE": 5,  # the old invoice
    "QUOTE": 7,
    "ORDER": 14,
    "SMART_INVOICE": 31,
    "SMART_DOCUMENT": 36,  # e-sign
    "SMART_B2E_DOC": 39,  # e-sign, between company and employee
}
MAX_ID = 2**63 - 1

_ID_STRING = re.compile(r".{1,255}")
_NUMBERED = re.compile(r"(?:(.+)_)?([0-9]{1,19})")  # the last number is the item's
_SMART_PROCESS = re.compile(r"DYNAMIC(?:_([0-9]{1,19}))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A deal, a lead, an item of a smart process: what the documents belong to."""

    entity_type_id: int  # 2 is a deal; 128 and more are smart processes
    id: int  # above 0
    document_id: str  # as Bitrix24 writes it, such as DEAL_1188


def parse_item(document_id: Value, document_type: Value | None = None) -> Item | None:
    """The item of a `document_id`, an array of module, class and id with the keys 0, 1 and 2.

    None where it is no CRM item (a task, a list element, a file) or of a CRM type that is not
    known here. The type stands in the id itself; `document_type` is asked only where the id is
    a bare number.

    Raises:
        UnreadableError: not three parts, or a CRM id that is not Bitrix24's.
    """
    module, written = _module_and_id(document_id, "document_id")
    named_kind = _module_and_id(document_type, "document_type")[1] if document_type else ""
    if module != "crm":
        return None
    match = _NUMBERED.fullmatch(written)
    if match is None:
        raise UnreadableError("document_id is not a CRM item's")
    entity_type_id, number = _entity_type_id(match[1] or named_kind), _id(match[2])
    if entity_type_id is None:
        return None
    return Item(entity_type_id=entity_type_id, id=number, document_id=written)


def id_string(document_id: Value) -> str:
    """The id part of a `document_id`: `DEAL_1188`, or a task's bare `49728`.

    Raises:
        UnreadableError: not three parts.
    """
    return _module_and_id(document_id, "document_id")[1]


def _module_and_id(value: Value, field: str) -> tuple[str, str]:
    if isinstance(value, str) or not {"0", "1", "2"} <= value.keys():
        raise UnreadableError(f"{field} is not module, class and id")
    parts = Fields(value, field)
    return parts.text("0"), parts.required("2", _ID_STRING)


def _entity_type_id(kind: str) -> int | None:
    smart_process = _SMART_PROCESS.fullmatch(kind)
    return _id(smart_process[1] or "") if smart_process else ENTITY_TYPES.get(kind)


def _id(digits: str) -> int:
    """A number above 0 that a database can hold."""
    number = int(digits or "0")
    if not 0 < number <= MAX_ID:
        raise UnreadableError("document_id holds a number that is no id")
    return number
