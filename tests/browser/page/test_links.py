"""The section of links in Bitrix24's frame: what is public, searched, turned off, given an end."""

import csv
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.page.links_rig import (
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
from tests.installer import session_of
from tests.programs import App
from tests.scenarios.sandbox_portal import SandboxPortal
from tests.scenarios.stages import enable

HOSTILE = '<img src=x onerror="document.title=1">{{ 7*7 }}\u202e"\'</bdi><script>alert(1)</script>'


def changed(app: App, document_id: int, portal: SandboxPortal, **columns: object) -> None:
    """What the register says of a link: nobody waits for months in a test."""
    names = ", ".join(f"{name} = ?" for name in columns)
    with closing(sqlite3.connect(app.folder / "linkrobot.sqlite", timeout=10)) as database:
        database.execute(
            f"UPDATE links SET {names} WHERE document_id = ? AND portal_id ="
            " (SELECT id FROM portals WHERE member_id = ?)",
            (*columns.values(), document_id, portal.member_id),
        )
        database.commit()


def stored(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S.%f")


def test_what_is_public_is_listed_with_its_end_and_by_whom(
    opened: Opened, portal: SandboxPortal, app: App
) -> None:
    deal = portal.item()
    contract = portal.document(deal, title="Contract")
    portal.run(enable(document_id=str(contract), valid_days="14"), item_id=deal)
    (offer,) = turned_on(app, portal, title="Offer")

    opened_links(opened)

    first, second = row_of(opened, contract), row_of(opened, offer)
    expect(first).to_contain_text("Contract")
    expect(first).to_contain_text("by a robot")
    expect(first).to_contain_text("Ends ")
    expect(second).to_contain_text("on the command line")
    expect(second).to_contain_text("Has no end")
    expect(second.get_by_text("on your behalf")).to_be_visible()
    expect(first.get_by_role("link", name=f"DEAL_{deal}")).to_have_attribute(
        "href", f"{portal.url}/crm/deal/details/{deal}/"
    )
    link = first.get_by_role("link", name=str(portal.public_url(contract)))
    expect(link).to_have_attribute("href", str(portal.public_url(contract)))


def test_where_nothing_is_public_the_page_says_so(opened: Opened) -> None:
    expect(opened_links(opened)).to_contain_text("No link is public through Linkrobot.")


def test_links_are_found_in_each_way(opened: Opened, portal: SandboxPortal, app: App) -> None:
    deal = portal.item()
    (contract,) = turned_on(app, portal, title="Договор поставки", deal=deal)
    lead = portal.item(entity_type_id=1)
    offer = portal.document(lead, entity_type_id=1, title="Offer")
    portal.control("PUT", "stages/SEND", robots=[enable(document_id=str(offer))])
    portal.finished(portal.move(lead, entity_type_id=1))
    soon, old = turned_on(app, portal, 2, title="Invoice")
    now = datetime.now(UTC)
    changed(app, soon, portal, expires_at=stored(now + timedelta(days=6)))
    changed(app, old, portal, asked_at=stored(now - timedelta(days=91)))
    changed(app, contract, portal, item=f"DEAL_{deal}")
    opened_links(opened)

    found = {
        text: documents_in(search(opened, text))
        for text in (
            f"DEAL_{deal}",
            f"{portal.url}/crm/lead/details/{lead}/",
            f"deal {deal}",
            str(soon),
            "договор",
            "POSTAVKI",
            "in VOICE",
            str(portal.public_url(offer)),
        )
    }

    assert found[f"DEAL_{deal}"] == found[f"deal {deal}"] == [contract]
    assert found[f"{portal.url}/crm/lead/details/{lead}/"] == [offer]
    assert soon in found[str(soon)]
    assert found["договор"] == [contract]
    assert found["POSTAVKI"] == []
    assert sorted(found["in VOICE"]) == [soon, old]
    assert found[str(portal.public_url(offer))] == [offer]
    assert documents_in(search(opened, show="Public, end within 7 days")) == [soon]
    assert documents_in(search(opened, show="Public for more than 90 days")) == [old]


WAYS = {
    "Ended at their end": "expired",
    "Turned off by a robot": "robot",
    "Turned off on this page": "page",
    "Turned off on the command line": "command",
    "Turned off in Bitrix24": "elsewhere",
    "Document deleted": "deleted",
}


def test_ended_links_are_found_by_how_they_ended(
    opened: Opened, portal: SandboxPortal, app: App
) -> None:
    ids = turned_on(app, portal, len(WAYS))
    for document_id, how in zip(ids, WAYS.values(), strict=True):
        changed(app, document_id, portal, state="off", ended_by=how)
    opened_links(opened)

    found = [documents_in(search(opened, show=name)) for name in WAYS]

    assert found == [[document_id] for document_id in ids]
    assert sorted(documents_in(search(opened, show="Ended, in any way"))) == ids
    expect(opened.main.get_by_role("button", name="Turn off selected")).to_have_count(0)
    search(opened, str(ids[0]))
    opened.main.get_by_role("button", name="Look among the links that ended").click()
    expect(row_of(opened, ids[0])).to_contain_text("turned off at its end")


def test_a_long_list_goes_on_behind_its_last_link(
    opened: Opened, portal: SandboxPortal, app: App
) -> None:
    ids = turned_on(app, portal, 120)
    opened_links(opened)
    rows = opened.main.locator("li.link")
    expect(rows).to_have_count(50)

    for number in (100, 120):
        opened.main.get_by_role("button", name="Show more").click()
        expect(rows).to_have_count(number)

    expect(opened.main.get_by_role("button", name="Show more")).to_have_count(0)
    assert sorted(documents_in(rows)) == ids


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

    shown.main.get_by_role("button", name="Turn off 260 links").click()
    expect(shown.main).to_contain_text("This goes on by itself")
    page.close()
    again = Opened(context.new_page(), portal).open()
    opened_links(again)

    until_off(portal, ids)
    assert portal.public_url(other)
    assert portal.public_url(later)
    expect(again.main.get_by_role("heading", name="Turning off 260 links")).to_be_visible()
    expect(again.main).to_contain_text("260 links were turned off.")


def test_a_new_end_keeps_the_link_and_says_so(
    opened: Opened, portal: SandboxPortal, app: App
) -> None:
    (document,) = turned_on(app, portal)
    url = portal.public_url(document)
    opened_links(opened)
    row = open_details(row_of(opened, document))

    row.get_by_label("New end").select_option("Ends in 30 days")
    row.get_by_role("button", name="Set new end").click()

    expect(row).to_contain_text("1 link has the new end. Its address stays the same.")
    expect(row.locator(".link-head")).to_contain_text("Ends ")
    link = in_register(app, document, portal)
    left = datetime.fromisoformat(link["expires_at"]) - datetime.now(UTC)
    assert timedelta(days=29, hours=23) < left < timedelta(days=30)
    assert (link["url"], portal.public_url(document)) == (url, url)

    row.get_by_label("New end").select_option("Has no end")
    row.get_by_role("button", name="Set new end").click()
    expect(row.locator(".link-head")).to_contain_text("Has no end")
    assert in_register(app, document, portal)["expires_at"] is None


def test_a_new_end_of_what_was_turned_off_in_bitrix24_tells_of_another_link(
    opened: Opened, portal: SandboxPortal, app: App
) -> None:
    (document,) = turned_on(app, portal)
    webhook = str(portal.post("webhooks", user_id=1, scope="crm")["url"])
    opened_links(opened)
    app.command("link", "disable", "--webhook", webhook, str(document))

    opened.main.get_by_label("Select all that are shown").check()
    opened.main.get_by_role("button", name="Set new end").click()

    expect(opened.main).to_contain_text("its document has another link now")
    expect(row_of(opened, document)).to_contain_text(str(portal.public_url(document)))


def test_a_look_finds_what_was_turned_off_in_bitrix24(
    opened: Opened, portal: SandboxPortal, app: App
) -> None:
    kept, off = turned_on(app, portal, 2)
    webhook = str(portal.post("webhooks", user_id=1, scope="crm")["url"])
    app.command("link", "disable", "--webhook", webhook, str(off))
    opened_links(opened)

    opened.main.get_by_role("button", name="Look at Bitrix24 now").click()

    expect(opened.main).to_contain_text("1 link had been turned off in Bitrix24.")
    expect(opened.main).to_contain_text("1 link is public still.")
    expect(opened.main.locator("li.link")).to_have_count(1)
    assert documents_in(opened.main.locator("li.link")) == [kept]


def test_why_a_link_is_still_on_is_said(opened: Opened, portal: SandboxPortal, app: App) -> None:
    refused, off = turned_on(app, portal, 2)
    portal.fault(
        "error",
        "crm.documentgenerator.document.enablepublicurl",
        error="ACCESS_DENIED",
        times=1,
    )
    opened_links(opened)
    opened.main.get_by_label("Select all that are shown").check()

    opened.main.get_by_role("button", name="Turn off selected").click()
    opened.main.get_by_role("button", name="Turn off 2 links").click()

    expect(opened.main).to_contain_text("Done, but not with all of them.")
    expect(opened.main).to_contain_text("1 link is as before.")
    expect(opened.main.locator(".reason")).to_contain_text("may not do this")
    assert [bool(portal.public_url(one)) for one in (refused, off)].count(True) == 1


@pytest.fixture
def two(context: BrowserContext, portal: SandboxPortal) -> Iterator[list[Opened]]:
    """Two administrators have the page open."""
    portal.user(7, admin=True)
    yield [Opened(context.new_page(), portal).open(user_id=user) for user in (1, 7)]


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
        expect(shown.main).to_contain_text("60 links were turned off.")
    until_off(portal, ids)
    opened_links(two[0])
    expect(two[0].main).to_contain_text("No link is public through Linkrobot.")


def test_the_csv_holds_all_that_were_found(
    opened: Opened, portal: SandboxPortal, app: App
) -> None:
    ids = turned_on(app, portal, 60, title="=HYPERLINK(1)")
    (other,) = turned_on(app, portal, title="Contract")
    opened_links(opened)

    with opened.tab.context.expect_page() as popup, opened.tab.expect_event("popup"):
        opened.main.get_by_role("button", name="Download as CSV").click()
    with popup.value.expect_event("download") as download:
        pass
    rows = list(csv.DictReader(open(download.value.path(), newline="", encoding="utf-8")))

    assert sorted(int(row["document_id"]) for row in rows) == [*ids, other]
    assert {row["title"] for row in rows} == {"'=HYPERLINK(1)", "Contract"}
    assert rows[0]["portal"] == portal.url.removeprefix("http://")


def test_a_hostile_title_is_shown_as_it_is(
    opened: Opened, portal: SandboxPortal, app: App
) -> None:
    (document,) = turned_on(app, portal, title=HOSTILE)
    changed(app, document, portal, title=HOSTILE, url="javascript:alert(1)")

    opened_links(opened)

    row = row_of(opened, document)
    expect(row.locator(".title")).to_have_text(HOSTILE)
    expect(row.get_by_role("link", name="javascript")).to_have_count(0)
    row.get_by_role("checkbox").check()
    opened.main.get_by_role("button", name="Turn off selected").click()
    expect(opened.main.locator("#links-ask")).to_contain_text("{{ 7*7 }}")
    assert opened.main.locator("img, script").count() == 0


def test_another_portals_links_are_none(
    portal: SandboxPortal, app: App, sandbox_neighbour: SandboxPortal
) -> None:
    (foreign,) = turned_on(app, sandbox_neighbour)
    (link_id,) = app.rows(
        "SELECT links.id FROM links JOIN portals ON portals.id = portal_id WHERE member_id = ?",
        sandbox_neighbour.member_id,
    )[0]
    page = portal.post("apps/open", user_id=1)
    session = {"X-Linkrobot-Session": session_of(page)}

    for path in (f"links/{link_id}", f"links/{link_id}/head", "links/work/1/9999"):
        assert app.get(f"/bitrix24/app/{path}", **session).status_code == 404
    section = app.get("/bitrix24/app/links", **session).text
    assert "No link is public" in section
    search_all = app.get("/bitrix24/app/links/list?q=%2F~", **session).text
    assert "No such link is public" in search_all
    for action, more in (("off", ""), ("extend", "&days=7"), ("off", "&all=Y")):
        token = token_for(app, session, f"/bitrix24/app/links/{action}")
        body = f"token={token}&link%5B%5D={link_id}{more}".encode()
        answer = app.post(f"/bitrix24/app/links/{action}", body, **session)
        assert "No link was chosen" in answer.text
    assert sandbox_neighbour.public_url(foreign)


def token_for(app: App, session: dict[str, str], path: str) -> str:
    raise NotImplementedError


def test_everything_is_done_with_the_keyboard_alone(
    opened: Opened, portal: SandboxPortal, app: App
) -> None:
    (document,) = turned_on(app, portal)
    opened_links(opened)
    row = row_of(opened, document)
    keys = opened.tab.keyboard

    opened.main.get_by_label("Find").focus()
    keys.type(str(document))
    keys.press("Enter")
    expect(row).to_be_visible()
    row.locator("summary").focus()
    keys.press("Enter")
    expect(row.get_by_label("New end")).to_be_visible()
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
