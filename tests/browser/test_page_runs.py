"""The section «Runs» of Linkrobot's page, in the sandbox's frame."""

import json
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.rig_runs import RunsPage, install
from tests.programs import App, Sandbox, running_sandbox
from tests.scenarios.sandbox_portal import ENABLING, REPORTING, SandboxPortal
from tests.scenarios.stages import disable, enable

ANNA, BEN = 1, 7  # administrator; an employee, who may do all but administrate
HOSTILE = "<img src=x onerror=alert(1)> & <b>bold</b>"


@pytest.fixture(scope="module")
def sandbox(browser: Browser) -> Iterator[Sandbox]:
    with running_sandbox(portals=24) as started:
        yield started


@pytest.fixture(scope="module")
def app(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    running = App(tmp_path_factory.mktemp("app") / "data", sandbox.oauth)
    try:
        yield running.start()
    finally:
        running.end()


@pytest.fixture(scope="module")
def installed(app: App, sandbox: Sandbox, browser: Browser) -> Callable[[], SandboxPortal]:
    """Portals where the app with its page is installed, one a call."""

    def one() -> SandboxPortal:
        portal = sandbox.portal()
        page = browser.new_page()
        install(app, portal, page)
        page.close()
        return portal

    return one


@pytest.fixture
def portal(installed: Callable[[], SandboxPortal]) -> SandboxPortal:
    return installed()


@pytest.fixture
def runs(page: Page, portal: SandboxPortal) -> RunsPage:
    """Of the administrator; not opened yet."""
    return RunsPage(page, portal, ANNA)


def a_run(portal: SandboxPortal, title: str = "Contract", **rule: object) -> tuple[int, int]:
    """A deal with a document has been through the stage; their numbers."""
    deal = portal.item()
    document = portal.document(deal, title=title)
    portal.stage(enable(user_id=ANNA, **rule))
    portal.finished(portal.move(deal))
    return deal, document


def test_the_newest_runs_come_first_and_older_ones_when_asked_for(
    runs: RunsPage, portal: SandboxPortal
) -> None:
    portal.stage(enable(user_id=ANNA))
    deals = [portal.item() for _ in range(35)]
    moves = [portal.move(deal) for deal in deals]
    for workflow in moves:
        portal.finished(workflow)

    runs.open()
    expect(runs.rows).to_have_count(30)
    expect(runs.rows.first).to_contain_text("Failed")
    runs.inside.get_by_role("button", name="Older").click()

    expect(runs.rows).to_have_count(35)
    numbers = [
        int(text.removeprefix("#")) for text in runs.rows.locator(".number").all_inner_texts()
    ]
    assert numbers == sorted(numbers, reverse=True)
    expect(runs.inside.get_by_role("button", name="Older")).to_have_count(0)


def test_a_run_tells_its_way_its_outcome_and_the_link_that_it_turned_on(
    runs: RunsPage, portal: SandboxPortal, context: BrowserContext
) -> None:
    deal, document = a_run(portal, "Contract 5", valid_days="14")
    portal.set(language="de")
    context.grant_permissions(["clipboard-read", "clipboard-write"])

    full = runs.open().unfold(runs.row(f"Deal {deal}"))

    for step in ("Received", "Looked up which documents", "Link turned on", "took the answer"):
        expect(full.locator(".way")).to_contain_text(step)
    expect(full).to_contain_text("a robot in Bitrix24")
    expect(full).to_contain_text("on behalf of employee 1")
    expect(full.get_by_text("Public until")).to_be_visible()
    given = full.locator("section", has_text="What it was given")
    expect(given).to_contain_text("14")
    link = portal.public_url(document)
    expect(full.get_by_role("link", name=str(link), exact=True)).to_have_attribute(
        "href", str(link)
    )
    full.get_by_role("button", name="Copy").click()
    expect(full.get_by_role("button", name="Copied")).to_be_visible()
    runs.page.bring_to_front()
    assert runs.page.evaluate("navigator.clipboard.readText()") == link
    full.get_by_role("link", name="Open in Bitrix24").click()
    expect(runs.page.locator("body")).to_contain_text(f"/crm/deal/details/{deal}/")


def test_while_a_burst_is_worked_off_the_list_and_the_figures_are_live(
    runs: RunsPage, portal: SandboxPortal
) -> None:
    portal.stage(enable(user_id=ANNA))
    deals = [portal.item() for _ in range(60)]
    for deal in deals[:-1]:
        portal.document(deal)
    runs.open_app()
    portal.fault("status", status=503)
    moves = [portal.move(deal) for deal in deals[:40]]
    for workflow in moves:
        portal.delivered(workflow)

    runs.open_section()
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
    assert runs.inside.locator("#progress").get_attribute("hx-get") is None, "it looks no more"


def test_an_open_run_that_waits_says_for_what_and_goes_on_by_itself(
    runs: RunsPage, portal: SandboxPortal
) -> None:
    deal = portal.item()
    portal.document(deal)
    portal.stage(enable(user_id=ANNA))
    runs.open_app()
    portal.fault("status", status=503)
    portal.delivered(portal.move(deal))

    full = runs.open_section().unfold(runs.row(f"Deal {deal}"))
    expect(full).to_contain_text("Waits for its turn at Bitrix24. Until")
    portal.heal()

    expect(full).to_contain_text("Link turned on")
    expect(runs.row(f"Deal {deal}").locator(".tag").first).to_have_text("Done")


def test_runs_are_searched_by_item_document_number_and_state(
    runs: RunsPage, portal: SandboxPortal, app: App
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
    runs.open()
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
    runs: RunsPage, portal: SandboxPortal
) -> None:
    a_run(portal)
    runs.open()
    expect(runs.rows).to_have_count(1)

    runs.search(own=True)

    expect(runs.row("Register the robots").first).to_be_visible()


def test_what_strangers_wrote_is_shown_as_they_wrote_it(
    runs: RunsPage, portal: SandboxPortal
) -> None:
    titled, _ = a_run(portal, HOSTILE)
    deal = portal.item()
    portal.document(deal)
    portal.fault("error", ENABLING, error="HOSTILE", description=HOSTILE, status=400)
    portal.finished(portal.move(deal))
    wrong = portal.item()
    portal.heal()
    portal.stage(enable(user_id=ANNA, document_id=HOSTILE))
    portal.finished(portal.move(wrong))

    runs.open()
    for row, shown in ((f"Deal {titled}", HOSTILE), (f"Deal {wrong}", HOSTILE)):
        full = runs.unfold(runs.row(row))
        expect(full).to_contain_text(shown)
    full = runs.unfold(runs.row(f"Deal {deal}"))
    full.get_by_text("What Linkrobot told the workflow").click()
    expect(full).to_contain_text(HOSTILE)
    expect(runs.inside.locator("main img")).to_have_count(0)
    expect(runs.inside.locator("main b b")).to_have_count(0)


def test_a_failed_run_is_tried_again_once_its_cause_is_mended(
    runs: RunsPage, portal: SandboxPortal
) -> None:
    deal = portal.item()
    portal.stage(enable(user_id=ANNA))
    portal.finished(portal.move(deal))
    full = runs.open().unfold(runs.row(f"Deal {deal}"))
    expect(full.locator(".bad")).to_have_text("The CRM item had no document to turn on.")
    document = portal.document(deal)

    full.get_by_role("button", name="Try again").click()

    link = full.get_by_role("link", name="http")
    expect(link).to_be_visible()
    assert link.get_attribute("href") == portal.public_url(document)
    expect(full).to_contain_text("had gone on with the first answer")
    expect(runs.rows).to_have_count(2)
    full.get_by_role("button", name="Try again").click()
    expect(runs.rows).to_have_count(3)
    expect(runs.rows.filter(has_text="Done")).to_have_count(2)


def test_a_workflow_that_has_no_answer_yet_gets_it_from_the_second_try(
    runs: RunsPage, portal: SandboxPortal
) -> None:
    deal = portal.item()
    portal.document(deal)
    portal.stage(enable(user_id=ANNA))
    portal.fault("error", REPORTING, error="ACCESS_DENIED", status=403)
    workflow = portal.move(deal)
    runs.open()
    row = runs.row(f"Deal {deal}")
    expect(row.locator(".tag").first).to_have_text("Not delivered")
    portal.heal()

    full = runs.unfold(row)
    full.get_by_role("button", name="Try again").click()

    expect(full).to_contain_text("The workflow took this answer and goes on.")
    assert portal.outputs(workflow)["succeeded"] == "Y"
    assert portal.resumed(workflow) == 1


def test_two_administrators_who_try_again_at_once_make_one_run(
    runs: RunsPage, portal: SandboxPortal, browser: Browser, app: App
) -> None:
    portal.user(BEN, admin=True)
    deal = portal.item()
    portal.stage(enable(user_id=ANNA))
    portal.finished(portal.move(deal))
    document = portal.document(deal)
    other = browser.new_page()
    runs_of_ben = RunsPage(other, portal, BEN)
    fulls = [one.open().unfold(one.row(f"Deal {deal}")) for one in (runs, runs_of_ben)]

    for full in fulls:
        full.get_by_role("button", name="Try again").click(no_wait_after=True)

    expect(fulls[0].get_by_role("link", name="http")).to_be_visible()
    expect(fulls[1]).to_contain_text("Somebody has tried this again meanwhile: see run")
    assert portal.public_url(document)
    made = "SELECT count(*) FROM runs JOIN portals ON portals.id = portal_id WHERE source = 'page' "
    assert app.rows(f"{made} AND code LIKE 'linkrobot%' AND member_id = ?", portal.member_id) == [
        (1,)
    ]
    other.close()


def test_a_run_of_another_portal_is_not_found(
    runs: RunsPage, portal: SandboxPortal, installed: Callable[[], SandboxPortal], app: App
) -> None:
    other = installed()
    a_run(other)
    a_run(portal)
    ((number,),) = app.rows(
        "SELECT max(runs.id) FROM runs JOIN portals ON portals.id = portal_id WHERE member_id = ?",
        other.member_id,
    )
    runs.open()

    runs.search(f"#{number}")
    expect(runs.inside.get_by_text("No run fits.")).to_be_visible()

    statuses = runs.inside.locator("body").evaluate(
        """async (body, number) => {
            const headers = JSON.parse(body.getAttribute("hx-headers"));
            const address = `${body.dataset.root}bitrix24/app/runs/${number}`;
            const found = [await fetch(address, { headers })];
            const token = document.querySelector("#export [name=token]").value;
            const form = new URLSearchParams({ token, [`run[${number}]`]: "Y" });
            const other = `${body.dataset.root}bitrix24/app/runs/export`;
            found.push(await fetch(other, { headers, method: "POST", body: form }));
            found.push(await fetch(`${address}/retry`, { headers, method: "POST", body: form }));
            return found.map((one) => one.status);
        }""",
        number,
    )
    assert statuses == [404, 404, 403]


def test_the_chosen_runs_are_exported_without_names(runs: RunsPage, portal: SandboxPortal) -> None:
    deal, _ = a_run(portal, "Contract for Jane Doe")
    a_run(portal, "Another one")
    runs.open()

    runs.row(f"Deal {deal}").get_by_role("checkbox").check()
    export = runs.inside.get_by_role("button", name="Export", exact=True)
    text = runs.download(export.click)

    assert len(json.loads(text)["runs"]) == 1
    assert "Jane Doe" not in text


def test_everything_can_be_done_with_the_keyboard(runs: RunsPage, portal: SandboxPortal) -> None:
    deal = portal.item()
    portal.stage(enable(user_id=ANNA))
    portal.finished(portal.move(deal))
    document = portal.document(deal)
    runs.open()
    keys = runs.page.keyboard

    runs.inside.get_by_label("Deal, document or run number").focus()
    keys.type(str(deal))
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


def test_a_link_that_was_turned_off_since_says_so(runs: RunsPage, portal: SandboxPortal) -> None:
    deal, _ = a_run(portal)
    portal.stage(disable(user_id=ANNA))
    portal.finished(portal.move(deal))

    full = runs.open().unfold(runs.row("Turn on"))

    expect(full.locator(".link")).to_contain_text("A robot turned it off.")
