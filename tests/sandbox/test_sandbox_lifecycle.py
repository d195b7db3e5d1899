"""An app is installed, opened, updated, uninstalled; tokens are renewed. Wire facts 7, 8."""

import json
from typing import Any

import pytest

from tests.sandbox.sandbox_rig import Bitrix, Handler


def test_an_api_only_app_is_told_once_and_without_user_id(fresh: Bitrix, handler: Handler) -> None:
    made = fresh.control("POST", "apps/install", install_url=handler.url + "/install")

    form = handler.wait()[0]
    assert (made["status"], made["body"]) == (200, "ok")
    assert form["event"] == "ONAPPINSTALL"
    assert form["data[INSTALLED]"] == "Y"
    assert form["auth[application_token]"] == made["application_token"]
    assert form["auth[member_id]"] == fresh.member_id
    assert form["auth[domain]"] == fresh.url.removeprefix("http://")
    assert not {"auth[user_id]", "auth[expires]"} & set(form)
    assert len(handler.received) == 1


def test_an_app_can_be_made_without_being_told(fresh: Bitrix, handler: Handler) -> None:
    made = fresh.control(
        "POST", "apps/install", deliver=False, client_id="local.1", client_secret="s"
    )

    assert (made["client_id"], made["client_secret"], made["status"]) == ("local.1", "s", None)
    assert handler.received == []


def test_an_app_with_interface_is_opened_in_the_frame(fresh: Bitrix, handler: Handler) -> None:
    page = fresh.control(
        "POST",
        "apps/install",
        install_url=handler.url + "/install",
        app_url=handler.url + "/app",
        interface=True,
    )

    path, fields = handler.received[0]
    form = dict(fields)
    query = dict(pair.split("=") for pair in path.partition("?")[2].split("&"))
    assert page["status"] == 200
    assert set(query) == {"DOMAIN", "PROTOCOL", "LANG", "APP_SID"}
    assert query["PROTOCOL"] == "0"
    assert form["AUTH_EXPIRES"] == "3600"
    assert form["APPLICATION_TOKEN"] == page["application_token"]
    assert (form["PLACEMENT"], json.loads(form["PLACEMENT_OPTIONS"])) == ("DEFAULT", {"any": "/"})
    assert fresh.call("app.info", _token=form["AUTH_ID"]).json()["result"]["INSTALLED"] is False


def test_until_it_is_finished_only_administrators_open_it(fresh: Bitrix, handler: Handler) -> None:
    url = handler.url
    fresh.control(
        "POST", "apps/install", install_url=url + "/i", app_url=url + "/app", interface=True
    )
    early = fresh.http.post(f"{fresh.url}/_sandbox/apps/open", json={"user_id": 7})

    fresh.control("POST", "apps/finish")
    fresh.control("POST", "apps/open", user_id=7)

    assert early.status_code == 409
    path, fields = handler.received[-1]
    assert path.startswith("/app?")
    assert fresh.call("profile", _token=dict(fields)["AUTH_ID"]).json()["result"]["ID"] == "7"


def test_an_update_wipes_robots_and_brings_a_new_token(portal: Bitrix, handler: Handler) -> None:
    portal.robot(handler)
    portal.result("event.bind", event="ONAPPUPDATE", handler=handler.url + "/events")

    updated = portal.control("POST", "apps/update", version=4)

    form = handler.wait()[0]
    assert updated["status"] == 200
    assert updated["application_token"] != portal.app["application_token"]
    assert form["event"] == "ONAPPUPDATE"
    assert (form["data[VERSION]"], form["data[PREVIOUS_VERSION]"]) == ("4", "1")
    assert form["auth[application_token]"] == updated["application_token"]
    assert "auth[refresh_token]" in form
    assert portal.result("bizproc.robot.list") == []
    assert portal.result("event.get") == []


def test_after_an_uninstall_no_token_works(portal: Bitrix, handler: Handler) -> None:
    portal.robot(handler)
    portal.result("event.bind", event="ONAPPUNINSTALL", handler=handler.url + "/events")

    gone = portal.control("POST", "apps/uninstall", clean=True)

    form = handler.wait()[0]
    assert gone["status"] == 200
    assert form["data[CLEAN]"] == "1"
    assert {name for name in form if name.startswith("auth[")} == {
        f"auth[{name}]"
        for name in (
            "domain",
            "server_endpoint",
            "client_endpoint",
            "member_id",
            "application_token",
        )
    }
    assert portal.error("profile")[:2] == (401, "APPLICATION_NOT_FOUND")
    assert renew(portal)[:2] == (401, "NOT_INSTALLED")


