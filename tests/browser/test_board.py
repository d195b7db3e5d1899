"""The board: deals move, the robots run before one's eyes, the client opens the link."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests import installer
from tests.browser.board_rig import RULES, STAGE, Board
from tests.programs import App, Sandbox, running_sandbox

CHAIRS = "Twelve chairs"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox(portals=30) as running:
        yield running


@pytest.fixture(scope="module")
def app(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    started = App(tmp_path_factory.mktemp("board"), sandbox.oauth).start()
    yield started
    started.end()


@pytest.fixture
def board(page: Page, sandbox: Sandbox) -> Board:
    """Of a portal with one deal and its contract, and no application."""
    portal = sandbox.portal()
    portal.document(portal.item(title=CHAIRS), title="Contract")
    return Board(page, portal)


@pytest.fixture
def busy_board(board: Board, app: App) -> Board:
    """The application is there, and its robot stands at a stage before an e-mail."""
    app.install_at(board.portal)
    board.portal.stage(*RULES, name=STAGE)
    return board.open()


def test_a_dragged_deal_gets_its_e_mail_and_the_client_reads_the_document(
    busy_board: Board, context: BrowserContext
) -> None:
    busy_board.drag(CHAIRS, STAGE)

    card = busy_board.card(CHAIRS, STAGE)
    expect(card).to_contain_text("E-mail sent after")
    expect(card).to_contain_text("Called: 200 in")
    with context.expect_page() as opened:
        card.get_by_role("link", name="Open the link").click()
    document = opened.value
    expect(document.get_by_role("heading", name="Contract").first).to_be_visible()
    expect(document.get_by_role("status")).to_have_text("The document is ready.")


def test_a_stage_shows_which_robots_stand_there(busy_board: Board) -> None:
    rules = busy_board.column(STAGE).get_by_role("list", name=f"Automation rules of {STAGE}")

    expect(rules.get_by_role("listitem")).to_have_text(
        ["Public link of a document: turn on", "Send e-mail"]
    )


def test_a_deals_panel_tells_each_step_with_its_outputs(busy_board: Board) -> None:
    busy_board.drag(CHAIRS, STAGE)
    expect(busy_board.card(CHAIRS)).to_contain_text("E-mail sent")

    panel = busy_board.open_deal(CHAIRS)

    link = busy_board.portal.public_url(1) or "none"
    values = panel.get_by_role("definition")
    expect(values.first).to_have_text(link)
    story = panel.locator(".story")
    expect(story).to_contain_text("Robot called: answered 200")
    expect(story).to_contain_text("Public link of document 1 turned on")
    expect(panel.get_by_role("region", name="E-mails")).to_contain_text(f"Your contract: {link}")


def test_shift_and_an_arrow_move_a_deal_and_keep_the_focus(board: Board) -> None:
    board.open()
    board.title(CHAIRS).focus()

    board.page.keyboard.press("Shift+ArrowRight")

    expect(board.card(CHAIRS, "Preparation")).to_be_visible()
    expect(board.title(CHAIRS)).to_be_focused()
    board.page.keyboard.press("Shift+ArrowRight")
    expect(board.card(CHAIRS, STAGE)).to_be_visible()
    board.page.keyboard.press("Shift+ArrowLeft")
    expect(board.card(CHAIRS, "Preparation")).to_be_visible()
    expect(board.page.locator("#said")).to_have_text("Deal 101 moved to Preparation")


def test_a_menu_moves_a_deal_by_keyboard_alone(board: Board) -> None:
    board.open()
    board.card(CHAIRS).get_by_role("button", name="Move Deal 101").focus()

    for key in ("Enter", "ArrowDown", "ArrowDown", "Enter"):
        board.page.keyboard.press(key)

    expect(board.card(CHAIRS, "Won")).to_be_visible()
    expect(board.card(CHAIRS).get_by_role("button", name="Move Deal 101")).to_be_focused()


def test_a_drag_that_is_given_up_moves_nothing(board: Board) -> None:
    board.open()
    box = board.card(CHAIRS).bounding_box()
    assert box

    board.page.mouse.move(box["x"] + 30, box["y"] + 15)
    board.page.mouse.down()
    board.page.mouse.move(box["x"] + 400, box["y"] + 60, steps=5)
    expect(board.page.locator(".ghost")).to_be_visible()
    board.page.keyboard.press("Escape")
    board.page.mouse.up()

    expect(board.page.locator(".ghost")).to_have_count(0)
    assert board.portal.journal("item.moved") == []


def test_a_deal_is_added_at_a_stage_with_its_contract(busy_board: Board) -> None:
    busy_board.page.get_by_role("button", name=f"Add a deal at {STAGE}").click()
    dialog = busy_board.page.get_by_role("dialog", name="Add a deal")
    dialog.get_by_label("Title").fill("A new one")
    dialog.get_by_role("button", name="Add the deal").click()

    expect(busy_board.card("A new one", STAGE)).to_contain_text("E-mail sent")


def test_twenty_deals_move_at_once(busy_board: Board) -> None:
    busy_board.page.get_by_role("button", name="Move 20 deals at once").click()

    sent = busy_board.column(STAGE).get_by_role("article").filter(has_text="E-mail sent after")
    expect(sent).to_have_count(20)


def test_documents_come_are_slow_public_and_gone(board: Board) -> None:
    panel = board.open().open_deal(CHAIRS)
    panel.get_by_text("Add a document").click()
    panel.get_by_label("Title").fill("Offer")
    panel.get_by_label("Number").fill("2027-1")
    panel.get_by_label("Template").select_option("Contract")
    panel.get_by_label("PDF ready after").fill("90")
    panel.get_by_label("Public from the start").check()
    panel.get_by_role("button", name="Add the document").click()

    offer = panel.locator("[data-document='2']")
    expect(offer).to_contain_text("No. 2027-1 · Contract")
    expect(offer).to_contain_text(re.compile(r"PDF in \d+ s"))
    assert board.portal.public_url(2)
    panel.get_by_role("button", name="Turn the link off: Offer").click()
    expect(offer).to_contain_text("not public")
    panel.get_by_role("button", name="PDF ready now: Offer").click()
    expect(offer).to_contain_text("PDF ready")
    panel.get_by_role("button", name="Make slow: Contract").click()
    expect(panel.locator("[data-document='1']")).to_contain_text("PDF in")
    panel.get_by_role("button", name="Delete: Offer").click()
    expect(offer).to_have_count(0)
    assert [document["id"] for document in board.portal.get("state")["documents"]] == [1]


def test_a_page_that_waits_for_its_pdf_shows_it_by_itself(board: Board) -> None:
    board.portal.control("PATCH", "documents/1", ready_in=600, public=True)
    board.page.goto(board.portal.public_url(1) or "")
    expect(board.page.get_by_role("status")).to_have_text("The document is being prepared.")

    board.portal.control("PATCH", "documents/1", ready_in=0)

    expect(board.page.get_by_role("status")).to_have_text("The document is ready.")


def test_a_deal_has_the_address_that_it_has_in_bitrix24(board: Board) -> None:
    board.open("/crm/deal/details/101/")
    expect(board.panel().get_by_role("heading", name=CHAIRS)).to_be_visible()

    board.page.keyboard.press("Escape")

    expect(board.panel()).to_be_hidden()
    expect(board.page).to_have_url(f"{board.portal.url}/")
    board.page.go_back()
    expect(board.panel()).to_be_visible()


def test_an_address_of_no_deal_says_so(board: Board) -> None:
    board.open("/crm/deal/details/4711/")

    expect(board.panel()).to_contain_text("There is no such deal")


def test_texts_of_strangers_are_texts(board: Board) -> None:
    """The page's fixture fails where a script ran that the policy refuses, too."""
    hostile = "<img src=x onerror=document.title='owned'>"
    deal = board.portal.item(title=hostile)
    board.portal.document(deal, title=hostile, number="</script><script>1</script>")
    mail = {"to": hostile, "subject": hostile, "text": f"javascript:alert(1) {hostile}"}
    board.portal.stage({"code": "mail", "properties": mail}, name="<b>Bold")
    board.portal.move(deal, stage="<b>Bold")

    board.open()
    panel = board.open_deal(hostile)

    expect(board.column("<b>Bold")).to_be_visible()
    expect(panel.get_by_role("region", name="E-mails")).to_contain_text(hostile)
    expect(board.page.locator("img, b")).to_have_count(0)
    expect(board.page.locator("a[href^=javascript]")).to_have_count(0)
    expect(board.page).to_have_title(re.compile("^Deals"))


