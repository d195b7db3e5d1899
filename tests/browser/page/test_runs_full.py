"""A run in full: its way, its link, what it waits for, what strangers wrote."""

from playwright.sync_api import BrowserContext, expect

from tests.browser.page.runs_rig import ANNA, Runs, a_run
from tests.programs import App
from tests.scenarios.sandbox_portal import ENABLING, LOOKING_UP, SandboxPortal
from tests.scenarios.stages import disable, enable

HOSTILE = "<img src=x onerror=alert(1)> & <b>bold</b>"


def test_a_run_tells_its_way_its_outcome_and_the_link_that_it_turned_on(
    runs: Runs, portal: SandboxPortal, context: BrowserContext
) -> None:
    deal, document = a_run(portal, "Contract 5", valid_days="14")
    context.grant_permissions(["clipboard-read", "clipboard-write"])

    full = runs.show().unfold(runs.row(f"Deal {deal}"))

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
    runs.tab.bring_to_front()
    assert runs.tab.evaluate("navigator.clipboard.readText()") == link
    full.get_by_role("link", name="Open in Bitrix24").click()
    expect(runs.tab.locator("body")).to_contain_text(f"/crm/deal/details/{deal}/")


def test_an_open_run_that_waits_says_for_what_and_goes_on_by_itself(
    runs: Runs, portal: SandboxPortal
) -> None:
    deal = portal.item()
    portal.document(deal)
    portal.stage(enable(user_id=ANNA))
    runs.open(user_id=ANNA)
    portal.fault("status", status=503)
    portal.delivered(portal.move(deal))

    runs.go_to("Runs")
    full = runs.unfold(runs.row(f"Deal {deal}"))
    expect(full).to_contain_text("Waits for its turn at Bitrix24. Until")
    portal.heal()

    expect(full).to_contain_text("Link turned on")
    expect(runs.row(f"Deal {deal}").locator(".tag").first).to_have_text("Done")


def test_what_strangers_wrote_is_shown_as_they_wrote_it(runs: Runs, portal: SandboxPortal) -> None:
    titled, _ = a_run(portal, HOSTILE)
    deal = portal.item()
    portal.document(deal)
    portal.fault("error", ENABLING, error="HOSTILE", description=HOSTILE, status=400)
    portal.finished(portal.move(deal))
    wrong = portal.item()
    portal.heal()
    portal.stage(enable(user_id=ANNA, document_id=HOSTILE))
    portal.finished(portal.move(wrong))

    runs.show()
    for row, shown in ((f"Deal {titled}", HOSTILE), (f"Deal {wrong}", HOSTILE)):
        full = runs.unfold(runs.row(row))
        expect(full).to_contain_text(shown)
    full = runs.unfold(runs.row(f"Deal {deal}"))
    full.get_by_text("What Linkrobot told the workflow").click()
    expect(full).to_contain_text(HOSTILE)
    expect(runs.inside.locator("main img")).to_have_count(0)
    expect(runs.inside.locator("main b b")).to_have_count(0)


def test_a_run_of_another_portal_is_not_found(
    runs: Runs, portal: SandboxPortal, other_portal: SandboxPortal, app: App
) -> None:
    a_run(other_portal)
    a_run(portal)
    ((number,),) = app.rows(
        "SELECT max(runs.id) FROM runs JOIN portals ON portals.id = portal_id WHERE member_id = ?",
        other_portal.member_id,
    )
    runs.show()

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


def test_a_link_that_was_turned_off_since_says_so(runs: Runs, portal: SandboxPortal) -> None:
    deal, _ = a_run(portal)
    portal.stage(disable(user_id=ANNA))
    portal.finished(portal.move(deal))

    full = runs.show().unfold(runs.row("Turn on"))

    expect(full.locator(".link")).to_contain_text("A robot turned it off.")


def test_a_run_that_waits_for_its_pdf_tells_its_looks_and_then_goes_on(
    runs: Runs, portal: SandboxPortal
) -> None:
    deal = portal.item()
    document = portal.document(deal, ready_in=600)
    portal.stage(enable(user_id=ANNA, wait_for_pdf="Y"))
    portal.delivered(portal.move(deal))
    portal.wait_for("rest.request", method=LOOKING_UP)

    row = runs.show().row(f"Deal {deal}")
    expect(row).to_contain_text("Waits for the PDF")
    full = runs.unfold(row)
    expect(full).to_contain_text("Waits for the PDF. Until")
    expect(full).to_contain_text("Next look:")
    portal.control("PATCH", f"documents/{document}", ready_in=0)

    expect(full.locator(".way")).to_contain_text("Link turned on")
    expect(full).to_contain_text("Began to wait for the PDF")
