"""crm.item.list, as https://apidocs.bitrix24.com/api-reference/crm/universal/ says."""

import pytest

from tests.sandbox.sandbox_rig import Bitrix

LIST = "crm.item.list"


@pytest.fixture
def deals(portal: Bitrix) -> list[int]:
    titles = ("Twelve chairs", "A table", "Four CHAIRS")
    return [
        int(portal.control("POST", "items", entityTypeId=2, title=title)["id"]) for title in titles
    ]


def ids(portal: Bitrix, **asked: object) -> list[int]:
    return [row["id"] for row in portal.result(LIST, entityTypeId=2, **asked)["items"]]


def test_items_come_in_the_order_that_is_asked_for(portal: Bitrix, deals: list[int]) -> None:
    assert ids(portal, order={"id": "DESC"}) == sorted(deals, reverse=True)
    assert portal.result(LIST, entityTypeId=1)["items"] == []


def test_they_are_found_by_number_and_by_words_of_their_title(
    portal: Bitrix, deals: list[int]
) -> None:
    assert ids(portal, filter={"id": deals[1]}) == [deals[1]]
    assert ids(portal, filter={"%title": "chairs"}) == [deals[0], deals[2]]


def test_only_what_is_selected_comes(portal: Bitrix, deals: list[int]) -> None:
    rows = portal.result(LIST, entityTypeId=2, select=["title"], filter={"id": deals[1]})["items"]

    assert rows == [{"title": "A table"}]


def test_other_types_and_fields_are_refused(portal: Bitrix) -> None:
    assert portal.error(LIST, entityTypeId=5)[1] == "NOT_FOUND"
    assert portal.error(LIST, entityTypeId=2, filter={"colour": 1})[1] == "INVALID_ARG_VALUE"


def test_who_may_not_read_the_crm_sees_none(portal: Bitrix, deals: list[int]) -> None:
    portal.control("PATCH", "users/7", crm_read=False)
    hook = portal.control("POST", "webhooks", user_id=7, scope="crm")["url"]

    listed = portal.http.post(hook + LIST, json={"entityTypeId": 2}).json()

    assert listed["result"] == {"items": []}
