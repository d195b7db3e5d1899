"""A page that stays open goes on: its session is renewed through Bitrix24's own frame."""

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.page.page_rig import Opened
from tests.scenarios.sandbox_portal import SandboxPortal

OLD = "document.body.dataset.sessionLives = '0'"


def session(opened: Opened) -> str:
    """What the page carries now."""
    return opened.inside.locator("body").get_attribute("hx-headers") or ""


@pytest.fixture
def old(opened: Opened) -> Opened:
    """The page takes its session for old before each request."""
    opened.inside.locator("body").evaluate(OLD)
    return opened


def test_an_old_session_is_renewed_before_the_next_request(old: Opened) -> None:
    before = session(old)

    old.go_to("Runs")

    assert session(old) != before
    assert "gAAAA" in session(old)


def test_who_is_no_administrator_any_more_gets_no_longer_session(
    old: Opened, portal: SandboxPortal
) -> None:
    before = session(old)
    portal.user(1, admin=False)

    old.go_to("Runs")

    assert session(old) == before, "it lives to its end, which is near"


def test_a_session_that_ended_is_told_in_words(opened: Opened) -> None:
    opened.inside.locator("body").evaluate(
        "document.body.setAttribute('hx-headers', JSON.stringify({'X-Linkrobot-Session': 'x'}))"
    )

    opened.inside.get_by_role("navigation").get_by_role("button", name="Runs").click()

    expect(opened.notice).to_contain_text("not from a Bitrix24")
    expect(opened.inside.get_by_role("heading", level=1)).to_have_text("Overview")


def test_while_linkrobot_cannot_be_reached_the_page_says_so(opened: Opened, page: Page) -> None:
    page.route("**/bitrix24/app/**", lambda route: route.abort())

    opened.inside.get_by_role("navigation").get_by_role("button", name="Runs").click()

    expect(opened.notice).to_contain_text("cannot be reached")
    page.unroute_all()
    opened.go_to("Runs")
    expect(opened.notice).to_be_hidden()


def test_of_two_sections_the_one_that_was_chosen_last_is_shown(opened: Opened, page: Page) -> None:
    """Also where the first one's answer takes longer."""
    held = list[Route]()
    page.route("**/bitrix24/app/runs", lambda route: held.append(route))
    failed = list[str]()
    page.on("requestfailed", lambda request: failed.append(request.url))
    sections = opened.inside.get_by_role("navigation")

    sections.get_by_role("button", name="Runs").click()
    while not held:
        page.wait_for_timeout(20)
    opened.go_to("Links")

    assert failed == [held[0].request.url], "nobody waits for it any more"

    expect(sections.locator("[aria-current]")).to_have_text("Links")


def test_what_takes_long_is_said(opened: Opened, portal: SandboxPortal) -> None:
    portal.fault("slow", "crm.item.list", seconds=2)
    opened.go_to("Try it")

    expect(opened.inside.locator("#busy")).to_have_text("Waiting for Bitrix24…")
    expect(opened.inside.locator("#busy")).to_be_hidden()
