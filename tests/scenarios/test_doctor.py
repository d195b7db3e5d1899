"""`linkrobot doctor` over the sandbox: all well, then one thing wrong after the other."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.programs import App, Done, Sandbox
from tests.scenarios.doctor_rig import findings, new_app, wrong
from tests.scenarios.sandbox_portal import SandboxPortal
from tests.scenarios.waiting import until

SYNC = "linkrobot robots sync"
# Methods that ask; whatever else doctor called would change something at the portal.
ASKING = {
    "scope",
    "user.admin",
    "method.get",
    "bizproc.robot.list",
    "bizproc.activity.list",
    "event.get",
}


def offered(app: App, portal: SandboxPortal, **fields: Any) -> SandboxPortal:
    """A portal whose installing came to its end, well or not."""
    app.offer_to(portal, **fields)
    until(lambda: len(decided(app, portal)) > 0, what="the robots are registered, or not")
    return portal


def decided(app: App, portal: SandboxPortal) -> list[tuple[Any, ...]]:
    return app.rows(
        "SELECT runs.id FROM runs JOIN portals ON portals.id = portal_id "
        "WHERE member_id = ? AND decided_at IS NOT NULL",
        portal.member_id,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """An app whose portals get worse and worse."""

    good: SandboxPortal
    dismissed: SandboxPortal
    demoted: SandboxPortal
    no_scope: SandboxPortal
    no_plan: SandboxPortal
    table: Done  # while all is well
    renewals: int  # of the good portal's access by that
    calls: set[str]  # at the good portal, by that
    running: Done
    stopped: Done
    updated: Done  # after an update that the app did not hear of


@pytest.fixture(scope="module")
def story(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    app = new_app(tmp_path_factory.mktemp("doctor") / "data", sandbox)
    try:
        yield told(app.start(), sandbox)
    finally:
        app.end()


def told(app: App, sandbox: Sandbox) -> Story:
    good, dismissed, demoted, no_plan = (sandbox.portal() for _ in range(4))
    app.install_at(good)
    before = len(good.journal("rest.request"))
    table = app.command("doctor")
    requests = good.journal("rest.request")[before:]
    renewals = len(good.journal("token.renewed"))

    for portal in (dismissed, demoted, no_plan):
        app.install_at(portal)
    dismissed.user(1, active=False)
    demoted.user(1, admin=False)
    no_plan.set(features={"bizproc": False})
    no_scope = offered(app, sandbox.portal(), scope="crm")
    running = app.command("doctor", "--json")
    app.stop()
    stopped = app.command("doctor", "--json")
    good.post("apps/update")
    app.start()
    return Story(
        good=good,
        dismissed=dismissed,
        demoted=demoted,
        no_scope=no_scope,
        no_plan=no_plan,
        table=table,
        renewals=renewals,
        calls={name for one in requests for name in (one["batch"] or [one["method"]])},
        running=running,
        stopped=stopped,
        updated=app.command("doctor", "--json"),
    )


def test_where_all_is_well_the_status_is_0(story: Story) -> None:
    assert story.table.returncode == 0, story.table.stdout
    assert "failed" not in story.table.stdout
    assert story.good.url.removeprefix("http://") in story.table.stdout
    assert "was renewed just now" in story.table.stdout


def test_it_asks_a_portal_and_changes_nothing_there(story: Story) -> None:
    assert story.calls == ASKING
    assert story.renewals == 1


def test_nothing_that_is_shown_holds_a_secret(story: Story) -> None:
    shown = "".join(
        done.stdout + done.stderr for done in (story.table, story.running, story.stopped)
    )
    for word in ("made-up-secret", "access_token", "refresh_token"):
        assert word not in shown


@pytest.mark.parametrize("app", ["running", "stopped"])
def test_each_portal_has_its_own_trouble(story: Story, app: str) -> None:
    done: Done = getattr(story, app)

    assert done.returncode == 1
    assert wrong(findings(done, story.good)) == set()
    assert wrong(findings(done, story.dismissed)) == {"access"}
    assert wrong(findings(done, story.demoted)) == {"administrator's rights"}
    assert wrong(findings(done, story.no_scope)) == {"permissions"}
    assert wrong(findings(done, story.no_plan)) == {"plan"}


def test_an_administrator_who_was_dismissed_is_told_with_bitrix24s_words(story: Story) -> None:
    access = findings(story.running, story.dismissed)["access"]

    assert "dismissed" in access["text"]
    assert "AUTHORIZATION_ERROR" in access["text"]
    assert "Let an administrator open the application" in access["remedy"]


def test_of_the_machine_all_is_well_until_the_app_is_stopped(story: Story) -> None:
    assert wrong(findings(story.running)) == set()
    assert wrong(findings(story.stopped)) == {"public address"}
    assert "linkrobot serve" in findings(story.stopped)["public address"]["remedy"]


def test_robots_that_an_update_wiped_are_told_with_the_command_that_mends_them(
    story: Story,
) -> None:
    found = findings(story.updated, story.good)

    assert wrong(found) == {"robots"}
    assert "linkrobot_enable" in found["robots"]["text"]
    assert SYNC in found["robots"]["remedy"]
