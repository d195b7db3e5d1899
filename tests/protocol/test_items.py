"""document_id -> CRM item: every row of the wire facts' table, and what is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot.errors import UnreadableError
from robot.protocol.forms import Value
from robot.protocol.items import Item, id_string, parse_item

NAMESPACE = "Bitrix\\Crm\\Integration\\BizProc\\Document\\"
VALUES: st.SearchStrategy[Value] = st.recursive(
    st.one_of(st.text(), st.from_regex(r"crm|[A-Z_]{0,9}[0-9]{1,20}(_[0-9]{1,20})?")),
    lambda inner: st.dictionaries(st.sampled_from("0123x"), inner),
    max_leaves=5,
)


def crm(written: str, kind: str = "CCrmDocumentDeal") -> Value:
    return {"0": "crm", "1": kind, "2": written}


@pytest.mark.parametrize(
    ("kind", "written", "entity_type_id", "number"),
    [
        pytest.param("CCrmDocumentLead", "LEAD_777", 1, 777, id="lead"),
        pytest.param("CCrmDocumentDeal", "DEAL_777", 2, 777, id="deal"),
        pytest.param("CCrmDocumentContact", "CONTACT_777", 3, 777, id="contact"),
        pytest.param("CCrmDocumentCompany", "COMPANY_777", 4, 777, id="company"),
        pytest.param(NAMESPACE + "Invoice", "INVOICE_777", 5, 777, id="old invoice"),
        pytest.param(NAMESPACE + "Quote", "QUOTE_777", 7, 777, id="quote"),
        pytest.param(NAMESPACE + "Order", "ORDER_777", 14, 777, id="order"),
        pytest.param(NAMESPACE + "SmartInvoice", "SMART_INVOICE_3", 31, 3, id="smart invoice"),
        pytest.param(NAMESPACE + "Dynamic", "DYNAMIC_147_1", 147, 1, id="smart process"),
        pytest.param(NAMESPACE + "SmartDocument", "SMART_DOCUMENT_5", 36, 5, id="e-sign"),
        pytest.param(NAMESPACE + "SmartB2eDocument", "SMART_B2E_DOC_5", 39, 5, id="e-sign b2e"),
        pytest.param("any", f"DEAL_{2**63 - 1}", 2, 2**63 - 1, id="the largest id"),
    ],
)
def test_the_id_names_the_type(kind: str, written: str, entity_type_id: int, number: int) -> None:
    item = parse_item(crm(written, kind))

    assert item == Item(entity_type_id=entity_type_id, id=number, document_id=written)


def test_the_three_parts_come_in_any_order() -> None:
    item = parse_item({"2": "DEAL_1188", "0": "crm", "1": "CCrmDocumentDeal"})

    assert item == Item(entity_type_id=2, id=1188, document_id="DEAL_1188")


@pytest.mark.parametrize(("named", "entity_type_id"), [("INVOICE", 5), ("DYNAMIC_147", 147)])
def test_a_bare_number_takes_its_type_from_document_type(named: str, entity_type_id: int) -> None:
    item = parse_item(crm("777"), crm(named))

    assert item == Item(entity_type_id=entity_type_id, id=777, document_id="777")


def test_the_id_holds_where_document_type_says_otherwise() -> None:
    item = parse_item(crm("LEAD_5"), crm("DEAL"))

    assert item == Item(entity_type_id=1, id=5, document_id="LEAD_5")


@pytest.mark.parametrize(
    ("document_id", "written"),
    [
        pytest.param({"0": "tasks", "1": "Task", "2": "49728"}, "49728", id="a task"),
        pytest.param({"0": "lists", "1": "BizprocDocument", "2": "12"}, "12", id="a list element"),
        pytest.param({"0": "disk", "1": "BizProcDocument", "2": "DEAL_5"}, "DEAL_5", id="a file"),
        pytest.param({"0": "CRM", "1": "x", "2": "DEAL_5"}, "DEAL_5", id="a module in capitals"),
        pytest.param(crm("NEWTHING_5"), "NEWTHING_5", id="a CRM type of the future"),
        pytest.param(crm("deal_5"), "deal_5", id="another spelling"),
        pytest.param(crm("777"), "777", id="a bare number without a type"),
    ],
)
def test_what_is_no_known_crm_item_is_none(document_id: Value, written: str) -> None:
    assert parse_item(document_id) is None
    assert id_string(document_id) == written


@pytest.mark.parametrize(
    "document_id",
    [
        pytest.param("DEAL_5", id="a string"),
        pytest.param({"0": "crm", "2": "DEAL_5"}, id="two parts"),
        pytest.param({"0": "crm", "1": "x", "2": {"0": "DEAL_5"}}, id="an array inside"),
        pytest.param({"0": "tasks", "1": {}, "2": ""}, id="a task without id"),
        pytest.param(crm(""), id="empty"),
        pytest.param(crm("DEAL"), id="no number"),
        pytest.param(crm("DEAL_"), id="a blank number"),
        pytest.param(crm("DEAL_0"), id="zero"),
        pytest.param(crm("DEAL_-5"), id="negative"),
        pytest.param(crm("DEAL_5x"), id="letters after the number"),
        pytest.param(crm("DEAL_5\n"), id="a line break"),
        pytest.param(crm("DEAL_\u0665"), id="digits that are not ASCII"),
        pytest.param(crm(f"DEAL_{2**63}"), id="more than a database holds"),
        pytest.param(crm("DEAL_" + "1" * 300), id="too long"),
        pytest.param(crm("DYNAMIC_147"), id="a smart process without an item"),
        pytest.param(crm("DYNAMIC_0_1"), id="smart process zero"),
    ],
)
def test_a_malformed_id_is_unreadable(document_id: Value) -> None:
    with pytest.raises(UnreadableError, match="document_id"):
        parse_item(document_id)


def test_a_malformed_document_type_is_unreadable() -> None:
    with pytest.raises(UnreadableError, match="document_type"):
        parse_item(crm("DEAL_5"), "DEAL")


@given(VALUES, st.none() | VALUES)
def test_garbage_is_an_item_or_none_or_unreadable(value: Value, kind: Value | None) -> None:
    try:
        item = parse_item(value, kind)
    except UnreadableError:
        return
    assert item is None or (0 < item.id < 2**63 and 0 < item.entity_type_id < 2**63)
