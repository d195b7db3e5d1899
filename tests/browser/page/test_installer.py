"""The installer page in Bitrix24's window: it tells what is added, and ends the installation."""

from playwright.sync_api import Page, Route, expect

from tests.browser.page.page_rig import Opened
from tests.programs import is_complete
from tests.scenarios.sandbox_portal import SandboxPortal
from tests.scenarios.waiting import until


def is_installed(portal: SandboxPortal) -> bool:
    """The installer was finished."""
    return bool(portal.get("state")["app"]["installed"])


def test_the_installer_registers_the_robots_and_opens_the_page(
    page: Page, fresh_portal: SandboxPortal
) -> None:
    shown = Opened(page, fresh_portal).open()

    expect(shown.inside.get_by_role("heading", name="Overview")).to_be_visible()
    assert is_installed(fresh_portal)
    assert is_complete(fresh_portal)


def test_it_says_what_will_be_registered_while_bitrix24_is_slow(
    page: Page, fresh_portal: SandboxPortal
) -> None:
    fresh_portal.fault("slow", "bizproc.robot.add", seconds=2)

    shown = Opened(page, fresh_portal).open(lang="de")

    expect(shown.main).to_contain_text("Öffentlicher Link")
    expect(shown.main.get_by_role("status")).to_be_visible()
    until(lambda: is_installed(fresh_portal), what="the installer is finished")


def test_an_employee_cannot_install(page: Page, fresh_portal: SandboxPortal) -> None:
    """Bitrix24 shows him none; whoever is no administrator any more by then is told."""
    fresh_portal.user(7, admin=True)

    def dismiss(route: Route) -> None:
        fresh_portal.user(7, admin=False)
        route.continue_()

    page.route("**/bitrix24/install*", dismiss)
    page.goto(f"{fresh_portal.url}/_sandbox/frame?user_id=7")

    expect(Opened(page, fresh_portal).main).to_contain_text("Only an administrator can install")
    assert not is_installed(fresh_portal)
    assert fresh_portal.robots() == {}


def test_what_a_person_must_mend_is_said_and_tried_again_there(
    page: Page, fresh_portal: SandboxPortal
) -> None:
    fresh_portal.set(features={"bizproc": False})
    shown = Opened(page, fresh_portal).open()
    expect(shown.main).to_contain_text("no automation rules")
    assert not is_installed(fresh_portal)

    fresh_portal.set(features={"bizproc": True})
    shown.main.get_by_role("button", name="Try again").click()

    expect(shown.inside.get_by_role("heading", name="Overview")).to_be_visible()
    assert is_installed(fresh_portal)
