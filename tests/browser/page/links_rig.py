"""Links at a portal of the sandbox, and the page's section of links in a test's hands."""

import re
from typing import Any

from playwright.sync_api import Locator, expect
from sqlalchemy import create_engine, select, update

from robot.store.tables import links, portals
from tests.browser.page.page_rig import Opened
from tests.programs import App
from tests.scenarios.sandbox_portal import SandboxPortal
from tests.scenarios.waiting import until

FOUND = "#links-found"  # holds the list


def turned_on(
    app: App, portal: SandboxPortal, number: int = 1, *, deal: int | None = None, **about: Any
) -> list[int]:
    """So many documents of a deal, whose links the command line turned on."""
    item = deal or portal.item()
    ids = [portal.document(item, **about) for _ in range(number)]
    done = app.command("link", "enable", "--portal", portal.member_id, *map(str, ids))
    assert done.returncode == 0, done.stderr
    return ids


def opened_links(shown: Opened) -> Locator:
    """The section, once it is there."""
    return shown.go_to("Links")


def row_of(shown: Opened, document_id: int) -> Locator:
    """The link of that document in the list."""
    number = re.compile(rf"Document {document_id}(?!\d)")
    return shown.main.locator("li.link").filter(has_text=number)


def search(shown: Opened, text: str = "", show: str = "Public now") -> Locator:
    """Fill the form in; the list as it is then."""
    shown.main.get_by_label("Find").fill(text)
    with shown.replaced(FOUND):
        shown.main.get_by_label("Show", exact=True).select_option(show)
    with shown.replaced(FOUND):
        shown.main.get_by_role("button", name="Search", exact=True).click()
    return shown.main.locator("li.link")


def documents_in(rows: Locator) -> list[int]:
    """The numbers of the documents that are listed, as listed."""
    numbers = rows.locator(".link-head span.faint").filter(has_text=re.compile(r"^Document \d+$"))
    texts = numbers.all_inner_texts()
    return [int(text.removeprefix("Document ")) for text in texts]


def open_details(row: Locator) -> Locator:
    """The link's history and what can be done with it."""
    row.locator("summary").click()
    expect(row.get_by_role("heading", name="History")).to_be_visible()
    return row


def until_off(portal: SandboxPortal, document_ids: list[int]) -> None:
    """Nobody can open these links any more."""
    until(
        lambda: not any(portal.public_url(one) for one in document_ids),
        within=60,
        what="the links are off",
    )


def in_register(app: App, document_id: int, portal: SandboxPortal) -> dict[str, Any]:
    """The register's newest row of that document."""
    rows = app.json("links", "--all", "--portal", portal.member_id, "--document", str(document_id))
    return dict(rows[0])


def changed(app: App, document_id: int, portal: SandboxPortal, **columns: object) -> None:
    """What the register says of a link: nobody waits for months in a test."""
    of_portal = select(portals.c.id).where(portals.c.member_id == portal.member_id)
    meant = links.c.document_id == document_id, links.c.portal_id == of_portal.scalar_subquery()
    engine = create_engine(f"sqlite:///{app.folder / 'linkrobot.sqlite'}")
    with engine.begin() as conn:
        conn.execute(update(links).where(*meant).values(**columns))
    engine.dispose()
