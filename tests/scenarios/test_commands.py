"""`linkrobot portals|runs|links|robots sync`: while the app runs, and while it is stopped."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from tests.programs import App, Done, Sandbox
from tests.scenarios.sandbox_portal import SandboxPortal
from tests.scenarios.stages import enable
from tests.scenarios.waiting import at_once, until

UNFINISHED = "SELECT count(*) FROM runs WHERE finished_at IS NULL"
SHOWN = ("portals", "runs", "links")


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """An app with one portal, one run, one link; then it is stopped."""

    app: App
    portal: SandboxPortal
    deal: int
    document: int
    running: dict[str, Done]  # command -> what it said while the app ran
    stopped: dict[str, Done]  # and afterwards


@pytest.fixture(scope="module")
def story(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    app = App(tmp_path_factory.mktemp("commands") / "data", sandbox.oauth)
    try:
        yield told(app.start(), sandbox.portal())
    finally:
        app.end()


def told(app: App, portal: SandboxPortal) -> Story:
    app.install_at(portal)
    deal = portal.item()
    document = portal.document(deal, title="Contract")
    portal.run(enable(), item_id=deal)
    # The portal is told a moment before that is stored.
    until(lambda: app.rows(UNFINISHED) == [(0,)], what="the run is over")
    running = run_all(app, [*SHOWN, "robots sync --json"])
    app.stop()
    stopped = run_all(app, [f"{name} --json" for name in SHOWN])
    # One after the other: with the app stopped, each that calls a portal works alone.
    stopped |= run_all(app, ["robots sync --all --json"])
    by_hand = f"link disable --json --portal {portal.member_id} {document}"
    stopped["link disable"] = run_all(app, [by_hand])[by_hand]
    return Story(
        app=app, portal=portal, deal=deal, document=document, running=running, stopped=stopped
    )


def run_all(app: App, lines: list[str]) -> dict[str, Done]:
    """Commands side by side, by their words."""
    commands = [partial(app.command, *line.split()) for line in lines]
    return dict(zip(lines, at_once(*commands), strict=True))


def rows(done: Done) -> list[dict[str, Any]]:
    """What a command printed with --json."""
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def test_tables_show_the_portal_the_run_and_the_link_while_the_app_runs(story: Story) -> None:
    host = story.portal.url.removeprefix("http://")
    for name in SHOWN:
        assert story.running[name].returncode == 0
        assert host in story.running[name].stdout
    assert "linkrobot_disable, linkrobot_enable" in story.running["portals"].stdout
    assert "taken by the workflow" in story.running["runs"].stdout
    assert "Contract" in story.running["links"].stdout


def test_json_shows_the_same_while_the_app_is_stopped(story: Story) -> None:
    found = {name: rows(story.stopped[f"{name} --json"]) for name in SHOWN}

    (portal,) = found["portals"]
    assert (portal["member_id"], portal["waiting"]) == (story.portal.member_id, 0)
    run = next(row for row in found["runs"] if row["code"] == "linkrobot_enable")
    assert (run["document_id"], run["ending"]) == (f"DEAL_{story.deal}", "reported")
    (link,) = found["links"]
    assert (link["document_id"], link["state"]) == (story.document, "public")
    assert link["url"] == run["outputs"]["public_url"]


def test_robots_can_be_registered_again_while_the_app_runs(story: Story) -> None:
    (row,) = rows(story.running["robots sync --json"])
    assert row["succeeded"]


def test_robots_can_be_registered_again_while_the_app_is_stopped(story: Story) -> None:
    (row,) = rows(story.stopped["robots sync --all --json"])
    assert row["succeeded"]
    assert story.portal.calls("bizproc.robot.update") >= 2


def test_links_can_be_turned_off_by_hand_while_the_app_is_stopped(story: Story) -> None:
    (row,) = rows(story.stopped["link disable"])
    assert (row["document_id"], row["succeeded"]) == (story.document, True)
    assert story.portal.public_url(story.document) is None


def test_nothing_that_is_shown_holds_a_secret(story: Story) -> None:
    shown = "".join(
        done.stdout + done.stderr for done in [*story.running.values(), *story.stopped.values()]
    )
    for word in ("token", "secret", "refresh"):
        assert word not in shown.lower()
