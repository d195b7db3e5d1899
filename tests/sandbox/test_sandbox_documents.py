"""crm.documentgenerator.document.*: wire facts 10."""

from typing import Any

import pytest

from tests.sandbox.sandbox_rig import Bitrix, eventually

ENABLE = "crm.documentgenerator.document.enablepublicurl"
GET = "crm.documentgenerator.document.get"
LIST = "crm.documentgenerator.document.list"
DELETE = "crm.documentgenerator.document.delete"
MISSING = r"Bitrix\DocumentGenerator\Document constructor must be is public"


def test_enabling_twice_gives_the_same_link(portal: Bitrix) -> None:
    document = portal.document(portal.deal())

    first, again = (portal.result(ENABLE, id=document)["publicUrl"] for _ in range(2))

    assert first == again
    assert first.startswith(portal.url + "/~")
    assert len(first.rpartition("~")[2]) == 5
    assert portal.kinds().count("document.public") == 1


def test_enabling_after_disabling_gives_a_new_link(portal: Bitrix) -> None:
    document = portal.document(portal.deal())
    first = portal.result(ENABLE, id=document)["publicUrl"]

    assert portal.result(ENABLE, id=document, status=0) == {"publicUrl": None}

    assert portal.result(ENABLE, id=document)["publicUrl"] != first


@pytest.mark.parametrize(
    ("status", "public"),
    [
        pytest.param(1, True, id="1"),
        pytest.param("1", True, id="text 1"),
        pytest.param(True, True, id="true"),
        pytest.param(0, False, id="0"),
        pytest.param("Y", False, id="Y"),
        pytest.param("true", False, id="text true"),
        pytest.param("", False, id="empty"),
        pytest.param(2, False, id="2"),
    ],
)
def test_status_is_compared_loosely_with_one(portal: Bitrix, status: Any, public: bool) -> None:
    document = portal.document(portal.deal())

    url = portal.result(ENABLE, id=document, status=status)["publicUrl"]

    assert bool(url) is public


@pytest.mark.parametrize("given", ["1abc", " 1", [5], {"a": 1}, True, 1.9])
def test_an_id_is_cast_as_php_does(portal: Bitrix, given: Any) -> None:
    portal.document(portal.deal())

    assert portal.result(GET, id=given)["document"]["id"] == "1"


@pytest.mark.parametrize("given", ["DEAL_5", [], 0, "", 99])
def test_an_id_of_nothing_is_not_found(portal: Bitrix, given: Any) -> None:
    assert portal.error(GET, id=given) == (400, "0", "Document not found")


def test_a_missing_id_has_its_own_words(portal: Bitrix) -> None:
    assert portal.error(ENABLE) == (400, "100", MISSING)


def test_a_document_of_another_module_is_not_found(portal: Bitrix) -> None:
    document = portal.document(portal.deal(), module="rpa")

    assert portal.error(GET, id=document) == (400, "", "Document not found")


def _as_employee(portal: Bitrix, document: int, **rights: Any) -> tuple[int, Any, str]:
    """What user 7 with these rights is told when turning the link on."""
    portal.control("PATCH", "users/7", **rights)
    hook = portal.control("POST", "webhooks", user_id=7, scope="crm")["url"]
    answer = portal.http.post(hook + ENABLE, json={"id": document})
    body = answer.json()
    return answer.status_code, body.get("error"), body.get("error_description")


NO_VIEW = (400, "", "You do not have permissions to view documents")
NO_MODIFY = (400, "", "You do not have permissions to modify this document")
NO_ACCESS = (400, "DOCGEN_ACCESS_ERROR", "Access denied")


@pytest.mark.parametrize(
    ("rights", "told"),
    [
        pytest.param({"extranet": True}, (400, "allowed_only_intranet_user", ""), id="extranet"),
        pytest.param({"documents": "none", "crm_read": False}, NO_VIEW, id="no role"),
        pytest.param({"documents": "view", "crm_read": False}, NO_ACCESS, id="no item"),
        pytest.param({"documents": "view"}, NO_MODIFY, id="only view"),
        pytest.param({"documents": "modify"}, (200, None, None), id="modify"),
        pytest.param({"documents": "none", "admin": True}, (200, None, None), id="admin"),
    ],
)
def test_rights_are_a_ladder(portal: Bitrix, rights: Any, told: Any) -> None:
    document = portal.document(portal.deal())

    assert _as_employee(portal, document, **rights) == told


