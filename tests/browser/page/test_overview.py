"""The overview tells in one sentence and one colour how all is, and what to do where it is not."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, Response, expect

from robot.flows.catalogue import ENABLE
from tests.browser.page.overview_rig import GOOD, ONE, OTHER_ADMINISTRATOR, Overview, stored
from tests.programs import App, Sandbox, is_complete

Offered = Callable[..., Overview]
MOST = 100_000  # bytes over the wire, without Bitrix24's own SDK


def test_where_all_is_well_one_green_sentence_says_so(installed: Overview) -> None:
    installed.open()

    installed.says(*GOOD)
    looked = installed.inside.locator(".looked dt").all_inner_texts()
    assert set(looked) == {
        "Application's key", "Access", "Permissions", "Plan", "Administrator's rights", "Robots",
    }  # fmt: skip
    expect(installed.inside.locator(".findings")).to_have_count(0)


def test_a_robot_that_was_deleted_there_is_told_and_a_button_mends_it(installed: Overview) -> None:
    installed.lose(ENABLE)

    installed.open()
    installed.says(*ONE)
    installed.must("Robots", ENABLE, "Press «Register again»")
    installed.press("Register again")

    installed.says(*GOOD)
    assert is_complete(installed.portal)


def test_opening_the_page_registers_what_is_missing(offered: Offered) -> None:
    missing = offered(deliver=False)

    missing.open()

    missing.says(*GOOD)
    assert is_complete(missing.portal)


def test_an_administrator_who_is_none_any_more_gives_place_to_who_presses_the_button(
    installed: Overview,
) -> None:
    installed.portal.user(1, admin=False)

    installed.open_as_another()
    installed.says(*ONE)
    installed.must("Administrator's rights", "Linkrobot then works on your behalf")
    installed.press("Register again")

    installed.says(*GOOD)
    owners = {str(fields["AUTH_USER_ID"]) for fields in installed.portal.robots().values()}
    assert owners == {str(OTHER_ADMINISTRATOR)}


def test_an_administrator_who_was_dismissed_gives_place_too(installed: Overview) -> None:
    installed.portal.user(1, active=False)

    installed.open_as_another()
    installed.says(*ONE)
    installed.must("Access", "dismissed", "AUTHORIZATION_ERROR")
    installed.press("Register again")

    installed.says(*GOOD)


def test_a_missing_permission_is_named_and_mended_in_bitrix24(offered: Offered) -> None:
    lacking = offered(scope="crm,user")

    lacking.open()

    lacking.says(*ONE)
    lacking.must("Permissions", "bizproc", "tick")


def test_a_plan_without_robots_is_told_and_mended_by_another_plan(installed: Overview) -> None:
    installed.portal.set(features={"bizproc": False})
    installed.open()
    installed.says(*ONE)
    installed.must("Plan", "no automation rules", "Choose a plan")

    installed.portal.set(features={"bizproc": True})
    installed.press("Register again")

    installed.says(*GOOD)


def test_a_registration_that_is_refused_says_so(installed: Overview) -> None:
    installed.lose(ENABLE)
    installed.portal.fault("error", "bizproc.robot.add", error="MADE_UP", status=400)

    installed.open().says(*ONE)
    installed.press("Register again")

    installed.must("Robots", "MADE_UP", "Press «Register again»")
    installed.says(*ONE)


def test_links_past_their_end_are_told(installed: Overview) -> None:
    now = datetime.now(UTC)
    late, soon = stored(now - timedelta(hours=1)), stored(now + timedelta(hours=1))
    installed.write(
        "INSERT INTO links (portal_id, document_id, run_id, item, title, url, state, asked_at, "
        "changed_at, source, expires_at, due_at) "
        "VALUES (?, ?, 1, 'DEAL_1', '', '', 'on', ?, ?, 'robot', ?, ?)",
        *((number, late, late, late, soon) for number in (1, 2)),
    )

    installed.open()

    installed.says("bad", "must be mended")
    installed.must("Links past their end", "2 link(s)", "«Links»")


def test_a_run_that_waits_for_hours_is_worth_a_look(installed: Overview) -> None:
    long_ago, later = datetime.now(UTC) - timedelta(hours=3), datetime.now(UTC) + timedelta(hours=9)
    installed.write(
        "INSERT INTO runs (portal_id, code, source, document_id, inputs, wants_reply, sent_at, "
        "received_at, deadline_at, event_hash, state, due_at) "
        "VALUES (?, 'linkrobot_enable', 'robot', 'DEAL_1', '{}', 1, ?, ?, ?, 'x', 'received', ?)",
        (stored(long_ago), stored(long_ago), stored(later), stored(later)),
    )

    installed.open()

    installed.says("warn", "one thing needs a look")
    installed.must("Waiting runs", "1 run(s) wait", "3.0 hours")
    expect(installed.inside.locator("#health")).to_contain_text("under way")


@pytest.fixture
def keyless(sandbox: Sandbox, tmp_path: Path, page: Page) -> Iterator[Overview]:
    """A portal of an app that does not know its own application's key."""
    app = App(tmp_path / "data", sandbox.oauth, CLIENT_ID="", CLIENT_SECRET="").start()
    try:
        portal = sandbox.portal()
        app.install_at(portal, app_url=f"{app.url}/bitrix24/app")
        yield Overview(page, app, portal)
    finally:
        app.end()


def test_without_the_applications_key_somebody_else_is_to_be_told(keyless: Overview) -> None:
    keyless.open()

    keyless.says("bad", "must be mended")
    keyless.must("Application's key", "Tell whoever runs Linkrobot: LINKROBOT_CLIENT_ID")
    keyless.must("Access", "ends within the hour")


def test_an_address_in_a_finding_opens_in_bitrix24(installed: Overview) -> None:
    installed.open().says(*GOOD)

    link = installed.inside.get_by_role("link", name="/company/personal/user/1/")

    expect(link).to_have_attribute("href", f"{installed.portal.url}/company/personal/user/1/")


def test_the_runs_are_one_press_away(installed: Overview) -> None:
    installed.open().says(*GOOD)  # what was asked does not replace the button any more

    installed.press("All runs")

    expect(installed.inside.get_by_role("heading", level=1)).to_have_text("Runs")
    current = installed.inside.locator("nav [aria-current]")
    expect(current).to_have_text("Runs")


def test_the_first_page_weighs_less_than_100_kilobytes(installed: Overview) -> None:
    loaded: list[Response] = []
    installed.page.on("response", lambda response: loaded.append(response))

    installed.open()
    expect(installed.inside.locator("#verdict .good")).to_have_count(1)
    expect(installed.inside.locator("#charts")).to_contain_text("No robot ran")

    weights = {}
    for response in loaded:
        if response.url.startswith(installed.app.url) and "b24jssdk" not in response.url:
            response.finished()
            sizes = response.request.sizes()
            name = response.url.removeprefix(installed.app.url)
            weights[name] = sizes["responseBodySize"] + sizes["responseHeadersSize"]
    assert any("htmx" in name for name in weights)
    assert any("uplot" in name for name in weights)
    assert sum(weights.values()) < MOST, weights