def test_placed_robots_revive_under_the_same_client_id_only(
    portal: Bitrix, handler: Handler
) -> None:
    portal.robot(handler)
    portal.stage({"code": "link"})
    portal.control("POST", "apps/uninstall")

    portal.install(handler)  # another client_id
    portal.robot(handler)
    other = portal.workflow(portal.move(portal.deal()))
    same = portal.control("GET", "state")["robots"][0]["client_id"]
    portal.stage({"code": "link"})
    portal.install(handler, client_id=same)
    back = portal.workflow(portal.move(portal.deal()))

    assert (other["status"], back["status"]) == ("terminated", "waiting")


# The authorization server: wire facts 7.


def renew(portal: Bitrix, **change: Any) -> tuple[int, Any, Any]:
    fields = {
        "grant_type": "refresh_token",
        "client_id": portal.app["client_id"],
        "client_secret": portal.app["client_secret"],
        "refresh_token": portal.refresh_token,
    }
    given = {name: value for name, value in (fields | change).items() if value is not None}
    answer = portal.http.post(f"{portal.oauth}/oauth/token/", data=given)
    return answer.status_code, answer.json().get("error"), answer.json()


def test_a_renewal_gives_a_new_pair_and_its_own_domain(portal: Bitrix) -> None:
    status, _, body = renew(portal)

    assert status == 200
    assert body["domain"] == portal.oauth.removeprefix("http://")
    assert body["client_endpoint"] == portal.url + "/rest/"
    assert (body["expires_in"], body["user_id"], body["status"]) == (3600, 1, "L")
    assert body["refresh_token"] != portal.refresh_token
    assert portal.call("profile", _token=body["access_token"]).status_code == 200
    assert portal.call("profile").status_code == 200  # the older access token lives on
    assert portal.until("token.renewed")["user_id"] == 1


def test_rotation_kills_the_old_refresh_token_unless_it_is_off(portal: Bitrix) -> None:
    portal.control("PATCH", "portal", rotation=False)
    assert renew(portal)[0] == 200
    portal.control("PATCH", "portal", rotation=True)
    assert renew(portal)[0] == 200

    assert renew(portal)[:2] == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param({"refresh_token": None}, (400, "invalid_request"), id="no token"),
        pytest.param({"refresh_token": "x"}, (400, "invalid_grant"), id="unknown token"),
        pytest.param({"client_secret": "x"}, (400, "invalid_client"), id="wrong secret"),
        pytest.param({"client_id": "x"}, (200, "wrong_client"), id="unknown client"),
        pytest.param({"grant_type": "password"}, (400, "invalid_request"), id="another grant"),
    ],
)
def test_renewal_has_the_documented_errors(portal: Bitrix, change: Any, told: Any) -> None:
    assert renew(portal, **change)[:2] == told


def test_a_token_of_another_client_is_wrong_with_status_200(
    portal: Bitrix, neighbour: Bitrix
) -> None:
    status, _, body = renew(portal, refresh_token=neighbour.refresh_token)

    assert (status, body) == (200, {"error": "wrong_client"})


def test_no_paid_plan_gives_no_tokens(portal: Bitrix) -> None:
    portal.control("PATCH", "portal", rest_plan=False)

    assert renew(portal)[:2] == (401, "PAYMENT_REQUIRED")


def test_the_authorization_server_says_whose_token_it_is(portal: Bitrix) -> None:
    answer = portal.http.get(f"{portal.oauth}/rest/app.info", params={"auth": portal.token}).json()
    wrong = portal.http.post(f"{portal.oauth}/rest/app.info.json", json={"auth": "x"})

    install = answer["result"]["install"]
    assert answer["result"]["client_id"] == portal.app["client_id"]
    assert answer["result"]["user_id"] == 1
    assert (install["member_id"], install["client_endpoint"]) == (
        portal.member_id,
        portal.url + "/rest/",
    )
    assert (wrong.status_code, wrong.json()["error"]) == (401, "NO_AUTH_FOUND")
