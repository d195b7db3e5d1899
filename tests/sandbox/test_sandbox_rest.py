"""The REST surface: tokens, bodies, errors, limits. Wire facts 6."""

import time
from typing import Any

import httpx2 as httpx
import pytest

from tests.sandbox.sandbox_rig import PATIENCE, Bitrix, Handler


def test_a_token_may_come_in_four_ways(portal: Bitrix) -> None:
    url, token = f"{portal.url}/rest/user.admin", portal.token

    answers = [
        portal.http.get(url, params={"auth": token}),
        portal.http.post(url, data={"access_token": token}),
        portal.http.post(url + ".json", json={"auth": token}),
        portal.http.post(
            url + "/", json={"auth": "x"}, headers={"Authorization": f"Bearer {token}"}
        ),
    ]

    assert [answer.json()["result"] for answer in answers] == [True] * 4


def test_method_names_match_in_any_case(portal: Bitrix) -> None:
    assert portal.result("User.ADMIN") is True


def test_json_wins_over_the_query(portal: Bitrix) -> None:
    answer = portal.http.post(
        f"{portal.url}/rest/user.admin?auth=wrong", json={"auth": portal.token}
    )

    assert answer.json()["result"] is True


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"json": {"auth": "f" * 70}}, id="unknown"),
        pytest.param(
            {"content": b"{no json", "headers": {"Content-Type": "application/json"}}, id="no JSON"
        ),
        pytest.param({"json": {"auth": ["x"]}}, id="a list"),
    ],
)
def test_without_a_good_token_nobody_is_found(portal: Bitrix, request_: dict[str, Any]) -> None:
    answer = portal.http.post(f"{portal.url}/rest/profile", **request_)

    assert answer.status_code == 401
    assert answer.json() == {
        "error": "NO_AUTH_FOUND",
        "error_description": "Wrong authorization data",
    }


def test_a_token_of_another_portal_is_wrong(portal: Bitrix, neighbour: Bitrix) -> None:
    assert portal.error("profile", _token=neighbour.token)[1] == "NO_AUTH_FOUND"


def test_expired_tokens_say_so(portal: Bitrix) -> None:
    assert portal.control("POST", "tokens/expire")["expired"] >= 1

    told = portal.error("profile")

    assert told == (401, "expired_token", "The access token provided has expired")


def test_a_user_who_left_cannot_be_authorized(portal: Bitrix) -> None:
    portal.control("PATCH", "users/1", active=False)

    assert portal.error("profile")[:2] == (401, "authorization_error")


def test_a_parameter_called_token_is_a_link_check(portal: Bitrix) -> None:
    assert portal.error("profile", token="x") == (403, "ACCESS_DENIED", "Link check failed")


def test_what_the_sandbox_lacks_names_the_page_to_read(portal: Bitrix) -> None:
    status, code, text = portal.error("crm.deal.get", id=1)
    typo = portal.error("crm.documentgenerator.document.get", ID=1)

    assert (status, code) == (501, "SANDBOX_UNKNOWN_METHOD")
    assert "apidocs.bitrix24.com" in text
    assert typo[1] == "SANDBOX_UNKNOWN_PARAMETER"
    assert "crm-document-generator-document-get.html" in typo[2]


def test_scope_and_plan_are_403_in_the_docs_and_401_in_the_source(
    portal: Bitrix, handler: Handler
) -> None:
    portal.install(handler, scope="crm")

    assert portal.error("bizproc.robot.list")[:2] == (403, "insufficient_scope")
    portal.control("PATCH", "portal", dialect="source")
    assert portal.error("bizproc.robot.list")[:2] == (401, "insufficient_scope")
    portal.control("PATCH", "portal", rest_plan=False)
    assert portal.error("profile")[:2] == (401, "ACCESS_DENIED")


def test_a_deleted_portal_says_so(portal: Bitrix) -> None:
    portal.control("POST", "delete")

    assert portal.error("profile") == (500, "PORTAL_DELETED", "Portal was deleted")


