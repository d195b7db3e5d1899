"""A run is tried again, by one administrator or by two."""

from playwright.sync_api import Browser, expect

from tests.browser.page.runs_rig import ANNA, BEN, Runs
from tests.programs import App
from tests.scenarios.sandbox_portal import REPORTING, SandboxPortal
from tests.scenarios.stages import enable


def test_a_failed_run_is_tried_again_once_its_cause_is_mended(
    runs: Runs, portal: SandboxPortal
) -> None:
    deal = portal.item()
    portal.stage(enable(user_id=ANNA))
    portal.finished(portal.move(deal))
    full = runs.show().unfold(runs.row(f"Deal {deal}"))
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
    runs: Runs, portal: SandboxPortal
) -> None:
    deal = portal.item()
    portal.document(deal)
    portal.stage(enable(user_id=ANNA))
    portal.fault("error", REPORTING, error="ACCESS_DENIED", status=403)
    workflow = portal.move(deal)
    runs.show()
    row = runs.row(f"Deal {deal}")
    expect(row.locator(".tag").first).to_have_text("Not delivered")
    portal.heal()

    full = runs.unfold(row)
    full.get_by_role("button", name="Try again").click()

    expect(full).to_contain_text("The workflow took this answer and goes on.")
    assert portal.outputs(workflow)["succeeded"] == "Y"
    assert portal.resumed(workflow) == 1


def test_two_administrators_who_try_again_at_once_make_one_run(
    runs: Runs, portal: SandboxPortal, browser: Browser, app: App
) -> None:
    portal.user(BEN, admin=True)
    deal = portal.item()
    portal.stage(enable(user_id=ANNA))
    portal.finished(portal.move(deal))
    document = portal.document(deal)
    other = browser.new_page()
    shown = [runs.show(ANNA), Runs(other, portal).show(BEN)]
    fulls = [one.unfold(one.row(f"Deal {deal}")) for one in shown]

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
