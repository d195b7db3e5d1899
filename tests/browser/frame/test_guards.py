"""Whom the sandbox's window hears, and what it lets in: the app's page, and nothing else."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.frame.frame_rig import Framed
from tests.browser.frame.made_up_app import MadeUpApp
from tests.sandbox.sandbox_rig import Bitrix

FORGED = 'setTitle:{"title":"Forged"}:callback:%s'


def opened_by(page: Page, address: str, framed: Framed) -> Page:
    """A page at this address opens the window in a second tab; returns that tab."""
    page.goto(address)
    target = f"{framed.portal.url}/_sandbox/frame"
    with page.expect_popup() as popup:
        page.evaluate("address => { window.opened = window.open(address); }", target)
    tab = popup.value
    expect(tab.frame_locator("#app").locator("#said")).to_have_text('"ready"')
    return tab


@pytest.mark.parametrize("of_app", [True, False], ids=["app's origin", "foreign origin"])
def test_a_message_of_another_window_is_ignored(
    page: Page, framed: Framed, stranger: MadeUpApp, of_app: bool
) -> None:
    sender = (framed.app if of_app else stranger).url
    tab = opened_by(page, sender, framed)

    page.evaluate("said => window.opened.postMessage(said, '*')", FORGED % Framed.sid_of(tab))

    expect(tab.locator("body")).to_have_attribute("data-ignored", "1")
    expect(tab.locator("#log")).to_contain_text(f"Ignored: a message of {sender}")
    expect(tab.locator("#title")).to_have_text("Made-up")


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(FORGED % "0123", id="another opening's"),
        pytest.param("setTitle:{broken:callback:sid", id="no JSON"),
        pytest.param("hello", id="no command"),
        pytest.param("", id="empty"),
        pytest.param(None, id="null"),
        pytest.param({"method": "setTitle", "appSid": "0123"}, id="an object of another opening"),
        pytest.param(7, id="a number"),
    ],
)
def test_what_is_not_of_this_opening_is_ignored(framed: Framed, said: object) -> None:
    framed.open()

    framed.inside.locator("body").evaluate("(_, said) => parent.postMessage(said, '*')", said)

    framed.shows("ignored", "1")
    expect(framed.page.locator("#title")).to_have_text("Made-up")


@pytest.mark.parametrize("command", ["constructor", "placementBindEvent", "setPropertyValue"])
def test_a_command_that_is_not_there_stays_unanswered(framed: Framed, command: str) -> None:
    framed.open()
    said = f"{command}:{{}}:callback:{framed.sid()}"

    framed.inside.locator("body").evaluate("(_, said) => parent.postMessage(said, '*')", said)

    framed.lists(f"{command}: not known here, so unanswered")


def test_a_page_that_is_embedded_elsewhere_may_not_set_the_title(framed: Framed) -> None:
    framed.open(placement="CRM_DEAL_DETAIL_TAB")

    assert framed.ask("title") == {"isSafely": True}

    expect(framed.page.locator("#title")).to_have_text("Made-up")


def test_only_the_apps_origin_is_framed_and_sent_to(framed: Framed) -> None:
    answer = framed.portal.http.get(f"{framed.portal.url}/_sandbox/frame")
    rules = dict(
        rule.strip().partition(" ")[::2]
        for rule in answer.headers["content-security-policy"].split(";")
    )

    assert rules["frame-src"] == f"'self' {framed.app.url}"
    assert rules["form-action"] == framed.app.url
    assert rules["frame-ancestors"] == "'self'"
    assert (rules["default-src"], rules["script-src"]) == ("'none'", "'self'")


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        pytest.param("user_id=5", 404, "No such user", id="no such user"),
        pytest.param("user_id=x", 400, "user_id is a number", id="no number"),
        pytest.param("options=[1]", 400, "options are a JSON object", id="no object"),
        pytest.param("user=1", 400, "Unknown fields: user", id="unknown field"),
    ],
)
def test_a_wrong_address_is_told_in_words(
    framed: Framed, query: str, status: int, said: str
) -> None:
    answer = framed.portal.http.get(f"{framed.portal.url}/_sandbox/frame?{query}")

    assert answer.status_code == status
    assert said in answer.text


def test_without_an_app_there_is_nothing_to_open(page: Page, portal: Bitrix) -> None:
    answer = page.goto(f"{portal.url}/_sandbox/frame")

    assert answer
    assert answer.status == 409
    expect(page.get_by_role("alert")).to_contain_text("No app is installed")


@pytest.mark.parametrize("user_id", [1, 7], ids=["the page", "the words of why there is none"])
def test_a_page_of_the_portal_that_embeds_the_window_is_told_to_close_it(
    installing: Framed, user_id: int
) -> None:
    page = installing.page
    page.goto(f"{installing.portal.url}/_sandbox/state")
    page.evaluate(
        """address => {
            const frame = document.createElement("iframe");
            frame.id = "slider";
            frame.src = address;
            window.addEventListener("message", (event) => {
                if (event.source === frame.contentWindow) document.title = event.data;
            });
            document.body.replaceChildren(frame);
        }""",
        f"/_sandbox/frame?user_id={user_id}",
    )

    page.frame_locator("#slider").get_by_role("button", name="Close").click()

    expect(page).to_have_title("sandbox:close")


def test_a_foreign_page_cannot_show_the_window(
    context: BrowserContext, framed: Framed, stranger: MadeUpApp
) -> None:
    page = context.new_page()
    page.goto(stranger.url)

    with page.expect_console_message(lambda said: "frame-ancestors 'self'" in said.text):
        page.evaluate(
            """address => {
                const frame = document.createElement("iframe");
                frame.src = address;
                document.body.append(frame);
            }""",
            f"{framed.portal.url}/_sandbox/frame",
        )

    assert framed.app.opened == []
