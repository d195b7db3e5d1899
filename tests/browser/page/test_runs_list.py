"""The list of runs: newest first, live, searched, exported; with the keyboard alone."""

import json

from playwright.sync_api import expect

from tests.browser.page.runs_rig import ANNA, FOUND, Runs, a_run
from tests.programs import App
from tests.scenarios.sandbox_portal import SandboxPortal
from tests.scenarios.stages import enable


def test_the_newest_runs_come_first_and_older_ones_when_asked_for(
    runs: Runs, portal: SandboxPortal
) -> None:
    portal.stage(enable(user_id=ANNA))
    deals = [portal.item() for _ in range(35)]
    moves = [portal.move(deal) for deal in deals]
    for workflow in moves:
        portal.finished(workflow)

    runs.show()
    expect(runs.rows).to_have_count(30)
    expect(runs.rows.first).to_contain_text("Failed")
    runs.inside.get_by_role("button", name="Older").click()

    expect(runs.rows).to_have_count(35)
    numbers = [
        int(text.removeprefix("#")) for text in runs.rows.locator(".number").all_inner_texts()
    ]
    assert numbers == sorted(numbers, reverse=True)
    expect(runs.inside.get_by_role("button", name="Older")).to_have_count(0)


def test_while_a_burst_is_worked_off_the_list_and_the_figures_are_live(
    runs: Runs, portal: SandboxPortal
) -> None:
    portal.stage(enable(user_id=ANNA))
    deals = [portal.item() for _ in range(60)]
    for deal in deals[:-1]:
        portal.document(deal)
    runs.open(user_id=ANNA)
    portal.fault("status", status=503)
    moves = [portal.move(deal) for deal in deals[:40]]
    for workflow in moves:
        portal.delivered(workflow)

    runs.go_to("Runs")
    expect(runs.inside.locator("#burst-waiting")).to_have_text("40")
    expect(runs.rows.filter(has_text="Waiting")).to_have_count(30)
    moves += [portal.move(deal) for deal in deals[40:]]
    expect(runs.inside.locator("#burst-waiting")).to_have_text("60")
    expect(runs.rows).to_have_count(50)
    portal.heal()

    expect(runs.inside.get_by_role("status").filter(has_text="All is worked off")).to_have_text(
        "All is worked off: 59 done, 1 failed or not delivered."
    )
    expect(runs.rows.filter(has_text="Done")).to_have_count(49)
    expect(runs.rows.first).to_contain_text("Failed")
    expect(runs.inside.locator("#progress")).to_have_attribute("hx-trigger", "every 10s")


def test_runs_are_searched_by_item_document_number_and_state(
    runs: Runs, portal: SandboxPortal, app: App
) -> None:
    first, document = a_run(portal, "Contract A")
    second, _ = a_run(portal, "Contract B")
    lead = [portal.item(1, "A lead") for _ in range(5)][-1]  # a number that no deal has
    portal.document(lead, 1, title="Of a lead")
    portal.finished(portal.move(lead, 1))
    empty = portal.item()
    portal.finished(portal.move(empty))
    ((number,),) = app.rows(
        "SELECT runs.id FROM runs JOIN portals ON portals.id = portal_id "
        "WHERE document_id = ? AND member_id = ?",
        f"DEAL_{second}",
        portal.member_id,
    )
    runs.show()
    address = f"{portal.url}/crm/deal/details/{first}/?IFRAME=Y"

    found = {
        str(first): [f"Deal {first}"],
        f"DEAL_{second}": [f"Deal {second}"],
        f"lead {lead}": [f"Lead {lead}"],
        address: [f"Deal {first}"],
        str(document): [f"Deal {first}"],
        f"#{number}": [f"Deal {second}"],
        "the contract": [],
    }
    for text, items in found.items():
        runs.search(text)
        expect(runs.rows).to_have_count(len(items))
        for item in items:
            expect(runs.row(item)).to_be_visible()
    expect(runs.inside.get_by_text("That is no number, name or address")).to_be_visible()

    for stage, count in {"Failed or not delivered": 1, "Done": 3, "Waiting": 0, "All": 4}.items():
        runs.search("", stage)
        expect(runs.rows).to_have_count(count)


def test_linkrobots_own_runs_are_shown_only_when_asked_for(
    runs: Runs, portal: SandboxPortal
) -> None:
    a_run(portal)
    runs.show()
    expect(runs.rows).to_have_count(1)

    runs.search(own=True)

    expect(runs.row("Register the robots").first).to_be_visible()


def test_the_chosen_runs_are_exported_without_names(runs: Runs, portal: SandboxPortal) -> None:
    deal, _ = a_run(portal, "Contract for Jane Doe")
    a_run(portal, "Another one")
    runs.show()

    runs.row(f"Deal {deal}").get_by_role("checkbox").check()
    export = runs.inside.get_by_role("button", name="Export", exact=True)
    text = runs.download(export.click)

    assert len(json.loads(text)["runs"]) == 1
    assert "Jane Doe" not in text


def test_everything_can_be_done_with_the_keyboard(runs: Runs, portal: SandboxPortal) -> None:
    deal = portal.item()
    portal.stage(enable(user_id=ANNA))
    portal.finished(portal.move(deal))
    document = portal.document(deal)
    runs.show()
    keys = runs.tab.keyboard

    runs.inside.get_by_label("Deal, document or run number").focus()
    keys.type(str(deal))
    with runs.replaced(FOUND):
        keys.press("Enter")
    expect(runs.rows).to_have_count(1)
    runs.rows.get_by_role("checkbox").focus()
    keys.press("Space")
    keys.press("Tab")
    keys.press("Enter")
    full = runs.rows.locator(".in-full")
    expect(full).to_be_visible()
    for _ in range(3):  # what Linkrobot told; the deal; try again
        keys.press("Tab")
    expect(full.get_by_role("button", name="Try again")).to_be_focused()
    keys.press("Enter")

    expect(full.get_by_role("link", name="http")).to_be_visible()
    assert portal.public_url(document)


def test_deals_that_come_later_are_seen_without_asking(runs: Runs, portal: SandboxPortal) -> None:
    runs.show()
    expect(runs.rows).to_have_count(0)
    portal.stage(enable())

    portal.move(portal.item())

    expect(runs.rows).to_have_count(1)
