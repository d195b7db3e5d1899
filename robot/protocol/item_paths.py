"""Where a CRM item is shown in Bitrix24, and which item an address or a name means. Pure.

Sources: https://apidocs.bitrix24.com, "BX24.openPath", lists deals, leads, contacts, companies and
`/crm/type/<entityTypeId>/details/<id>/`; the last one also shows quotes and new invoices. Orders
and old invoices have the addresses of CRM's own settings (module crm, options, "Paths to pages").
"""

import re

from robot.protocol.items import ENTITY_TYPES, MAX_ID

DEAL, SMART_INVOICE = 2, 31
_PATHS = {
    1: "/crm/lead/details/{}/",
    DEAL: "/crm/deal/details/{}/",
    3: "/crm/contact/details/{}/",
    4: "/crm/company/details/{}/",
    5: "/crm/invoice/show/{}/",
    14: "/shop/orders/details/{}/",
}
_BY_TYPE = "/crm/type/{}/details/{}/"  # also inside of a digital workplace's own address
_NAMES = {entity_type_id: name for name, entity_type_id in ENTITY_TYPES.items()}
_KIND = r"(?P<kind>lead|deal|contact|company|quote|invoice)"
_ADDRESSES = (
    re.compile(rf"/crm/{_KIND}/(?:details|show|edit)/(?P<id>[0-9]{{1,19}})(?:/|\?|#|$)"),
    re.compile(r"/type/(?P<type>[0-9]{1,19})/details/(?P<id>[0-9]{1,19})(?:/|\?|#|$)"),
    re.compile(r"/shop/(?P<kind>order)s/details/(?P<id>[0-9]{1,19})(?:/|\?|#|$)"),
)
# So few signs between them that a long text costs no more than its length: anybody may send one.
_NAMED = re.compile(r"(?P<kind>[A-Z][A-Z0-9_]*?)[_ #]{1,9}(?P<id>[0-9]{1,19})")
_SMART_PROCESS = re.compile(r"DYNAMIC_[0-9]{1,19}")


def path_of(entity_type_id: int, item_id: int) -> str:
    """Its page, from the portal's own address on."""
    special = _PATHS.get(entity_type_id)
    return special.format(item_id) if special else _BY_TYPE.format(entity_type_id, item_id)


def name_in(text: str) -> str:
    """Bitrix24's name of the item that an address or a name means; empty where it means none.

    `https://acme.bitrix24.com/crm/deal/details/7/`, `DEAL_7` and `deal 7` are `DEAL_7`.
    """
    for address in _ADDRESSES:
        if found := address.search(text):
            parts = found.groupdict()
            kind = _kind_of(int(parts["type"])) if parts.get("type") else parts["kind"].upper()
            return _name(kind, parts["id"])
    found = _NAMED.fullmatch(text.strip().upper())
    if not found:
        return ""
    is_kind = found["kind"] in ENTITY_TYPES or _SMART_PROCESS.fullmatch(found["kind"])
    return _name(found["kind"], found["id"]) if is_kind else ""


def names_of(number: int) -> tuple[str, ...]:
    """The items of every kind with that number, but those of smart processes."""
    return tuple(f"{kind}_{number}" for kind in ENTITY_TYPES)


def _kind_of(entity_type_id: int) -> str:
    return _NAMES.get(entity_type_id) or f"DYNAMIC_{entity_type_id}"


def _name(kind: str, digits: str) -> str:
    number = int(digits)
    return f"{kind}_{number}" if 0 < number <= MAX_ID else ""
