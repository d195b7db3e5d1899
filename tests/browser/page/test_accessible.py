"""The page works without eyes and without a mouse: axe finds nothing, in light and dark."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Frame, Page, expect

from tests.browser.page.page_rig import Opened
from tests.programs import App
from tests.scenarios.sandbox_portal import SandboxPortal
from tests.scenarios.stages import enable

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
SECTIONS = ("Overview", "Runs", "Links", "Try it")


def violations(tab: Page) -> list[str]:
    """What axe finds in the frame, each with where it is."""
    frames = [frame for frame in tab.frames if "/bitrix24/" in frame.url]
    (inside,) = frames
    return _violations(inside)


def _violations(inside: Frame | Page) -> list[str]:
    found: Any = Axe().run(inside, options=RULES).response
    return [
        f"{one['id']}: {node['html'][:200]} {node['failureSummary']}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


@pytest.fixture(params=["light", "dark"])
def tab(request: pytest.FixtureRequest, browser: Browser) -> Any:
    context = browser.new_context(
        color_scheme=request.param, viewport={"width": 420, "height": 900}
    )
    yield context.new_page()
    context.close()


@pytest.fixture
def busy_portal(portal: SandboxPortal) -> SandboxPortal:
    """Some deals with a document, and one without."""
    portal.stage(enable())
    for number in range(4):
        deal = portal.item(title=f"Deal {number}")
        if number:
            portal.document(deal, title=f"Contract {number}")
        portal.finished(portal.move(deal))
    return portal


def test_axe_finds_nothing_in_any_section(tab: Page, busy_portal: SandboxPortal) -> None:
    opened = Opened(tab, busy_portal).open()
    for section in SECTIONS:
        opened.go_to(section)
        expect(opened.main).not_to_contain_text("Asking Bitrix24")
        if section == "Runs":
            opened.main.locator("summary, [aria-expanded]").first.click()
            expect(opened.main.get_by_role("heading", name="Its way")).to_be_visible()

        assert violations(tab) == [], section


def test_axe_finds_nothing_where_the_robot_was_tried(tab: Page, busy_portal: SandboxPortal) -> None:
    opened = Opened(tab, busy_portal).open()
    opened.go_to("Try it")
    expect(opened.main.get_by_role("radio").first).to_be_visible()
    opened.main.get_by_role("button", name="Run the robot once").click()
    expect(opened.main.locator("#steps .state.good")).to_be_visible()

    assert violations(tab) == []


def test_axe_finds_nothing_where_the_page_is_not_shown(
    tab: Page, portal: SandboxPortal, app: App
) -> None:
    Opened(tab, portal).open(user_id=7)
    assert violations(tab) == []

    tab.route("**/bitrix24/app?*", lambda route: route.continue_(post_data="member_id=x"))
    tab.goto(f"{portal.url}/_sandbox/frame?user_id=1")
    expect(tab.frame_locator("#app").get_by_role("heading")).to_be_visible()

    assert violations(tab) == []


def test_axe_finds_nothing_in_the_installer(tab: Page, fresh_portal: SandboxPortal) -> None:
    fresh_portal.set(features={"bizproc": False})
    opened = Opened(tab, fresh_portal).open()
    expect(opened.main.get_by_role("button", name="Try again")).to_be_visible()

    assert violations(tab) == []


def test_the_keyboard_alone_goes_through_the_sections(page: Page, portal: SandboxPortal) -> None:
    opened = Opened(page, portal).open()
    first = opened.inside.get_by_role("link", name="Skip to the content")
    first.focus()

    for section in SECTIONS[1:]:
        button = opened.inside.get_by_role("navigation").get_by_role("button", name=section)
        while not button.evaluate("one => one === document.activeElement"):
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(opened.main.get_by_role("heading", level=1)).to_have_text(section)
        first.focus()
