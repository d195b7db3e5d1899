"""crm.documentgenerator.document.list: filter, order, pages. Wire facts 10.3."""

from typing import Any

import pytest

from tests.sandbox.sandbox_rig import Bitrix

LIST = "crm.documentgenerator.document.list"


def test_the_documents_of_one_deal_come_in_pages(portal: Bitrix) -> None:
    portal.control("PATCH", "portal", rate=None)
    deal, other = portal.deal(), portal.deal()
    ids = [portal.document(deal) for _ in range(101)]
    portal.document(other)
    asked: dict[str, Any] = {
        "filter": {"entityTypeId": 2, "entityId": deal},
        "order": {"id": "DESC"},
    }

    pages = [portal.call(LIST, start=start, **asked).json() for start in (0, 50, 100, 150)]
    rest = portal.call(LIST, start=-1, **asked | {"filter": {"<id": ids[1], "entityId": deal}})

    shown = [int(row["id"]) for page in pages for row in page["result"]["documents"]]
    assert shown == ids[::-1]
    assert [page.get("next") for page in pages] == [50, 100, None, None]
    assert {page["total"] for page in pages} == {101}
    assert [row["id"] for row in rest.json()["result"]["documents"]] == [str(ids[0])]


@pytest.mark.parametrize("key", ["id", "@id", "=id"])
def test_a_list_of_ids_is_a_filter_in_each_encoding(portal: Bitrix, key: str) -> None:
    deal = portal.deal()
    ids = [portal.document(deal) for _ in range(3)]
    name = key.replace("=", "%3D")
    form = f"select[]=id&filter[{name}][]={ids[0]}&filter[{name}][]={ids[2]}&auth={portal.token}"
    kind = {"Content-Type": "application/x-www-form-urlencoded"}

    by_json = portal.result(LIST, filter={key: [ids[0], ids[2]]}, select=["id"])
    by_form = portal.http.post(f"{portal.url}/rest/{LIST}", content=form, headers=kind).json()
    batched = portal.batch({"x": f"{LIST}?{form.rpartition('&')[0]}"})

    wanted = [{"id": str(ids[0])}, {"id": str(ids[2])}]
    assert by_json["documents"] == by_form["result"]["documents"] == wanted
    assert batched["result"]["x"]["documents"] == wanted
    assert batched["result_total"] == {"x": 2}


def test_the_latest_document_of_a_deal_is_first_in_descending_order(portal: Bitrix) -> None:
    deal, other = portal.deal(), portal.deal()
    documents = [portal.document(deal, templateId=n) for n in (1, 2, 1)]
    portal.document(other)
    item = {"entityTypeId": 2, "entityId": str(deal)}

    newest = portal.call(LIST, filter=item, order={"id": "desc"}).json()
    of_template = portal.result(LIST, filter={**item, "templateId": 2})["documents"]

    assert [row["id"] for row in newest["result"]["documents"]] == list(map(str, documents[::-1]))
    assert newest["total"] == 3
    assert "next" not in newest
    assert [row["id"] for row in of_template] == [str(documents[1])]


def test_filters_know_their_signs(portal: Bitrix) -> None:
    deal = portal.deal()
    ids = [portal.document(deal) for _ in range(4)]

    def found(**filters: Any) -> list[int]:
        rows = portal.result(LIST, filter=filters, select=["id"])["documents"]
        return [int(row["id"]) for row in rows]

    assert found(**{">id": ids[1]}) == ids[2:]
    assert found(**{"<=id": ids[1]}) == ids[:2]
    assert found(**{"@id": ids[1:3]}) == ids[1:3]
    assert found(**{"!id": ids[0]}) == ids[1:]
    assert found(**{">entityId": 10**6}) == ids  # dropped without a word


def test_pages_hold_fifty_and_minus_one_skips_counting(portal: Bitrix) -> None:
    deal = portal.deal()
    for _ in range(60):
        portal.document(deal)
    portal.control("PATCH", "portal", rate=None)

    first = portal.call(LIST).json()
    second = portal.call(LIST, start=50).json()
    uncounted = portal.call(LIST, start=-1).json()

    assert (first["total"], first["next"], len(first["result"]["documents"])) == (60, 50, 50)
    assert len(second["result"]["documents"]) == 10
    assert "next" not in second
    assert not {"total", "next"} & set(uncounted)


def test_the_documented_core_refuses_to_select_the_item(portal: Bitrix) -> None:
    assert portal.error(LIST, select=["entityTypeId"])[1] == "100"

    portal.control("PATCH", "portal", list_core="newest")
    portal.document(portal.deal())
    assert portal.result(LIST, select=["entityTypeId"])["documents"] == [{"entityTypeId": "2"}]


def test_a_list_needs_the_right_to_read(portal: Bitrix) -> None:
    portal.control("PATCH", "users/7", crm_read=False)
    hook = portal.control("POST", "webhooks", user_id=7, scope="crm")["url"]

    answer = portal.http.post(hook + LIST).json()

    assert answer == {"error": "ACCESS_DENIED", "error_description": "Access denied"}
