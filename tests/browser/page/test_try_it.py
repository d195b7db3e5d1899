"""Trying the robot: a deal is chosen, each step is seen, and the link is really there."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.page.page_rig import Opened
from tests.scenarios.sandbox_portal import SandboxPortal


@pytest.fixture
def section(opened: Opened) -> Locator:
    return opened.go_to("Try it")


@pytest.fixture
def deal(portal: SandboxPortal) -> int:
    """With a document; there are others without one."""
    found = portal.item(title="Twelve chairs")
    portal.item(title="A table")
    portal.document(found, title="Contract of twelve chairs")
    return found


def choose(section: Locator, text: str, title: str) -> None:
    """Look for a deal and choose it."""
    section.get_by_label("Number or words").fill(text)
    expect(section.get_by_role("radio")).to_have_count(1)
    section.get_by_text(title).click()


def test_the_newest_deals_are_offered(deal: int, section: Locator) -> None:
    expect(section.get_by_role("radio")).to_have_count(2)
    expect(section.get_by_role("radio").first).to_be_checked()
    expect(section.locator(".choices label").first).to_contain_text("A table")


def test_a_run_shows_each_step_and_the_link_opens(
    deal: int, section: Locator, portal: SandboxPortal, page: Page
) -> None:
    choose(section, "chairs", "Twelve chairs")
    section.get_by_role("button", name="Run the robot once").click()

    expect(section.locator("#steps .state.good")).to_be_visible()
    for step in ("Received", "Looked up which documents are meant", "Link turned on"):
        expect(section.locator("#steps ol")).to_contain_text(step)
    expect(section.locator("#steps dl")).to_contain_text("Contract of twelve chairs")
    link = section.locator("#steps a").get_attribute("href") or ""
    assert portal.public_url(1) == link
    page.goto(link)
    expect(page.locator("body")).to_contain_text("Contract of twelve chairs")


def test_it_is_turned_off_again(deal: int, section: Locator, portal: SandboxPortal) -> None:
    choose(section, str(deal), "Twelve chairs")
    section.get_by_role("button", name="Run the robot once").click()
    section.get_by_role("button", name="Turn it off again").click()

    expect(section.locator("#steps .state.good")).to_contain_text("The links are off")
    assert portal.public_url(1) is None


def test_what_fails_is_said_with_its_remedy(deal: int, section: Locator) -> None:
    choose(section, "table", "A table")
    section.get_by_role("button", name="Run the robot once").click()

    expect(section.locator("#steps .state.bad")).to_be_visible()
    expect(section.locator("#steps details")).to_contain_text("document")


def test_a_title_with_html_is_text(portal: SandboxPortal, opened: Opened) -> None:
    hostile = "<img src=x onerror=alert(1)> {{ 7 * 7 }}"
    portal.item(title=hostile)

    section = opened.go_to("Try it")

    expect(section.get_by_text(hostile)).to_be_visible()
    expect(section.locator("#items img")).to_have_count(0)


def test_what_is_not_there_is_said(deal: int, section: Locator) -> None:
    section.get_by_label("Number or words").fill("nowhere")

    expect(section.locator("#items")).to_contain_text("No such item")
