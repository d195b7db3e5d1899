"""Only that portal's administrators see the page, in that portal's frame, while it is theirs."""

import re

import httpx2 as httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.page.page_rig import Opened, foreign
from tests.installer import session_of
from tests.programs import App, Sandbox
from tests.scenarios.sandbox_portal import SandboxPortal


def access_of(portal: SandboxPortal, user_id: int = 1) -> str:
    """The access token that Bitrix24's window gives the page."""
    window = httpx.get(f"{portal.url}/_sandbox/frame?user_id={user_id}", trust_env=False).text
    found = re.search(r'name="AUTH_ID" value="([^"]+)"', window)
    assert found
    return found[1]


def test_an_administrator_sees_the_page_in_the_frame_without_a_cookie(
    opened: Opened, context: BrowserContext
) -> None:
    expect(opened.main.get_by_role("heading", level=1)).to_be_visible()
    for section in ("Runs", "Links", "Try it"):
        opened.go_to(section)

    assert context.cookies() == []


def test_an_employee_is_told_whom_to_ask(page: Page, portal: SandboxPortal) -> None:
    shown = Opened(page, portal).open(user_id=7)

    expect(shown.main).to_contain_text("administrators of this Bitrix24 only")
    link = shown.main.get_by_role("link", name="Ask the administrator")
    expect(link).to_have_attribute("href", f"{portal.url}/company/personal/user/1/")
    expect(shown.inside.get_by_role("navigation")).to_have_count(0)


def test_the_language_is_the_users(page: Page, portal: SandboxPortal) -> None:
    shown = Opened(page, portal).open(lang="de")

    expect(shown.inside.locator("html")).to_have_attribute("lang", "de")


def test_another_portals_frame_does_not_show_the_page(
    context: BrowserContext, portal: SandboxPortal
) -> None:
    """A foreign window opens it with all that the right one has."""
    window = httpx.get(f"{portal.url}/_sandbox/frame?user_id=1", trust_env=False).text
    html = re.sub("<script.*?</script>", "", window, flags=re.DOTALL)

    page = context.new_page()
    with foreign(html) as address:
        page.goto(address)
        with page.expect_console_message(lambda said: "frame-ancestors" in said.text) as refused:
            page.evaluate("document.forms[0].submit()")

    assert f"frame-ancestors {portal.url}" in refused.value.text


def test_the_policy_lets_nothing_in(portal: SandboxPortal) -> None:
    answer = portal.post("apps/open", user_id=1)
    policy = dict(answer["headers"])["content-security-policy"]

    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert policy.endswith(f"; frame-ancestors {portal.url}")
    assert not re.search(r"unsafe|\*|https?:.*https?:", policy)
    assert "<script>" not in answer["body"]


@pytest.mark.parametrize(
    ("auth", "member"),
    [("f" * 70, "own"), ("", "own"), ("own", "other")],
    ids=["made-up token", "no token", "another portal's name"],
)
def test_a_forged_frame_is_refused_in_words(
    auth: str, member: str, portal: SandboxPortal, sandbox: Sandbox, app: App
) -> None:
    token = access_of(portal) if auth == "own" else auth
    member_id = portal.member_id if member == "own" else sandbox.portal().member_id
    form = f"member_id={member_id}&AUTH_ID={token}&REFRESH_ID={'e' * 70}".encode()

    answer = app.post("/bitrix24/app?DOMAIN=x.example&LANG=en", form)

    assert answer.status_code == 403
    assert "Bitrix24 does not confirm who opened this page" in answer.text
    assert "Session" not in answer.text


def test_a_frame_whose_access_has_ended_is_refused(portal: SandboxPortal, app: App) -> None:
    token = access_of(portal)
    form = f"member_id={portal.member_id}&AUTH_ID={token}".encode()
    assert app.post("/bitrix24/app?LANG=en", form).status_code == 200

    portal.post("tokens/expire")

    assert app.post("/bitrix24/app?LANG=en", form).status_code == 403


@pytest.mark.parametrize("session", ["", "x", "gAAAAABrC_wOLjj7J-6RwTmh3gWersRY"])
def test_a_session_that_is_none_of_ours_is_refused(session: str, app: App) -> None:
    answer = app.get("/bitrix24/app/runs", **{"X-Linkrobot-Session": session})

    assert answer.status_code == 403


def test_a_change_without_the_token_of_its_own_is_refused(portal: SandboxPortal, app: App) -> None:
    session = session_of(portal.post("apps/open", user_id=1))

    for token in ("", "0" * 64):
        form = f"session={session}&token={token}".encode()
        assert app.post("/bitrix24/app/install", form).status_code == 403


def test_a_removed_app_ends_its_sessions(portal: SandboxPortal, app: App) -> None:
    session = {"X-Linkrobot-Session": session_of(portal.post("apps/open", user_id=1))}
    assert app.get("/bitrix24/app/runs", **session).status_code == 200

    app_removed = portal.post("apps/uninstall")["status"]
    answer = app.get("/bitrix24/app/runs", **session)

    assert (app_removed, answer.status_code) == (200, 401)
    assert "removed from this Bitrix24" in answer.text
