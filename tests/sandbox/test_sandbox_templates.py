"""crm.documentgenerator.template.*: what its two pages and the modules' controllers say."""

from typing import Any

import pytest

from tests.sandbox.sandbox_rig import Bitrix

LIST = "crm.documentgenerator.template.list"
GET = "crm.documentgenerator.template.get"


def template(portal: Bitrix, name: str = "Offer", **more: Any) -> int:
    return int(portal.control("POST", "templates", name=name, **more)["id"])


def listed(portal: Bitrix, **asked: Any) -> list[int]:
    """Ids in the order of the answer."""
    return [int(id_) for id_ in portal.result(LIST, **asked)["templates"] or {}]


def test_rows_are_keyed_by_id_and_have_what_is_selected(portal: Bitrix) -> None:
    select = ["id", "name", "region", "entityTypeId", "users"]

    chosen = portal.result(LIST, select=select, filter={"id": 41})["templates"]
    all_fields = portal.result(LIST, filter={"id": 41})["templates"]["41"]

    own = portal.url + "/bitrix/services/main/ajax.php"
    rest = portal.url + "/rest/crm.documentgenerator.template.download.json"
    assert chosen == {
        "41": {
            "id": "41",
            "name": "Contract",
            "region": "en",
            "users": ["UA"],
            "entityTypeId": ["2_category_0"],
            "download": f"{own}?action=crm.documentgenerator.template.download&SITE_ID=s1&id=41",
            "downloadMachine": f"{rest}?auth={portal.token}&id=41",
        }
    }
    assert not {"entityTypeId", "users"} & set(all_fields)
    assert (all_fields["active"], all_fields["isDeleted"]) == ("Y", "N")
    assert (all_fields["moduleId"], all_fields["code"]) == ("crm", None)


def test_a_template_that_is_added_changed_and_deleted(portal: Bitrix) -> None:
    made = template(portal, entityTypeId=["2_category_37"])
    assert portal.result(GET, id=made)["template"]["active"] == "Y"

    portal.control("PATCH", f"templates/{made}", name="Bill", active=False)
    changed = portal.result(GET, id=made)["template"]
    portal.control("DELETE", f"templates/{made}")

    assert (changed["name"], changed["active"]) == ("Bill", "N")
    assert (changed["entityTypeId"], changed["users"]) == (["2_category_37"], {"UA": "UA"})
    assert listed(portal) == [39, 41]
    assert listed(portal, filter={"isDeleted": "Y"}) == [made]
    assert listed(portal, filter={"@isDeleted": ["Y", "N"]}) == [39, 41, made]
    assert portal.result(GET, id=made)["template"]["isDeleted"] == "Y"
    assert [row["deleted"] for row in portal.control("GET", "state")["templates"]][-1] is True


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        pytest.param({"active": "Y"}, ["a", "b"], id="active"),
        pytest.param({"active": True}, ["a", "b"], id="active as JSON has it"),
        pytest.param({"active": "N"}, ["c"], id="not active"),
        pytest.param({"!active": "Y"}, ["c"], id="other than active"),
        pytest.param({"name": ["a", "c"]}, ["a", "c"], id="any of two names"),
        pytest.param({"!@name": ["a", "c"]}, ["b"], id="none of two names"),
        pytest.param({"entityTypeId": "2"}, ["b", "c"], id="an entity type"),
        pytest.param({"entityTypeId": ["2_category_37", "31"]}, ["a", "c"], id="two bindings"),
        pytest.param({"=entityTypeId": 31}, ["c"], id="equal sign"),
        pytest.param({">sort": 100, "region": "de"}, ["a"], id="two at once"),
        pytest.param({"moduleId": "rpa"}, ["a", "b", "c"], id="the module is always crm"),
    ],
)
def test_filters(portal: Bitrix, filters: Any, names: list[str]) -> None:
    template(portal, "a", entityTypeId=["2_category_37"], region="de")
    template(portal, "b", sort=100, region="de")
    template(portal, "c", active=False, entityTypeId=[2, 31])

    rows = portal.result(LIST, filter={">id": 41, **filters})["templates"]

    assert [row["name"] for row in rows.values()] == names


def test_order_goes_field_by_field(portal: Bitrix) -> None:
    first, last = template(portal, "z", sort=1), template(portal, "a", sort=900)

    assert listed(portal, order={"id": "desc"}) == [last, first, 41, 39]
    assert listed(portal, order={"sort": "ASC", "name": "ASC"}) == [first, 41, 39, last]


def test_pages_hold_fifty(portal: Bitrix) -> None:
    portal.control("PATCH", "portal", rate=None)
    for _ in range(60):
        template(portal)

    first, second = (portal.call(LIST, start=start).json() for start in (0, 50))
    uncounted = portal.call(LIST, start=-1).json()

    assert (first["total"], first["next"], len(first["result"]["templates"])) == (62, 50, 50)
    assert ("next" in second, len(second["result"]["templates"])) == (False, 12)
    assert not {"total", "next"} & set(uncounted)


def test_none_is_an_empty_array_of_php(portal: Bitrix) -> None:
    assert portal.call(LIST, filter={"id": 1}).json()["result"] == {"templates": []}


def test_what_the_page_does_not_name_is_told(portal: Bitrix) -> None:
    for asked in ({"filter": {"title": "x"}}, {"order": {"users": "ASC"}}, {"select": ["title"]}):
        assert portal.error(LIST, **asked)[1] == "SANDBOX_UNKNOWN_VALUE"


def test_an_unknown_template_is_not_found(portal: Bitrix) -> None:
    assert portal.error(GET, id=1) == (400, "0", "Template not found")


def test_listing_needs_the_role_to_modify_templates(portal: Bitrix) -> None:
    portal.control("PATCH", "users/7", templates=False)
    hook = portal.control("POST", "webhooks", user_id=7, scope="crm")["url"]

    refused = portal.http.post(hook + LIST)
    portal.control("PATCH", "portal", document_permissions=False)
    small_plan = portal.http.post(hook + LIST)

    told = {"error": "", "error_description": "You do not have permissions to modify templates"}
    assert (refused.status_code, refused.json()) == (400, told)
    assert small_plan.status_code == 200


def test_in_a_batch_documents_and_templates_come_together(portal: Bitrix) -> None:
    document = portal.document(portal.deal(), templateId=41)

    answer = portal.batch(
        {
            "documents": "crm.documentgenerator.document.list?select[]=id&select[]=templateId",
            "templates": f"{LIST}?filter[active]=Y&select[]=name",
            "one": f"{GET}?id=$result[documents][documents][0][templateId]",
        }
    )

    result = answer["result"]
    assert result["documents"]["documents"] == [{"id": str(document), "templateId": "41"}]
    assert set(result["templates"]["templates"]) == {"39", "41"}
    assert result["one"]["template"]["name"] == "Contract"
    assert answer["result_total"] == {"documents": 1, "templates": 2}
