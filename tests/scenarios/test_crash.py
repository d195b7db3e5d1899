"""kill -9 in the middle: what was answered with 200 is done after the restart, and reported once.

All moments of one test share one kill: each has a portal of its own.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import pytest

from tests.programs import App, Sandbox
from tests.scenarios.sandbox_portal import ENABLING, LISTING, REPORTING, SandboxPortal
from tests.scenarios.stages import MAIL, enable
from tests.scenarios.waiting import until

SLOW = 2.0  # seconds: longer than it takes to get from the call to the kill
LATE = 0.5  # seconds; the workflow is written down so long after the robot was called


def slow(method: str) -> Callable[[SandboxPortal], None]:
    """That method is under way when the app dies; the portal finishes it all the same."""
    return lambda portal: portal.fault("slow", method, seconds=SLOW, times=1)


def unheard(method: str) -> Callable[[SandboxPortal], None]:
    """The portal did it, and the app dies without having heard of it."""
    return lambda portal: portal.fault("drop_after", method, times=1)


MOMENTS: dict[str, Callable[[SandboxPortal], None]] = {
    "just answered": lambda portal: portal.fault("slow", seconds=SLOW, times=1),
    "while looking for the document": slow(LISTING),
    "while the link is turned on": slow(ENABLING),
    "the link is on, nobody heard": unheard(ENABLING),
    "while the report is sent": slow(REPORTING),
    "the report was taken, nobody heard": unheard(REPORTING),
    "the workflow is not saved yet": lambda portal: portal.set(save_delay=LATE),
    "everything is done": lambda _portal: None,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Interrupted:
    """A deal that was on its way when the app was killed."""

    portal: SandboxPortal
    document: int
    workflow: str


@pytest.fixture(scope="module")
def app(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    app = App(tmp_path_factory.mktemp("crash") / "data", sandbox.oauth)
    try:
        yield app.start()
    finally:
        app.end()


@pytest.fixture(scope="module")
def interrupted(app: App, sandbox: Sandbox) -> dict[str, Interrupted]:
    """Each moment; by now the app has been killed and started again."""
    portals = {name: sandbox.portal() for name in MOMENTS}
    for portal in portals.values():
        app.install_at(portal)
    begun = {name: begin(portal, MOMENTS[name]) for name, portal in portals.items()}
    for one in begun.values():
        assert one.portal.delivered(one.workflow) == [200]
    heard = begun["the link is on, nobody heard"].portal
    until(lambda: heard.journal("document.public"), what="the link is on")
    done = begun["everything is done"]
    done.portal.finished(done.workflow)
    app.kill()
    app.start()
    return begun


def begin(portal: SandboxPortal, arrange: Callable[[SandboxPortal], None]) -> Interrupted:
    deal = portal.item()
    document = portal.document(deal)
    portal.stage(enable(), MAIL)
    arrange(portal)
    return Interrupted(portal=portal, document=document, workflow=portal.move(deal))


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_run_survives_the_kill_and_is_reported_once(
    interrupted: dict[str, Interrupted], moment: str
) -> None:
    one = interrupted[moment]

    outputs = one.portal.outputs(one.workflow)

    assert outputs["public_url"] == one.portal.public_url(one.document)
    assert one.portal.resumed(one.workflow) == 1
    assert one.portal.workflow(one.workflow)["status"] == "completed"
    assert len(one.portal.get("state")["mails"]) == 1


def test_after_the_kill_the_app_knows_every_link_that_is_public(
    interrupted: dict[str, Interrupted], app: App
) -> None:
    for one in interrupted.values():
        one.portal.finished(one.workflow)

    def states() -> dict[str, str]:
        """portal -> what is known of its only link."""
        query = "SELECT member_id, state FROM links JOIN portals ON portals.id = portal_id"
        return dict(app.rows(query))

    wanted = {one.portal.member_id: "public" for one in interrupted.values()}
    until(lambda: states() == wanted, what="each link is known to be public")


def has_more(portal: SandboxPortal, seen: int) -> bool:
    """Whether the portal was called again."""
    return len(portal.journal("rest.request")) > seen


def test_a_hundred_runs_survive_two_kills(own_app: App, fresh_portal: SandboxPortal) -> None:
    own_app.start()
    own_app.install_at(fresh_portal)
    deals = [fresh_portal.item() for _ in range(100)]
    documents = [fresh_portal.document(deal) for deal in deals]
    fresh_portal.stage(enable(), MAIL)
    fresh_portal.fault("slow", "batch", seconds=0.1)
    moved = fresh_portal.post("move", stage="SEND", items=[[2, deal] for deal in deals])
    workflows = moved["workflow_ids"]
    until(lambda: len(fresh_portal.journal("robot.called")) >= len(deals), what="all accepted")
    assert {event["status"] for event in fresh_portal.journal("robot.called")} == {200}

    for _ in range(2):
        seen = len(fresh_portal.journal("rest.request"))
        own_app.kill()
        own_app.start()
        until(partial(has_more, fresh_portal, seen), what="it goes on")
    fresh_portal.heal()

    outputs = [fresh_portal.outputs(workflow) for workflow in workflows]
    assert [found["public_url"] for found in outputs] == [
        fresh_portal.public_url(document) for document in documents
    ]
    assert [fresh_portal.resumed(workflow) for workflow in workflows] == [1] * len(workflows)
