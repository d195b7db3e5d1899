"""What Bitrix24 told of itself is shown while it is true: asked for, remembered, told again."""

from playwright.sync_api import APIResponse, Route

from tests.browser.page.overview_rig import GOOD, Overview
from tests.scenarios.sandbox_portal import SandboxPortal
from tests.scenarios.waiting import until


def test_the_first_page_says_that_bitrix24_is_being_asked(installed: Overview) -> None:
    installed.portal.fault("slow", "user.admin", seconds=2)

    installed.open()

    installed.says("neutral", "Asking Bitrix24")
    installed.says(*GOOD)


def test_what_bitrix24_told_is_not_asked_again_for_a_while(installed: Overview) -> None:
    installed.open().says(*GOOD)
    asked = installed.portal.calls("user.admin")

    installed.open().says(*GOOD)
    assert installed.portal.calls("user.admin") == asked

    installed.press("Look again")
    until(lambda: installed.portal.calls("user.admin") > asked, what="asked again")
    installed.says(*GOOD)


def test_a_look_that_was_begun_before_does_not_tell_what_was_mended_meanwhile(
    installed: Overview,
) -> None:
    installed.portal.user(1, admin=False)
    installed.portal.fault("slow", "user.admin", seconds=4, times=1)

    installed.open_as_another()
    until(lambda: not ordered(installed.portal), what="the look is under way")
    installed.press("Register again")

    installed.says(*GOOD)


def test_an_answer_that_comes_after_somebody_pressed_a_button_is_not_shown(
    installed: Overview,
) -> None:
    installed.portal.user(1, admin=False)
    held = list[tuple[Route, APIResponse]]()

    def hold(route: Route) -> None:
        answer = route.fetch()
        if "One thing must be mended" in answer.text() and not held:
            held.append((route, answer))
        else:
            route.fulfill(response=answer)

    installed.page.route("**/overview/health?*", hold)
    installed.open_as_another()
    with installed.page.expect_response("**/overview/register"):
        while not held:
            installed.page.wait_for_timeout(50)
        installed.press("Register again")
    installed.says("neutral", "Registering")

    route, answer = held[0]
    with installed.page.expect_event("requestfinished", lambda one: one == route.request):
        route.fulfill(response=answer)

    installed.says(*GOOD)


def ordered(portal: SandboxPortal) -> bool:
    """A fault is still to come."""
    return any(fault["times"] != 0 for fault in portal.get("state")["faults"])
