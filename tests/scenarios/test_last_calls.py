"""Calls that come while the app stops: stored and answered as long as that is possible, then 503;
nobody is cut off without an answer, and the stop ends in time.
"""

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException

import pytest

from tests.programs import App, Sandbox
from tests.scenarios.sandbox_portal import ENABLING, SandboxPortal
from tests.scenarios.stages import MAIL, enable
from tests.scenarios.waiting import until
from tests.store.store_rig import locked

SLOW = 4.0  # seconds: so long the work has to wait for the portal
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
HALF = b"POST /bitrix24/robot HTTP/1.1\r\nHost: x\r\n" + FORM + b"Content-Length: 99\r\n\r\ncode="


@dataclass(slots=True, kw_only=True)
class Stop:
    """An app that was ordered to stop while a run was under way, and what came then."""

    app: App
    portal: SandboxPortal
    documents: list[int] = field(default_factory=list)
    workflows: list[str] = field(default_factory=list)
    statuses: list[int | None] = field(default_factory=list)  # of the calls
    ready: int = 0  # what /readyz said meanwhile
    half_sent: bytes = b""  # the answer to a call that never came to its end
    status: int = -1  # of the process


@pytest.fixture(scope="module")
def stop(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stop]:
    app = App(tmp_path_factory.mktemp("last-calls") / "data", sandbox.oauth)
    story = Stop(app=app.start(), portal=sandbox.portal())
    try:
        app.install_at(story.portal)
        tell(story)
        app.start()
        yield story
    finally:
        app.end()


def tell(story: Stop) -> None:
    app, portal = story.app, story.portal
    deals = [portal.item() for _ in range(3)]
    story.documents = [portal.document(deal) for deal in deals]
    portal.stage(enable(), MAIL)
    portal.fault("slow", ENABLING, seconds=SLOW, times=1)
    story.workflows = [portal.move(deals[0])]
    story.statuses = portal.delivered(story.workflows[0])
    until(lambda: portal.calls(ENABLING), what="the portal is asked")
    with closing(socket.create_connection(("127.0.0.1", int(app.url.rpartition(":")[2])))) as half:
        half.sendall(HALF)
        app.begin_stop()
        until(lambda: app.get("/readyz").status_code == 503, what="it says that it stops")
        story.ready = app.get("/readyz").status_code
        for deal in deals[1:]:
            story.workflows.append(portal.move(deal))
            story.statuses += portal.delivered(story.workflows[-1])
        reading = threading.Thread(target=lambda: setattr(story, "half_sent", half.recv(65_536)))
        reading.start()
        story.status = app.stop()
        reading.join(60)
    portal.heal()


def test_whoever_watches_is_told_that_it_stops(stop: Stop) -> None:
    assert stop.ready == 503


def test_calls_that_come_while_the_work_ends_are_stored(stop: Stop) -> None:
    assert stop.statuses == [200, 200, 200]


def test_each_call_that_was_answered_200_is_done_once(stop: Stop) -> None:
    told = zip(stop.workflows, stop.documents, stop.statuses, strict=True)
    for workflow, document in [(one, other) for one, other, status in told if status == 200]:
        outputs = stop.portal.outputs(workflow)
        assert outputs["public_url"] == stop.portal.public_url(document)
        assert stop.portal.resumed(workflow) == 1


def test_a_call_that_never_came_as_a_whole_is_not_answered_as_if_it_were_stored(
    stop: Stop,
) -> None:
    """Its connection is closed a moment after the order to stop, or it is told to come back."""
    head = stop.half_sent.partition(b"\r\n\r\n")[0].lower()

    assert not head or (head.startswith(b"http/1.1 503 ") and b"retry-after:" in head)


def test_a_stop_ends_in_time_even_where_nothing_can_be_written(
    own_app: App, fresh_portal: SandboxPortal
) -> None:
    own_app.start()
    own_app.install_at(fresh_portal)
    deal = fresh_portal.item()
    document = fresh_portal.document(deal)
    fresh_portal.stage(enable(), MAIL)
    fresh_portal.fault("slow", ENABLING, seconds=1, times=1)
    workflow = fresh_portal.move(deal)
    assert fresh_portal.delivered(workflow) == [200]
    until(lambda: fresh_portal.calls(ENABLING), what="the portal is asked")

    with locked(own_app.folder):
        own_app.stop(within=12)

    own_app.start()
    outputs = fresh_portal.outputs(workflow)
    assert outputs["public_url"] == fresh_portal.public_url(document)
    assert fresh_portal.resumed(workflow) == 1


def test_whoever_has_connected_when_the_door_closes_is_answered(own_app: App) -> None:
    own_app.start()
    ends: list[str] = []
    with ThreadPoolExecutor(8) as pool:
        for _ in range(8):
            pool.submit(call_until_refused, own_app, ends)
        until(lambda: ends.count("answered") > 100, what="they call")
        own_app.stop()

    # Who connects in the very microseconds between the last look and the closing.
    assert ends.count("broken off") <= 1


def call_until_refused(app: App, ends: list[str]) -> None:
    """One call after the other, each on a connection of its own: what became of them."""
    while True:
        caller = HTTPConnection(app.url.removeprefix("http://"), timeout=60)
        try:
            caller.request("POST", "/bitrix24/robot", b"x", {"Content-Type": "text/plain"})
            caller.getresponse().read()
            ends.append("answered")
        except ConnectionRefusedError:
            return
        except (OSError, HTTPException):
            ends.append("broken off")
        finally:
            caller.close()


def test_ctrl_c_is_a_clean_stop_too(own_app: App) -> None:
    own_app.start()

    assert own_app.interrupt() == 0

    assert "app.stopped" in own_app.log
    assert "Traceback" not in own_app.log
    assert "Aborted" not in own_app.log


def test_the_stop_ends_in_time_and_well(stop: Stop) -> None:
    assert stop.status == 0, "after 9.5 seconds it would have been cut off, with status 1"
    assert "Traceback" not in stop.app.log