def test_the_application_opens_in_its_frame_as_the_user_who_is_chosen(
    board: Board, app: App
) -> None:
    installer.add(app, board.portal, name="Linkrobot")
    installer.go_through(app, board.portal)
    board.portal.post("apps/finish")
    board.open()
    slider = board.page.get_by_role("dialog", name="Linkrobot")
    inside = board.page.frame_locator("#app-frame iframe").frame_locator("#app")

    board.page.get_by_role("button", name="Open Linkrobot").click()

    expect(inside.locator("#main")).to_be_visible()
    board.page.get_by_role("button", name="Close the application").click()
    expect(slider).to_be_hidden()
    expect(board.page.locator("iframe")).to_have_count(0)
    board.page.get_by_label("Open Linkrobot as").select_option("as Ben")
    board.page.get_by_role("button", name="Open Linkrobot").click()
    expect(inside.get_by_text("administrators of this Bitrix24 only")).to_be_visible()


def test_without_an_application_there_is_nothing_to_open(board: Board) -> None:
    board.open()

    expect(board.page.get_by_role("button", name="Open Linkrobot")).to_be_disabled()


def test_the_board_fits_a_narrow_window(board: Board) -> None:
    board.page.set_viewport_size({"width": 400, "height": 800})
    board.open()

    width = board.page.evaluate("document.documentElement.scrollWidth")

    assert width == 400
    board.card(CHAIRS).get_by_role("button", name="Move Deal 101").click()
    board.page.get_by_role("button", name="Move to Preparation").click()
    expect(board.card(CHAIRS, "Preparation")).to_be_visible()
