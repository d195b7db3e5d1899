"""What an administrator does with links on the page: turned off, given a new end, looked at."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.page.links_rig import (
    FOUND,
    documents_in,
    in_register,
    open_details,
    opened_links,
    row_of,
    search,
    turned_on,
    until_off,
)
from tests.browser.page.page_rig import Opened
from tests.programs import App
from tests.scenarios.sandbox_portal import ENABLING, SandboxPortal


def test_one_link_is_turned_off_and_its_history_says_by_whom(
    opened: Opened, portal: SandboxPortal, app: App
) -> None:
    kept, meant = turned_on(app, portal, 2)
    opened_links(opened)
    row = open_details(row_of(opened, meant))

    row.get_by_role("button", name="Turn off", exact=True).click()
    expect(row.get_by_role("heading", name="Turn off 1 link?")).to_be_focused()
    assert portal.public_url(meant)
    row.get_by_role("button", name="Turn off 1 link").click()

    expect(row).to_contain_text("1 link was turned off.")
    expect(row.locator(".link-head")).to_contain_text("turned off on this page")
    expect(row.locator(".history li")).to_have_count(2)
    expect(row.locator(".history li").first).to_contain_text("Turned off · on this page")
    assert portal.public_url(meant) is None
    assert portal.public_url(kept)
    line = app.json("links", "audit", "--portal", portal.member_id, "--document", str(meant))[0]
    assert (line["action"], line["source"], line["user_id"]) == ("off", "page", 1)


def test_many_selected_links_are_turned_off_and_the_others_are_not(
    opened: Opened, portal: SandboxPortal, app: App
) -> None:
    *meant, kept = turned_on(app, portal, 4)
    opened_links(opened)
    opened.main.get_by_label("Select all that are shown").check()
    row_of(opened, kept).get_by_role("checkbox").uncheck()

    opened.main.get_by_role("button", name="Turn off selected").click()
    opened.main.get_by_role("button", name="Turn off 3 links").click()

    expect(opened.main).to_contain_text("3 links were turned off.")
    expect(opened.main.locator("li.link")).to_have_count(1)
    until_off(portal, meant)
    assert portal.public_url(kept)


def test_nothing_is_done_where_nothing_was_selected_or_it_was_cancelled(
    opened: Opened, portal: SandboxPortal, app: App
) -> None:
    (document,) = turned_on(app, portal)
    opened_links(opened)

    opened.main.get_by_role("button", name="Turn off selected").click()
    expect(opened.main).to_contain_text("No link was chosen")
    opened.main.get_by_role("button", name="Turn off all that are found").click()
    opened.main.get_by_role("button", name="Cancel").click()

    expect(opened.main.get_by_role("heading", name="Turn off 1 link?")).to_have_count(0)
    assert portal.public_url(document)


def test_all_that_are_found_are_turned_off_also_after_the_page_is_closed(
    page: Page, context: BrowserContext, portal: SandboxPortal, app: App
) -> None:
    """What was turned on after the number was shown stays on."""
    ids = turned_on(app, portal, 260, title="Offer")
    (other,) = turned_on(app, portal, title="Contract")
    shown = Opened(page, portal).open()
    opened_links(shown)
    search(shown, "offer")
    shown.main.get_by_role("button", name="Turn off all that are found").click()
    expect(shown.main).to_contain_text("and 250 more")
    (later,) = turned_on(app, portal, title="Offer, new")

    portal.fault("error", ENABLING, error="INTERNAL_SERVER_ERROR", status=500)
    shown.main.get_by_role("button", name="Turn off 260 links").click()
    expect(shown.main).to_contain_text("This goes on by itself")
    page.close()
    again = Opened(context.new_page(), portal).open()
    opened_links(again)

    expect(again.main.get_by_role("heading", name="Turning off 260 links")).to_be_visible()
    portal.heal()
    until_off(portal, ids)
    assert portal.public_url(other)
    assert portal.public_url(later)
    expect(again.main).to_contain_text("260 links were turned off.")


def test_a_new_end_keeps_the_link_and_says_so(
    opened: Opened, portal: SandboxPortal, app: App
) -> None:
    (document,) = turned_on(app, portal)
    url = portal.public_url(document)
    opened_links(opened)
    row = open_details(row_of(opened, document))

    row.get_by_label("New end", exact=True).select_option("Ends in 30 days")
    row.get_by_role("button", name="Set new end").click()

    expect(row).to_contain_text("1 link has the new end. Its address stays the same.")
    expect(row.locator(".link-head")).to_contain_text("Ends ")
    link = in_register(app, document, portal)
    left = datetime.fromisoformat(link["expires_at"]) - datetime.now(UTC)
    assert timedelta(days=29, hours=23) < left < timedelta(days=30)
    assert (link["url"], portal.public_url(document)) == (url, url)

    row.get_by_label("New end", exact=True).select_option("Has no end")
    row.get_by_role("button", name="Set new end").click()
    expect(row.locator(".link-head")).to_contain_text("Has no end")
    assert in_register(app, document, portal)["expires_at"] is None


def test_what_was_turned_off_in_bitrix24_is_not_published_again_by_a_new_end(
    opened: Opened, portal: SandboxPortal, app: App
) -> None:
    (document,) = turned_on(app, portal)
    webhook = str(portal.post("webhooks", user_id=1, scope="crm")["url"])
    opened_links(opened)
    app.command("link", "disable", "--webhook", webhook, str(document))

    opened.main.get_by_label("Select all that are shown").check()
    opened.main.get_by_role("button", name="Set new end").click()

    expect(opened.main).to_contain_text("1 link had been turned off in Bitrix24.")
    assert portal.public_url(document) is None


def test_a_look_finds_what_was_turned_off_in_bitrix24(
    opened: Opened, portal: SandboxPortal, app: App
) -> None:
    kept, off = turned_on(app, portal, 2)
    webhook = str(portal.post("webhooks", user_id=1, scope="crm")["url"])
    app.command("link", "disable", "--webhook", webhook, str(off))
    opened_links(opened)

    opened.main.get_by_role("button", name="Look at Bitrix24 now").click()

    expect(opened.main).to_contain_text("1 link had been turned off in Bitrix24.")
    expect(opened.main.locator("li.link")).to_have_count(1)
    assert documents_in(opened.main.locator("li.link")) == [kept]


def test_why_a_link_is_still_on_is_said(opened: Opened, portal: SandboxPortal, app: App) -> None:
    refused, off = turned_on(app, portal, 2)
    portal.fault("error", ENABLING, error="ACCESS_DENIED", times=1)
    opened_links(opened)
    opened.main.get_by_label("Select all that are shown").check()

    opened.main.get_by_role("button", name="Turn off selected").click()
    opened.main.get_by_role("button", name="Turn off 2 links").click()

    expect(opened.main).to_contain_text("Done, but not with all of them.")
    expect(opened.main).to_contain_text("1 link is as before.")
    expect(opened.main.locator(".reason")).to_contain_text("may not do this")
    assert [bool(portal.public_url(one)) for one in (refused, off)].count(True) == 1


@pytest.fixture
def two(context: BrowserContext, portal: SandboxPortal) -> list[Opened]:
    """Two administrators have the page open."""
    portal.user(7, admin=True)
    return [Opened(context.new_page(), portal).open(user_id=user) for user in (1, 7)]


def test_two_administrators_turn_the_same_links_off_at_once(
    two: list[Opened], portal: SandboxPortal, app: App
) -> None:
    ids = turned_on(app, portal, 60)
    for shown in two:
        opened_links(shown)
        shown.main.get_by_role("button", name="Turn off all that are found").click()
    for shown in two:
        shown.main.get_by_role("button", name="Turn off 60 links").click()

    for shown in two:
        expect(shown.main.get_by_text("Done.")).to_be_visible()
    until_off(portal, ids)
    opened_links(two[0])
    expect(two[0].main).to_contain_text("No link is public through Linkrobot.")


def test_everything_is_done_with_the_keyboard_alone(
    opened: Opened, portal: SandboxPortal, app: App
) -> None:
    (document,) = turned_on(app, portal)
    opened_links(opened)
    row = row_of(opened, document)
    keys = opened.tab.keyboard

    opened.main.get_by_label("Find").focus()
    keys.type(str(document))
    with opened.replaced(FOUND):
        keys.press("Enter")
    expect(row).to_be_visible()
    row.locator("summary").focus()
    keys.press("Enter")
    expect(row.get_by_label("New end", exact=True)).to_be_visible()
    for _ in range(3):
        keys.press("Tab")
    expect(row.get_by_role("button", name="Turn off", exact=True)).to_be_focused()
    keys.press("Enter")
    expect(row.get_by_role("heading", name="Turn off 1 link?")).to_be_focused()
    keys.press("Tab")
    keys.press("Enter")

    expect(row.get_by_role("heading", name=re.compile("Turning off 1 link"))).to_be_focused()
    expect(row.locator(".link-head")).to_contain_text("turned off on this page")
    assert portal.public_url(document) is None


def test_a_wish_goes_on_after_the_app_was_started_again(
    opened: Opened, portal: SandboxPortal, app: App
) -> None:
    """The page that is open all the while tells how it ends."""
    ids = turned_on(app, portal, 260)
    opened_links(opened)
    portal.fault("error", ENABLING, error="INTERNAL_SERVER_ERROR", status=500)
    opened.main.get_by_role("button", name="Turn off all that are found").click()
    opened.main.get_by_role("button", name="Turn off 260 links").click()
    expect(opened.main).to_contain_text("This goes on by itself")

    app.stop()  # after a kill it would wait for a minute: see tests/kills
    app.start()
    portal.heal()

    until_off(portal, ids)
    expect(opened.main).to_contain_text("260 links were turned off.")
