"""The section of links in Bitrix24's frame: what is public, found in each way, as a file."""

import csv
import re
from datetime import UTC, datetime, timedelta

from httpx2 import Response
from playwright.sync_api import expect

from tests import installer
from tests.browser.page.links_rig import (
    changed,
    documents_in,
    opened_links,
    row_of,
    search,
    turned_on,
)
from tests.browser.page.page_rig import Opened
from tests.installer import go_through, session_of
from tests.programs import App, Sandbox
from tests.scenarios.sandbox_portal import SandboxPortal
from tests.scenarios.stages import enable

HOSTILE = '<img src=x onerror="document.title=1">{{ 7*7 }}\u202e"\'</bdi><script>alert(1)</script>'


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
    changed(app, soon, portal, expires_at=now + timedelta(days=6))
    changed(app, old, portal, asked_at=now - timedelta(days=91))
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


def test_the_csv_holds_all_that_were_found(opened: Opened, portal: SandboxPortal, app: App) -> None:
    ids = turned_on(app, portal, 60, title="=HYPERLINK(1)")
    (other,) = turned_on(app, portal, title="Contract")
    opened_links(opened)

    with opened.tab.expect_download() as download:
        opened.main.get_by_role("button", name="Download as CSV").click()
    with download.value.path().open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))

    assert sorted(int(row["document_id"]) for row in rows) == [*ids, other]
    assert {row["title"] for row in rows} == {"'=HYPERLINK(1)", "Contract"}
    assert rows[0]["portal"] == portal.url.removeprefix("http://")


def test_a_hostile_title_is_shown_as_it_is(opened: Opened, portal: SandboxPortal, app: App) -> None:
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


def test_another_portals_links_are_none(portal: SandboxPortal, app: App, sandbox: Sandbox) -> None:
    other = sandbox.portal()
    installer.add(app, other)
    go_through(app, other)
    other.post("apps/finish")
    (foreign,), (own,) = turned_on(app, other), turned_on(app, portal)
    (link_id,) = app.rows(
        "SELECT links.id FROM links JOIN portals ON portals.id = portal_id WHERE member_id = ?",
        other.member_id,
    )[0]
    session = {"X-Linkrobot-Session": session_of(portal.post("apps/open", user_id=1))}

    def ask(path: str) -> Response:
        return app.get(f"/bitrix24/app/{path}", **session)

    def send(path: str, token: str, fields: str) -> str:
        form = f"token={token}&{fields}".encode()
        return app.post(f"/bitrix24/app/{path}", form, **session).text

    for path in (f"links/{link_id}", f"links/{link_id}/head", "links/work/1/9999"):
        assert ask(path).status_code == 404
    shown = ask("links").text
    assert documents_of(shown) == [own]
    asked = send("links/off/ask", token_in(shown, "links/off/ask"), "all=Y")
    assert "Turn off 1 link?" in asked
    field = f"link%5B%5D={link_id}"
    assert "No link was chosen" in send("links/off", token_in(asked, "links/off"), field)
    extended = send("links/extend", token_in(shown, "links/extend"), f"{field}&days=7")
    assert "No link was chosen" in extended
    assert other.public_url(foreign)


def documents_of(html: str) -> list[int]:
    return [int(number) for number in re.findall(r"<span class=\"faint\">Document (\d+)<", html)]


def token_in(html: str, path: str) -> str:
    """What a change at that path has to bring."""
    found = re.search(rf'{path}".*?([0-9a-f]{{64}})', html, re.DOTALL)
    assert found
    return found[1]
