"""The installer page of an app with interface: it ends the installation once robots are there."""

from typing import Any

import pytest

from tests import installer
from tests.installer import Gone, go_through
from tests.programs import App, is_complete
from tests.scenarios.sandbox_portal import SandboxPortal
from tests.scenarios.waiting import until

ENDS = 'data-finish="yes"'
SDK = "vendor/b24jssdk/"


def install(app: App, portal: SandboxPortal, user_id: int = 1) -> Gone:
    """An administrator saves the app and opens its installer."""
    installer.add(app, portal, user_id=user_id)
    return go_through(app, portal, user_id)


def frame_ancestors(answer: dict[str, Any]) -> str:
    """Who may show the page in a frame."""
    policy = dict(answer["headers"])["content-security-policy"]
    rules = dict(rule.strip().partition(" ")[::2] for rule in policy.split(";"))
    return str(rules["frame-ancestors"])


def test_the_page_ends_the_installation_once_the_robots_are_registered(
    fresh_portal: SandboxPortal, shared_app: App
) -> None:
    gone = install(shared_app, fresh_portal)

    assert gone.page["status"] == 200
    assert is_complete(fresh_portal), "it ended before the robots were registered"
    assert ENDS in gone.done
    assert SDK in gone.page["body"]
    assert "Linkrobot is ready" in gone.done


def test_nothing_is_ended_before_the_robots_are_registered(
    fresh_portal: SandboxPortal, shared_app: App
) -> None:
    page = shared_app.offer_to(fresh_portal, interface=True)

    assert ENDS not in page["body"]
    assert fresh_portal.robots() == {}


def test_only_this_portal_may_show_the_page(fresh_portal: SandboxPortal, shared_app: App) -> None:
    answer = shared_app.offer_to(fresh_portal, interface=True)

    assert frame_ancestors(answer) == fresh_portal.url
    assert "x-frame-options" not in answer["headers"]


def test_the_page_also_works_where_the_frame_brings_no_application_token(
    fresh_portal: SandboxPortal, shared_app: App
) -> None:
    fresh_portal.set(send_application_token=False)

    assert ENDS in install(shared_app, fresh_portal).done


def test_a_user_who_is_no_administrator_is_told_and_nothing_is_finished(
    fresh_portal: SandboxPortal, shared_app: App
) -> None:
    answer = shared_app.offer_to(fresh_portal, interface=True, user_id=7)

    assert answer["status"] == 200
    assert "Only an administrator" in answer["body"]
    assert ENDS not in answer["body"]
    assert fresh_portal.robots() == {}


def test_an_administrator_can_finish_what_an_employee_began(
    fresh_portal: SandboxPortal, shared_app: App
) -> None:
    shared_app.offer_to(fresh_portal, interface=True, user_id=7)

    gone = go_through(shared_app, fresh_portal)

    assert ENDS in gone.done
    assert {str(row["AUTH_USER_ID"]) for row in fresh_portal.robots().values()} == {"1"}


def test_a_plan_without_automation_is_told_and_nothing_is_finished(
    fresh_portal: SandboxPortal, shared_app: App
) -> None:
    fresh_portal.set(features={"bizproc": False})

    gone = install(shared_app, fresh_portal)

    assert "no automation rules" in gone.done
    assert ENDS not in gone.done


def test_opening_the_app_registers_robots_that_are_missing(
    fresh_portal: SandboxPortal, shared_app: App
) -> None:
    fresh_portal.set(features={"bizproc": False})
    installer.add(shared_app, fresh_portal)
    go_through(shared_app, fresh_portal)
    fresh_portal.post("apps/finish")
    fresh_portal.set(features={"bizproc": True})

    answer = fresh_portal.post("apps/open", user_id=1)

    assert "Registering the robots" in answer["body"]  # the page does not wait for it
    until(lambda: is_complete(fresh_portal), what="registered")


def test_the_apps_page_says_that_all_is_ready(fresh_portal: SandboxPortal, shared_app: App) -> None:
    install(shared_app, fresh_portal)
    fresh_portal.post("apps/finish")

    answer = fresh_portal.post("apps/open", user_id=1)

    assert "Linkrobot is ready" in answer["body"]
    assert ENDS not in answer["body"]
    assert frame_ancestors(answer) == fresh_portal.url


def test_an_employee_is_told_whom_to_ask_and_registers_nothing(
    fresh_portal: SandboxPortal, shared_app: App
) -> None:
    installer.add(shared_app, fresh_portal)
    fresh_portal.post("apps/finish")

    answer = fresh_portal.post("apps/open", user_id=7)

    assert "Only administrators see this page" in answer["body"]
    assert fresh_portal.robots() == {}


@pytest.mark.parametrize("page", ["install", "app"])
def test_a_page_with_made_up_tokens_is_refused_in_words(
    page: str, portal: SandboxPortal, shared_app: App
) -> None:
    form = f"member_id={portal.member_id}&AUTH_ID={'f' * 70}&REFRESH_ID={'e' * 70}".encode()

    answer = shared_app.post(f"/bitrix24/{page}?DOMAIN=x.example&LANG=en", form)

    assert answer.status_code == 403
    assert "open it again from Bitrix24" in answer.text
