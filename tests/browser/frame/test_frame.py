"""Bitrix24's official SDK in a real browser takes the sandbox's frame for the portal's window."""

import json

from playwright.sync_api import expect

from tests.browser.frame.frame_rig import Framed


def test_the_page_is_opened_by_the_form_that_bitrix24_sends(framed: Framed) -> None:
    framed.portal.control("PATCH", "portal", language="de")

    framed.open(user_id=7)

    path, query, form = framed.app.opened[-1]
    assert path == "/app"
    assert query["from"] == "menu"
    assert query["DOMAIN"] == framed.portal.url.removeprefix("http://")
    assert (query["PROTOCOL"], query["LANG"], query["APP_SID"]) == ("0", "de", framed.sid())
    assert list(form) == [
        "AUTH_ID", "AUTH_EXPIRES", "REFRESH_ID", "SERVER_ENDPOINT", "APPLICATION_TOKEN",
        "APPLICATION_SCOPE", "member_id", "status", "PLACEMENT", "PLACEMENT_OPTIONS",
    ]  # fmt: skip
    assert form["member_id"] == framed.portal.member_id
    assert framed.portal.call("profile", form["AUTH_ID"]).json()["result"]["ID"] == "7"


def test_the_sdk_learns_who_and_where_it_is(framed: Framed) -> None:
    said = framed.open(user_id=1, lang="fr", options=json.dumps({"run": "12"})).ask("init")

    assert said == {
        "admin": True,
        "domain": framed.portal.url,
        "first": True,
        "install": False,
        "lang": "fr",
        "member": framed.portal.member_id,
        "options": {"run": "12"},
        "placement": "DEFAULT",
        "sid": framed.sid(),
    }


def test_an_employee_is_none_of_the_administrators(framed: Framed) -> None:
    assert framed.open(user_id=9).ask("init")["admin"] is False


def test_the_first_opening_of_a_user_is_told_once(framed: Framed) -> None:
    first = [framed.open(user_id=user).ask("init")["first"] for user in (1, 1, 7)]

    assert first == [True, False, True]


def test_tokens_are_renewed_through_the_window(framed: Framed) -> None:
    assert framed.open().ask("refresh") == {"changed": True, "expires_in": 3600}


def test_the_page_calls_the_portal_from_its_own_origin(framed: Framed) -> None:
    framed.open(user_id=7)

    assert framed.ask("call")["NAME"] == "Ben"
    assert framed.ask("fail") == {"message": "Document not found", "status": 400}


def test_an_expired_token_is_renewed_on_the_way(framed: Framed) -> None:
    framed.open(user_id=7)
    framed.portal.control("POST", "tokens/expire")

    assert framed.ask("call")["NAME"] == "Ben"
    framed.lists("refreshAuth")


def test_the_page_sets_title_size_and_scroll(framed: Framed) -> None:
    framed.open()

    framed.ask("title")
    fitted = framed.ask("fit")
    framed.ask("scroll")

    expect(framed.page.locator("#title")).to_have_text("Links: 3 are public")
    framed.shows("title", "Links: 3 are public")
    framed.shows("width", "100%")
    framed.shows("height", str(fitted["height"]))
    framed.shows("scroll", "120")
    assert fitted["width"] == 1280
    assert fitted["height"] >= 1500


def test_a_path_of_the_portal_slides_over_the_page_and_its_end_is_told(framed: Framed) -> None:
    framed.open().press("path")

    framed.shows("opened", "/crm/deal/details/7/")
    framed.page.get_by_role("button", name="Close /crm/deal/details/7/").click()

    assert framed.said() == {"isClose": True, "isOpenAtNewWindow": False}


def test_a_path_that_no_app_may_open_is_refused(framed: Framed) -> None:
    assert framed.open().ask("forbidden") == {
        "errorCode": "PATH_NOT_AVAILABLE",
        "result": "error",
    }


def test_the_app_opens_itself_once_more_and_closes_that(framed: Framed) -> None:
    framed.open().press("again")
    second = framed.page.frame_locator(".slider iframe").frame_locator("#app")

    second.get_by_role("button", name="init", exact=True).click()
    expect(second.locator("#said")).to_contain_text('"options":{"run":"12"}')
    second.get_by_role("button", name="leave", exact=True).click()

    assert framed.said() == ""
    expect(framed.page.locator(".slider")).to_have_count(0)


def test_options_are_kept_for_the_next_opening(framed: Framed) -> None:
    framed.open(user_id=1).ask("option")
    app = framed.app_state()

    assert app["options"] == {"which": "latest"}
    assert app["user_options"] == {"1": {"rows": 50}}
    framed.open(user_id=1)
    assert framed.ask("options") == {"rows": 50, "which": "latest"}


def test_what_the_sandbox_lacks_is_listed_not_swallowed(framed: Framed) -> None:
    framed.open()

    assert framed.ask("interface") == {"command": [], "event": []}
    framed.ask("call_ben")
    framed.press("dialog")

    framed.lists('imCallTo {"userId":7')
    framed.lists("Bitrix24 would open a dialog")


def test_the_installers_end_opens_the_apps_page(installing: Framed) -> None:
    assert installing.open().ask("init")["install"] is True
    installing.shows("installer", "true")

    installing.press("finish")

    installing.shows("installer", "false")
    installing.until_ready()
    assert installing.app.opened[-1][0] == "/app"
    assert installing.app_state()["installed"] is True


def test_others_are_told_that_the_installer_has_not_finished(installing: Framed) -> None:
    installing.page.goto(f"{installing.portal.url}/_sandbox/frame?user_id=7")

    expect(installing.page.get_by_role("alert")).to_contain_text("not fully installed")
    assert installing.app.opened == []
