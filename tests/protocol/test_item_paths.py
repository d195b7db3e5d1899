"""Where CRM items are shown, and which item an address or a name means."""

import pytest

from robot.protocol.item_paths import name_in, names_of, path_of
from robot.protocol.items import ENTITY_TYPES, MAX_ID

PORTAL = "https://acme.bitrix24.com"


@pytest.mark.parametrize(
    ("entity_type_id", "path"),
    [
        (1, "/crm/lead/details/7/"),
        (2, "/crm/deal/details/7/"),
        (3, "/crm/contact/details/7/"),
        (4, "/crm/company/details/7/"),
        (5, "/crm/invoice/show/7/"),
        (7, "/crm/type/7/details/7/"),
        (14, "/shop/orders/details/7/"),
        (31, "/crm/type/31/details/7/"),
        (128, "/crm/type/128/details/7/"),
    ],
)
def test_an_item_is_shown_at_bitrix24s_own_path(entity_type_id: int, path: str) -> None:
    assert path_of(entity_type_id, 7) == path


@pytest.mark.parametrize("entity_type_id", [*ENTITY_TYPES.values(), 128, 1_036])
def test_the_address_of_an_item_is_recognised(entity_type_id: int) -> None:
    name = name_in(f"{PORTAL}{path_of(entity_type_id, 7)}?IFRAME=Y")

    kinds = {number: kind for kind, number in ENTITY_TYPES.items()}
    assert name == f"{kinds.get(entity_type_id, f'DYNAMIC_{entity_type_id}')}_7"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("DEAL_7", "DEAL_7"),
        ("deal 7", "DEAL_7"),
        ("Deal #7", "DEAL_7"),
        ("dynamic_128_7", "DYNAMIC_128_7"),
        ("smart_invoice_7", "SMART_INVOICE_7"),
        ("/crm/deal/show/7/", "DEAL_7"),
        ("/crm/quote/show/7/", "QUOTE_7"),
        (f"{PORTAL}/page/sales/pipeline/type/177/details/7/", "DYNAMIC_177_7"),
        (f"{PORTAL}/crm/deal/details/7#tab", "DEAL_7"),
        ("", ""),
        ("7", ""),
        ("DEAL_0", ""),
        (f"DEAL_{MAX_ID + 1}", ""),
        ("THING_7", ""),
        ("DYNAMIC_7", ""),
        (f"{PORTAL}/crm/deal/details/", ""),
        (f"{PORTAL}/crm/deal/details/7x/", ""),
        ("\0DEAL_7", ""),
        pytest.param(f"A{'_' * 60_000}", "", id="what took half a minute"),
    ],
)
def test_a_name_or_an_address_means_one_item_or_none(text: str, name: str) -> None:
    assert name_in(text) == name


def test_a_number_means_items_of_every_kind() -> None:
    assert {"DEAL_7", "LEAD_7", "QUOTE_7", "SMART_INVOICE_7"} <= set(names_of(7))
