"""The control plane: what it knows, the journal, faults, a renamed portal."""

import time
from typing import Any

import httpx2 as httpx
import pytest

from tests.sandbox.sandbox_rig import Bitrix, Handler, eventually

ENABLE = "crm.documentgenerator.document.enablepublicurl"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "portal", {"rat": 2}),
        ("PATCH", "portal", {"rate": "2"}),
        ("PATCH", "portal", {"send_tokens": "some"}),
        ("PATCH", "users/1", {"documents": "all"}),
        ("POST", "apps/install", {}),
        ("POST", "items", {"entityTypeId": 99}),
        ("POST", "documents", {"entityTypeId": 2}),
        ("PATCH", "documents/1", {"number": "2"}),
        ("PUT", "stages/WON", {"robots": [{"name": "x"}]}),
        ("PUT", "stages/WON", {"robots": [{"code": "mail", "properties": {"body": "x"}}]}),
        ("POST", "deliveries", {"lost": 1}),
        ("POST", "faults", {"target": "rest", "kind": "explode"}),
        ("POST", "faults", {"target": "delivery", "kind": "html"}),
        ("POST", "rename", {"host": "example.com"}),
        ("GET", "journal?since=1", None),
    ],
)
def test_what_is_not_known_is_a_400(fresh: Bitrix, method: str, path: str, body: Any) -> None:
    answer = fresh.http.request(method, f"{fresh.url}/_sandbox/{path}", json=body)

    assert answer.status_code == 400
    assert answer.json()["error"]


def test_an_unknown_field_lists_the_known_ones(fresh: Bitrix) -> None:
    answer = fresh.http.post(f"{fresh.url}/_sandbox/items", json={"type": 2})

    assert answer.json() == {"error": "Unknown fields: type", "known": ["entityTypeId", "title"]}


def test_portals_share_nothing_and_the_host_tells_them_apart(
    portal: Bitrix, neighbour: Bitrix
) -> None:
    portal.deal()

    assert portal.member_id != neighbour.member_id
    assert neighbour.control("GET", "state")["items"] == []
    assert len(portal.control("GET", "state")["items"]) == 1
    stranger = portal.http.get(f"{portal.url}/_sandbox/state", headers={"Host": "x.example"})
    assert stranger.status_code == 404


def test_state_shows_everything_but_tokens(portal: Bitrix, handler: Handler) -> None:
    portal.robot(handler)
    portal.document(portal.deal(), public=True)

    state = portal.control("GET", "state")

    assert {user["id"] for user in state["users"]} == {1, 7, 9}
    assert state["app"]["client_secret"] == portal.app["client_secret"]
    assert state["robots"][0]["fields"]["HANDLER"] == handler.url + "/robot"
    assert "/~" in state["documents"][0]["public_url"]
    assert portal.token not in str(state)


def test_the_journal_waits_for_news(fresh: Bitrix) -> None:
    started = time.monotonic()

    nothing = fresh.control("GET", "journal?after=0&wait=0.2")

    assert nothing == {"events": [], "last": 0}
    assert time.monotonic() - started >= 0.2
    fresh.move(fresh.deal())
    news = fresh.control("GET", "journal?after=0&wait=5")
    assert [event["kind"] for event in news["events"]] == ["item.moved"]
    assert fresh.control("GET", "journal?after=1")["events"] == []


def test_an_ordered_error_comes_so_often_and_hits_commands_too(portal: Bitrix) -> None:
    portal.control(
        "POST",
        "faults",
        target="rest",
        method="user.admin",
        kind="error",
        times=2,
        error="INTERNAL_SERVER_ERROR",
        description="No",
        status=500,
    )

    assert portal.error("user.admin") == (500, "INTERNAL_SERVER_ERROR", "No")
    assert portal.result("profile")["ID"] == "1"
    command = portal.batch({"a": "user.admin", "b": "profile"})
    assert command["result_error"]["a"]["error"] == "INTERNAL_SERVER_ERROR"
    assert "b" in command["result"]
    assert portal.result("user.admin") is True


def test_slow_takes_its_time(portal: Bitrix) -> None:
    portal.control("POST", "faults", target="rest", kind="slow", seconds=0.3, times=1)

    block = portal.call("profile").json()["time"]

    assert block["duration"] >= 0.3
    assert block["operating"] >= 0.3


