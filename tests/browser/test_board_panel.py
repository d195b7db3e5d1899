"""«What the portal sees»: requests, limits, a switch for every fault, the portal's settings."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.board_rig import RULES, STAGE, Board
from tests.programs import App, Sandbox, running_sandbox

SWITCHES = [
    ("rest", "error", "Answers with an error", {"error": "INTERNAL_SERVER_ERROR", "status": 500}),
    ("rest", "slow", "Takes long", {"seconds": 3}),
    ("rest", "omit", "Leaves commands out", {}),
    ("rest", "drop_before", "Hangs up before doing it", {}),
    ("rest", "drop_after", "Does it, then hangs up", {}),
    ("rest", "html", "Answers with a page", {"status": 502}),
    ("rest", "cut", "Stops in the middle", {}),
    ("rest", "status", "Answers with a bare status", {"status": 503}),
    ("oauth", "error", "Answers with an error", {"error": "INTERNAL_SERVER_ERROR", "status": 500}),
    ("oauth", "slow", "Takes long", {"seconds": 3}),
    ("oauth", "drop_before", "Hangs up before doing it", {}),
    ("oauth", "drop_after", "Does it, then hangs up", {}),
    ("oauth", "html", "Answers with a page", {"status": 502}),
    ("oauth", "cut", "Stops in the middle", {}),
    ("oauth", "status", "Answers with a bare status", {"status": 503}),
    ("delivery", "slow", "Takes long", {"seconds": 3}),
    ("delivery", "drop_before", "The call is lost", {}),
]
GROUPS = {"rest": "REST server", "oauth": "Authorization server", "delivery": "Calls of robots"}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox(portals=30) as running:
        yield running


@pytest.fixture
def board(page: Page, sandbox: Sandbox) -> Iterator[Board]:
    portal = sandbox.portal()
    yield Board(page, portal).open()
    portal.heal()


@pytest.mark.parametrize(("target", "kind", "words", "about"), SWITCHES)
def test_every_fault_has_a_switch(
    board: Board, target: str, kind: str, words: str, about: dict[str, Any]
) -> None:
    group = board.tab("Faults").get_by_role("group", name=GROUPS[target])
    switch = group.get_by_role("switch", name=words)

    switch.click()

    expect(board.page.get_by_role("button", name="Take all away")).to_be_visible()
    (fault,) = board.faults()
    ordered = {"target": target, "kind": kind, "method": None, "times": None, **about}
    assert ordered.items() <= fault.items()
    expect(switch).to_be_checked()
    switch.click()
    expect(board.page.get_by_text("Nothing is ordered to go wrong.")).to_be_visible()
    assert board.faults() == []


def test_a_fault_concerns_one_method_and_ends_by_itself(board: Board) -> None:
    webhook = board.portal.post("webhooks", user_id=1, scope="crm")["url"]
    tab = board.tab("Faults")
    group = tab.get_by_role("group", name="REST server")
    group.get_by_label("Only of the method").fill("user.admin")
    group.get_by_label("So many times").fill("1")
    group.get_by_label("Answers with an error: error code").fill("OVERLOAD_LIMIT")
    group.get_by_role("switch", name="Answers with an error").click()
    expect(tab.get_by_role("list")).to_contain_text(
        "REST server user.admin: Answers with an error (OVERLOAD_LIMIT, 500), once"
    )

    refused = board.page.request.get(f"{webhook}user.admin")

    assert refused.json()["error"] == "OVERLOAD_LIMIT"
    expect(tab.get_by_text("Nothing is ordered to go wrong.")).to_be_visible()
    expect(group.get_by_role("switch", name="Answers with an error")).not_to_be_checked()


def test_faults_of_others_are_listed_and_one_click_takes_them_away(board: Board) -> None:
    board.portal.fault("slow", "profile", seconds=7)
    board.portal.fault("html", target="oauth", times=2)
    tab = board.open().tab("Faults")

    expect(board.page.get_by_role("tab", name="Faults")).to_have_attribute("data-count", "2")
    tab.get_by_role("button", name="Take away: REST server profile: Takes long (7 s)").click()
    expect(tab.get_by_role("list").get_by_role("listitem")).to_have_count(1)
    assert [fault["kind"] for fault in board.faults()] == ["html"]
    tab.get_by_role("button", name="Take all away").click()
    expect(tab.get_by_text("Nothing is ordered to go wrong.")).to_be_visible()
    assert board.faults() == []


def test_requests_and_the_bucket_are_shown_as_they_come(board: Board) -> None:
    board.portal.set(rate=0.001, burst=5, operating_charge={"profile": 7})
    webhook = board.portal.post("webhooks", user_id=1, scope="crm")["url"]
    batch: dict[str, str | float | bool] = {
        "cmd[a]": "profile",
        "cmd[b]": "user.admin",
        "cmd[c]": "crm.no.method",
    }

    for _ in range(3):
        board.page.request.get(f"{webhook}profile")
    board.page.request.post(f"{webhook}batch", form=batch)

    tab = board.tab("Requests")
    newest = tab.locator(".requests > li").first
    expect(newest).to_contain_text("batch of 3: profile, user.admin, no.method")
    expect(newest).to_contain_text("200 SANDBOX_UNKNOWN_METHOD")
    expect(tab.get_by_text("4.0 of 5")).to_be_visible()
    expect(tab.get_by_text("28.0 s")).to_be_visible()
    board.page.request.get(f"{webhook}profile")
    board.page.request.get(f"{webhook}profile")
    expect(newest).to_contain_text("503 QUERY_LIMIT_EXCEEDED")


def test_settings_are_the_portals(board: Board) -> None:
    tab = board.tab("Settings")
    tab.get_by_role("switch", name="The plan has REST").click()
    tab.get_by_label("The workflow is saved after").fill("1.5")
    tab.get_by_label("An answer before that gets").select_option("423")
    tab.get_by_label("Requests a second").fill("")
    tab.get_by_role("switch", name="Each call comes twice").click()
    tab.get_by_label("So many of the next calls get lost").fill("2")
    ben = tab.get_by_role("group", name="User 7, Ben")
    ben.get_by_role("switch", name="administrator").click()
    ben.get_by_label("documents").select_option("none")
    tab.get_by_role("button", name="A day passes").click()
    tab.get_by_role("button", name="All access tokens expire").click()
    expect(tab.get_by_text("The portal's clock is 1.0 days ahead.")).to_be_visible()
    expect(board.page.locator("#trouble-said")).to_be_hidden()

    state = board.portal.get("state")

    wanted = {"rest_plan": False, "save_delay": 1.5, "early_answer": "423", "rate": None}
    assert wanted.items() <= state["portal"]["settings"].items()
    assert {"duplicate": True, "lose": 2}.items() <= state["portal"]["deliveries"].items()
    assert state["portal"]["ahead"] == 86400
    user = next(user for user in state["users"] if user["id"] == 7)
    assert (user["admin"], user["documents"]) == (True, "none")


def test_what_the_portal_refuses_is_said_in_its_words(board: Board) -> None:
    tab = board.tab("Settings")
    board.portal.post("clock", ahead=999999)
    earlier = json.dumps({"ahead": 1})  # as a board that has not heard of it yet would ask
    board.page.route("**/_sandbox/clock", lambda route: route.continue_(post_data=earlier))

    tab.get_by_role("button", name="An hour passes").click()

    expect(board.page.get_by_role("alert")).to_contain_text("does not go back")


def test_tabs_are_walked_by_arrow_keys(board: Board) -> None:
    board.page.get_by_role("tab", name="Requests").focus()

    board.page.keyboard.press("ArrowRight")

    expect(board.page.get_by_role("tab", name="Faults")).to_be_focused()
    expect(board.page.get_by_role("tabpanel", name="Faults")).to_be_visible()
    board.page.keyboard.press("ArrowLeft")
    board.page.keyboard.press("ArrowLeft")
    expect(board.page.get_by_role("tabpanel", name="Settings")).to_be_visible()


def test_a_call_that_is_lost_is_seen_on_its_card(
    board: Board, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> None:
    app = App(tmp_path_factory.mktemp("lost"), sandbox.oauth).start()
    try:
        app.install_at(board.portal)
        board.portal.stage(*RULES, name=STAGE)
        board.portal.post("deliveries", lose=1)
        deal = board.portal.item(title="A lost one")

        board.portal.move(deal, stage=STAGE)

        expect(board.card("A lost one", STAGE)).to_contain_text("it waits for ever")
        board.open_deal("A lost one")
        board.panel().get_by_role("button", name="Deliver the call once more").click()
        expect(board.panel()).to_contain_text("has no document")
    finally:
        app.end()
