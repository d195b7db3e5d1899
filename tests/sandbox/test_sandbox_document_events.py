"""ONCRMDOCUMENTGENERATORDOCUMENTDELETE: who is told, when, and with whose tokens."""

import time
from typing import Any

import pytest

from tests.sandbox.sandbox_rig import Bitrix, Handler, eventually

EVENT = "ONCRMDOCUMENTGENERATORDOCUMENTDELETE"
DELETE = "crm.documentgenerator.document.delete"


def bind(portal: Bitrix, handler: Handler, path: str = "/events", **more: Any) -> None:
    fields = {"event": "onCrmDocumentGeneratorDocumentDelete", "handler": handler.url + path}
    assert portal.result("event.bind", **fields | more) is True


def sent(portal: Bitrix) -> list[tuple[int, int]]:
    """Status and document of each event of the journal."""
    events = portal.control("GET", "journal")["events"]
    return [
        (event["status"], event["document"])
        for event in events
        if event["kind"] == "event.sent" and event["name"] == EVENT
    ]


def test_a_deleted_document_is_told_in_the_documented_form(
    portal: Bitrix, handler: Handler
) -> None:
    bind(portal, handler)
    deal = portal.deal()
    document = portal.document(deal)

    portal.result(DELETE, id=document)

    form = handler.wait()[0]
    assert handler.received[0][0] == "/events"
    assert list(form) == [
        "event",
        "event_handler_id",
        "data[FIELDS][ID]",
        "data[FIELDS][ENTITY_TYPE_ID]",
        "data[FIELDS][ENTITY_ID]",
        "ts",
        *(
            f"auth[{name}]"
            for name in (
                "domain",
                "scope",
                "access_token",
                "refresh_token",
                "expires_in",
                "server_endpoint",
                "status",
                "client_endpoint",
                "member_id",
                "application_token",
            )
        ),
    ]
    fields = [form[f"data[FIELDS][{name}]"] for name in ("ID", "ENTITY_TYPE_ID", "ENTITY_ID")]
    assert fields == [str(document), "2", str(deal)]
    assert form["event"] == EVENT
    assert form["event_handler_id"].isdigit()
    assert form["auth[application_token]"] == portal.app["application_token"]
    assert form["auth[member_id]"] == portal.member_id
    assert abs(float(form["ts"]) - time.time()) < 10
    assert portal.call("profile", _token=form["auth[access_token]"]).json()["result"]["ID"] == "1"
    eventually(lambda: sent(portal) == [(200, document)])


@pytest.mark.parametrize(
    ("auth_type", "by", "speaks"),
    [
        pytest.param(0, 7, "7", id="whoever did it"),
        pytest.param(1, 7, "1", id="a fixed user"),
        pytest.param(0, None, None, id="nobody: no tokens"),
    ],
)
def test_the_tokens_are_of_the_one_who_did_it(
    portal: Bitrix, handler: Handler, auth_type: int, by: int | None, speaks: str | None
) -> None:
    bind(portal, handler, auth_type=auth_type)
    document = portal.document(portal.deal())

    portal.control("DELETE", f"documents/{document}", user_id=by)

    form = handler.wait()[0]
    assert form["auth[application_token]"] == portal.app["application_token"]
    assert (form["auth[scope]"], form["auth[status]"]) == ("crm,bizproc", "L")
    token = form.get("auth[access_token]")
    user = portal.call("profile", _token=token).json()["result"]["ID"] if token else None
    assert user == speaks
    assert ("auth[refresh_token]" in form) is bool(speaks)


def test_each_handler_is_told_once_and_none_is_no_event(portal: Bitrix, handler: Handler) -> None:
    first, second = (portal.document(portal.deal()) for _ in range(2))
    portal.result(DELETE, id=first)
    bind(portal, handler)
    bind(portal, handler, path="/other")

    portal.batch({"x": f"{DELETE}?id={second}", "again": f"{DELETE}?id={second}"})

    handler.wait(2)
    assert sorted(path for path, _ in handler.received) == ["/events", "/other"]
    numbers = [form["event_handler_id"] for form in handler.wait(2)]
    assert len(set(numbers)) == 2


def test_a_document_whose_deal_goes_stays_and_nothing_is_told(
    portal: Bitrix, handler: Handler
) -> None:
    bind(portal, handler)
    deal = portal.deal()
    document = portal.document(deal)

    portal.control("DELETE", f"items/2/{deal}")

    assert [row["id"] for row in portal.control("GET", "state")["documents"]] == [document]
    assert handler.received == []


def test_before_the_installation_is_finished_no_event_fires(
    fresh: Bitrix, handler: Handler
) -> None:
    fresh.control("POST", "apps/install", install_url=handler.url + "/i", interface=True)
    fresh.token = dict(handler.received[0][1])["AUTH_ID"]
    handler.received.clear()
    bind(fresh, handler)
    deal = fresh.deal()

    fresh.result(DELETE, id=fresh.document(deal))
    fresh.control("POST", "apps/finish")
    document = fresh.document(deal)
    fresh.result(DELETE, id=document)

    assert handler.wait()[0]["data[FIELDS][ID]"] == str(document)


def test_what_cannot_be_bound_is_refused(portal: Bitrix, handler: Handler) -> None:
    fields = {"event": EVENT, "handler": handler.url}

    offline = portal.error("event.bind", **fields, event_type="offline")
    other = portal.error("event.bind", **fields | {"event": "ONCRMDEALDELETE"})
    portal.install(handler, scope="bizproc")

    assert offline[1] == "SANDBOX_UNKNOWN_VALUE"
    assert other == (400, "ERROR_EVENT_NOT_FOUND", "Event not found")
    assert portal.error("event.bind", **fields) == other