def test_on_a_small_plan_everyone_has_the_role(portal: Bitrix) -> None:
    document = portal.document(portal.deal())
    portal.control("PATCH", "portal", document_permissions=False)

    assert _as_employee(portal, document, documents="none")[0] == 200


def test_a_document_of_a_deleted_deal_is_denied_to_all(portal: Bitrix) -> None:
    deal = portal.deal()
    document = portal.document(deal)
    portal.control("DELETE", f"items/2/{deal}")

    assert portal.error(ENABLE, id=document) == NO_ACCESS


def test_ids_are_texts_and_publicurl_is_only_in_get(portal: Bitrix) -> None:
    deal = portal.deal()
    document = portal.document(deal, title="Offer", number="7")

    row = portal.result(LIST)["documents"][0]
    whole = portal.result(GET, id=document)["document"]

    for shown in (row, whole):
        assert (shown["id"], shown["entityId"], shown["entityTypeId"]) == (
            str(document),
            str(deal),
            "2",
        )
    assert "publicUrl" not in row
    assert whole["publicUrl"] is None
    assert (whole["title"], whole["number"]) == ("Offer", "7")


def test_old_cores_say_false_where_no_link_is(portal: Bitrix) -> None:
    portal.control("PATCH", "portal", public_off="false")

    assert portal.result(GET, id=portal.document(portal.deal()))["document"]["publicUrl"] is False


def test_the_pdf_comes_late(portal: Bitrix) -> None:
    portal.control("PATCH", "portal", rate=None)
    document = portal.document(portal.deal(), ready_in=0.8)

    assert "pdfUrl" not in portal.result(GET, id=document)["document"]

    eventually(lambda: "pdfUrl" in portal.result(GET, id=document)["document"])


def test_a_conversion_may_fail(portal: Bitrix) -> None:
    document = portal.document(portal.deal(), ready_in=1800, fails=True)
    assert portal.result(GET, id=document)["document"]["isTransformationError"] is False

    portal.control("POST", "clock", ahead=1801)
    failed = portal.result(GET, id=document)["document"]

    assert failed["isTransformationError"] is True
    assert failed["transformationErrorMessage"]
    assert isinstance(failed["transformationErrorCode"], str)
    assert not {"pdfUrl", "imageUrl"} & set(failed)
    assert failed["downloadUrl"]


def test_somebody_renames_a_document_and_converts_it_again(portal: Bitrix) -> None:
    document = portal.document(portal.deal(), title="Offer", fails=True)

    portal.control("POST", "clock", ahead=60)
    told = portal.control("PATCH", f"documents/{document}", title="Bill", ready_in=30, fails=False)
    pending = portal.result(GET, id=document)["document"]
    portal.control("POST", "clock", ahead=91)
    ready = portal.result(GET, id=document)["document"]

    assert told == {"id": document, "title": "Bill", "pdf_ready": False, "failed": False}
    assert pending["title"] == "Bill"
    assert pending["updateTime"] > pending["createTime"]
    assert ("pdfUrl" in pending, "pdfUrl" in ready) == (False, True)


def test_a_public_page_tells_whether_its_document_is_ready(portal: Bitrix) -> None:
    deal = portal.deal()
    good, bad = portal.document(deal, ready_in=60), portal.document(deal, ready_in=60, fails=True)
    links = [portal.result(ENABLE, id=document)["publicUrl"] for document in (good, bad)]

    def pages() -> list[str]:
        return [portal.http.get(link, follow_redirects=True).text for link in links]

    assert all("is being prepared" in page for page in pages())
    portal.control("POST", "clock", ahead=61)
    assert ["is ready" in page for page in pages()] == [True, False]
    portal.result(DELETE, id=good)
    assert portal.http.get(links[0], follow_redirects=True).status_code == 404


def test_a_deleted_document_is_gone(portal: Bitrix) -> None:
    document = portal.document(portal.deal())

    assert portal.result(DELETE, id=document) is None

    assert portal.error(GET, id=document)[2] == "Document not found"