def test_a_webhook_has_its_own_scope_and_no_app(portal: Bitrix) -> None:
    hook = portal.control("POST", "webhooks", user_id=1, scope="crm")["url"]

    assert portal.http.post(hook + "scope.json").json()["result"] == ["crm"]
    assert portal.http.post(hook + "app.info").json()["result"]["SCOPE"] == ["crm"]
    assert portal.http.post(hook + "event.get").json()["error"] == "ACCESS_DENIED"
    assert portal.http.post(hook.replace("/1/", "/7/") + "scope").status_code == 401


def test_the_time_block_has_the_styles_of_all_cores(portal: Bitrix) -> None:
    whole = portal.call("server.time").json()["time"]
    portal.control("PATCH", "portal", time="bare")
    bare = portal.call("server.time").json()["time"]
    portal.control("PATCH", "portal", time="float")
    exact = portal.call("server.time").json()["time"]

    assert isinstance(whole["start"], int)
    assert isinstance(exact["start"], float)
    assert set(whole) - set(bare) == {"operating", "operating_reset_at"}
    assert whole["date_start"].endswith("+00:00")


def test_methods_about_the_caller_and_the_portal(portal: Bitrix) -> None:
    info = portal.result("app.info")

    assert (info["STATUS"], info["INSTALLED"], info["LICENSE_TYPE"]) == ("L", True, "std")
    assert portal.result("profile")["ADMIN"] is True
    assert portal.result("method.get", name="profile") == {"isExisting": True, "isAvailable": True}
    assert portal.result("method.get") == {"isExisting": False, "isAvailable": False}
    assert portal.result("feature.get", CODE="rest_offline_extended") == {"value": "N"}
    assert portal.error("feature.get") == (400, "CODE_EMPTY", "CODE can't be empty")
    assert set(portal.result("crm.documentgenerator.template.list")["templates"]) == {"39", "41"}


# Limits: wire facts 6.5 and 6.6.


def test_the_bucket_is_full_after_its_burst_and_leaks(portal: Bitrix) -> None:
    portal.control("PATCH", "portal", rate=2, burst=3)

    answers = [portal.call("user.admin") for _ in range(8)]

    refused = [answer for answer in answers if answer.status_code == 503]
    assert refused
    assert refused[0].json()["error"] == "QUERY_LIMIT_EXCEEDED"
    deadline = time.monotonic() + PATIENCE
    while portal.call("user.admin").status_code == 503:
        assert time.monotonic() < deadline


def test_a_batch_is_one_request_and_a_limit_can_be_off(portal: Bitrix) -> None:
    portal.control("PATCH", "portal", burst=2, rate=0)
    portal.batch(["user.admin"] * 50)
    portal.result("user.admin")
    assert portal.call("user.admin").status_code == 503

    portal.control("PATCH", "portal", rate=None)
    assert portal.call("user.admin").status_code == 200


def test_operating_time_blocks_the_call_after_the_one_that_overshot(portal: Bitrix) -> None:
    portal.control("PATCH", "portal", operating_charge={"user.admin": 300})

    first = portal.call("user.admin").json()["time"]
    second = portal.call("user.admin").json()["time"]

    assert 300 <= first["operating"] < 301
    assert second["operating"] >= 600
    assert 590 <= second["operating_reset_at"] - time.time() <= 600
    assert portal.error("user.admin")[:2] == (429, "OPERATION_TIME_LIMIT")
    assert portal.call("profile").status_code == 200
    error = portal.batch({"a": "user.admin"})["result_error"]["a"]
    assert error["error"] == "OPERATION_TIME_LIMIT"


def test_operating_time_is_counted_per_app(portal: Bitrix) -> None:
    portal.control("PATCH", "portal", operating_charge={"scope": 500})
    portal.result("scope")
    hook = portal.control("POST", "webhooks", user_id=1, scope="crm")["url"]

    assert portal.call("scope").status_code == 429
    assert portal.http.post(hook + "scope").status_code == 200


def test_operating_time_comes_back_with_its_window(portal: Bitrix) -> None:
    portal.control("PATCH", "portal", operating_charge={"scope": 500}, operating_window=0.2)
    portal.result("scope")

    deadline = time.monotonic() + PATIENCE
    while portal.call("scope").status_code == 429:
        assert time.monotonic() < deadline


def test_headers_are_those_of_a_portal(portal: Bitrix) -> None:
    headers: httpx.Headers = portal.call("profile").headers

    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["X-Bitrix-Rest-Application"] == portal.app["client_id"]