@pytest.mark.parametrize(("kind", "done"), [("drop_before", False), ("drop_after", True)])
def test_a_dropped_connection_may_hide_work_that_was_done(
    portal: Bitrix, kind: str, done: bool
) -> None:
    document = portal.document(portal.deal())
    portal.control("POST", "faults", target="rest", method=ENABLE, kind=kind, times=1)

    with pytest.raises(httpx.RemoteProtocolError):
        portal.call("batch", cmd={"x": f"{ENABLE}?id={document}"})

    public = portal.control("GET", "state")["documents"][0]["public_url"]
    assert bool(public) is done


def test_garbled_answers_are_pages_halves_and_bare_statuses(portal: Bitrix) -> None:
    for kind in ("html", "status", "cut"):
        portal.control("POST", "faults", target="rest", kind=kind, status=502, times=1)

    page, bare = portal.call("profile"), portal.call("profile")
    with pytest.raises(httpx.RemoteProtocolError):
        portal.call("profile")

    assert (page.status_code, page.headers["Content-Type"]) == (502, "text/html; charset=utf-8")
    assert (bare.status_code, bare.content) == (502, b"")
    assert portal.call("profile").status_code == 200


def test_faults_of_the_authorization_server(portal: Bitrix) -> None:
    portal.control("POST", "faults", target="oauth", method="app.info", kind="html", status=503)

    answer = portal.http.get(f"{portal.oauth}/rest/app.info", params={"auth": portal.token})

    assert answer.status_code == 503
    portal.control("DELETE", "faults")
    again = portal.http.get(f"{portal.oauth}/rest/app.info", params={"auth": portal.token})
    assert again.status_code == 200


def test_an_oauth_error_can_be_ordered(portal: Bitrix) -> None:
    portal.control(
        "POST", "faults", target="oauth", kind="error", error="PAYMENT_REQUIRED", status=401
    )

    answer = portal.http.get(f"{portal.oauth}/rest/app.info", params={"auth": portal.token})

    assert (answer.status_code, answer.json()["error"]) == (401, "PAYMENT_REQUIRED")


def test_a_renamed_portal_sends_on_and_tokens_name_the_new_address(portal: Bitrix) -> None:
    old = portal.url
    renamed = portal.control("POST", "rename", host="127.0.200.77")

    answer = portal.call("profile")
    info = portal.http.get(f"{portal.oauth}/rest/app.info", params={"auth": portal.token}).json()

    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{renamed['url']}/rest/profile"
    assert info["result"]["install"]["client_endpoint"] == renamed["url"] + "/rest/"
    portal.url = renamed["url"]
    assert portal.result("profile")["ID"] == "1"
    assert portal.control("GET", "state")["portal"]["old_hosts"] == [
        old.split("/")[2].split(":")[0]
    ]


def test_hundreds_of_deals_move_at_once(portal: Bitrix, handler: Handler) -> None:
    portal.robot(handler)
    portal.stage({"code": "link"})
    deals = [[2, portal.deal()] for _ in range(200)]

    moved = portal.control("POST", "move", stage="WON", items=deals)

    assert len(set(moved["workflow_ids"])) == 200
    eventually(lambda: len(handler.received) == 200)
    tokens = {dict(fields)["event_token"] for _, fields in handler.received}
    assert len(tokens) == 200


def test_a_fault_of_the_method_batch_hits_it_as_a_whole(portal: Bitrix) -> None:
    fault = {"target": "rest", "kind": "error", "error": "OVERLOAD_LIMIT", "status": 503}
    portal.control("POST", "faults", method="batch", times=1, **fault)

    assert portal.error("batch", cmd={"a": "profile"})[:2] == (503, "OVERLOAD_LIMIT")

    assert portal.batch({"a": "user.admin"})["result"] == {"a": True}


def test_what_sdks_add_for_tracing_is_no_parameter(portal: Bitrix) -> None:
    url = f"{portal.url}/rest/user.admin?bx24_request_id=1&bx24_sdk_type=b24-js-sdk"

    assert portal.http.post(url, json={"auth": portal.token}).json()["result"] is True
