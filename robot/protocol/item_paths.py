"""Where Bitrix24 shows a CRM item, and which item an address or a few letters name. Pure.

Paths: https://apidocs.bitrix24.com, "BX24.openPath"; smart processes stand under their type.
"""

import re

from robot.protocol.items import ENTITY_TYPES, MAX_ID

_PATHS = {
    "DEAL": "/crm/deal/details/{id}/",
    "LEAD": "/crm/lead/details/{id}/",
    "CONTACT": "/crm/contact/details/{id}/",
    "COMPANY": "/crm/company/details/{id}/",
    "INVOICE": "/crm/invoice/show/{id}/",
    "ORDER": "/shop/orders/details/{id}/",
}
_BY_TYPE = "/crm/type/{type}/details/{id}/"
_NAMES = {number: name for name, number in ENTITY_TYPES.items()}
_NAMED = re.compile(r"([A-Z][A-Z0-9_]{0,40})_([1-9][0-9]{0,18})", re.IGNORECASE)
_SMART_PROCESS = re.compile(r"DYNAMIC_([1-9][0-9]{0,9})")
_IN_ADDRESS = (
    re.compile(r"/crm/(deal|lead|contact|company|quote|invoice)/(?:details|show)/([1-9][0-9]*)"),
    re.compile(r"/shop/(order)s/details/([1-9][0-9]*)"),
    re.compile(r"/type/([1-9][0-9]*)/(?:[a-z]+/[0-9]+/)?details/([1-9][0-9]*)"),
)


def path_of(document_id: str) -> str:
    """The address of `DEAL_7` within its portal; empty where none is known."""
    match = _NAMED.fullmatch(document_id)
    if match is None:
        return ""
    kind, number = match[1], match[2]
    if kind in _PATHS:
        return _PATHS[kind].format(id=number)
    smart = _SMART_PROCESS.fullmatch(kind)
    kind_id = smart[1] if smart else ENTITY_TYPES.get(kind)
    return _BY_TYPE.format(type=kind_id, id=number) if kind_id else ""


def item_named(text: str) -> str:
    """`DEAL_7` for itself, in any letter case, and for a pasted address; else empty."""
    for address in _IN_ADDRESS:
        if (match := address.search(text)) and int(match[2]) <= MAX_ID:
            return f"{_name(match[1])}_{match[2]}"
    match = _NAMED.fullmatch(text)
    return text.upper() if match and path_of(text.upper()) else ""


def items_numbered(number: int) -> list[str]:
    """Every item of a kind with a name of its own that has that number."""
    return [f"{kind}_{number}" for kind in ENTITY_TYPES]


def _name(kind: str) -> str:
    if not kind.isdigit():
        return kind.upper()
    return _NAMES.get(int(kind), f"DYNAMIC_{kind}")
