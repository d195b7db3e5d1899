"""SIGSTOP for longer than a lease: another worker takes over; the paused one, back again, changes
nothing. With SQLite only one process works, so two workers without the data folder's lock do it.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.kills.deals import Deal, faults, faults_in_database, is_over
from tests.kills.lives import MortalApp
from tests.scenarios.sandbox_portal import ENABLING, LISTING, REPORTING, SandboxPortal
from tests.scenarios.waiting import until

SLOW = 0.6  # seconds that the portal needs for the paused worker's request: less than a lease

# When it is paused -> the method with which the portal is slow, what the run's row says then.
MOMENTS: dict[str, tuple[str, str]] = {
    "while the document is looked up": (LISTING, "state = 'received'"),
    "while the link is turned on": (ENABLING, "chosen IS NOT NULL"),
    "while the report is sent": (REPORTING, "state = 'decided'"),
}


class Workers:
    """Two workers on the data folder of an app that has died."""

    def __init__(self, app: MortalApp, portal: SandboxPortal) -> None:
        self._app, self._portal = app, portal
        command = [sys.executable, "-m", "tests.kills.worker"]
        pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self._workers = [app.program(command, **pipes) for _ in range(2)]
        for worker in self._workers:
            assert worker.stdout
            assert worker.stdout.readline() == b"ready\n"

    def begin(self) -> None:
        """Now both look for work."""
        for worker in self._workers:
            assert worker.stdin
            worker.stdin.write(b"go\n")
            worker.stdin.flush()

    def holder(self) -> int:
        """The process of the worker that holds the portal; 0: none of them."""
        query = "SELECT owner FROM portals WHERE member_id = ?"
        ((owner,),) = self._app.rows(query, self._portal.member_id)
        pid = int(owner.split("-")[-2]) if owner else 0
        return pid if pid in [worker.pid for worker in self._workers] else 0

    def end(self) -> None:
        for worker in self._workers:
            worker.kill()
            worker.wait(60)
            assert worker.stdin
            assert worker.stdout
            worker.stdin.close()
            worker.stdout.close()


@pytest.fixture
def workers(app: MortalApp, stored: Deal) -> Iterator[Workers]:
    found = Workers(app, stored.portal)
    try:
        yield found
    finally:
        found.end()


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_paused_worker_back_again_changes_nothing(
    moment: str, app: MortalApp, portal: SandboxPortal, stored: Deal, workers: Workers
) -> None:
    method, row = MOMENTS[moment]
    portal.fault("slow", method, seconds=SLOW, times=1)
    workers.begin()
    query = f"SELECT 1 FROM runs WHERE finished_at IS NULL AND {row}"  # noqa: S608
    until(lambda: workers.holder() and app.rows(query), what=moment)
    paused = workers.holder()

    os.kill(paused, signal.SIGSTOP)
    until(lambda: is_over(stored) and app.is_idle(), what="the other one does it")
    before, requests = everything(app, portal), len(portal.journal("rest.request"))
    os.kill(paused, signal.SIGCONT)
    until(lambda: "lease.lost" in app.log, what="it knows that it lost the portal")

    assert everything(app, portal) == before
    # A request that was about to leave when it was paused may leave; nothing follows it.
    assert len(portal.journal("rest.request")) <= requests + 1
    assert faults([stored]) == []
    assert faults_in_database(app, [stored]) == []


def everything(app: MortalApp, portal: SandboxPortal) -> tuple[object, ...]:
    """What the database and the portal hold."""
    tables = ("portals", "runs", "links", "tokens", "robots")
    rows = [app.rows(f"SELECT * FROM {table}") for table in tables]  # noqa: S608
    state = portal.get("state")
    return (*rows, state["documents"], state["mails"], portal.get("workflows"))
