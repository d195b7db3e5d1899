"""At the system's edge: what was answered with 200 is on disk, whatever the disk does.

`kill -9` alone cannot show a missing sync: what was written outlives the process in the system's
memory. So a trace shows that each answer came after its sync.
"""

import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.kills.deals import (
    Deal,
    Way,
    faults,
    faults_in_database,
    look,
    move,
    unfinished,
)
from tests.kills.lives import MortalApp
from tests.kills.traced import Answers, need_strace, traced
from tests.scenarios.sandbox_portal import SandboxPortal
from tests.scenarios.waiting import until

AT_ONCE = 10


@pytest.fixture(autouse=True)
def strace() -> None:
    need_strace()


def arrive(portal: SandboxPortal, number: int = AT_ONCE) -> list[Deal]:
    """Deals that are moved at once; each was answered, or its connection has ended."""
    deals = move(portal, Way.LATEST, number)
    until(lambda: all(look(portal).answers[deal.workflow] for deal in deals), what="answers")
    return deals


def accepted(deals: list[Deal]) -> list[Deal]:
    return [deal for deal in deals if look(deal.portal).is_accepted(deal)]


def assert_stored(app: MortalApp, deals: list[Deal]) -> None:
    """As the database stands, before any app opens it again."""
    items = {item for (item,) in app.rows("SELECT document_id FROM runs")}
    assert {f"DEAL_{deal.id}" for deal in accepted(deals)} <= items
    with closing(sqlite3.connect(app.folder / "linkrobot.sqlite")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def assert_done(app: MortalApp, deals: list[Deal]) -> None:
    """Everything that was answered with 200 ends right, once."""
    done = accepted(deals)
    until(lambda: not unfinished(done) and app.is_idle(), what="all is done")
    assert faults(done) == []
    assert faults_in_database(app, done) == []


@pytest.mark.parametrize("number", [1, 2, 3, 5, 9])
def test_a_kill_at_any_sync_loses_nothing_that_was_answered(
    number: int, app: MortalApp, portal: SandboxPortal
) -> None:
    deals: list[Deal] = []
    with traced(app.pid, "-e", f"inject=fdatasync:signal=KILL:when={number}"):
        while not app.has_died():
            deals += arrive(portal)
    assert app.wait() == -signal.SIGKILL

    assert_stored(app, deals)
    app.live()
    assert_done(app, deals)


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_sync_that_fails_is_never_a_200(
    number: int, app: MortalApp, portal: SandboxPortal
) -> None:
    with traced(app.pid, "-e", f"inject=fdatasync:error=EIO:when={number}"):
        deals = [deal for _ in range(3) for deal in arrive(portal)]
    app.kill()

    assert_stored(app, deals)
    assert accepted(deals), "it goes on afterwards"
    app.live()
    assert_done(app, deals)


def test_while_no_sync_succeeds_nothing_is_accepted(app: MortalApp, portal: SandboxPortal) -> None:
    with traced(app.pid, "-e", "inject=fdatasync:error=EIO"):
        deals = arrive(portal)
    assert accepted(deals) == []

    later = arrive(portal)

    assert accepted(later) == later
    assert_done(app, later)


@pytest.mark.parametrize("number", [1, 2, 6, 20])
def test_on_a_full_disk_nothing_is_answered_that_is_not_stored_and_it_goes_on_with_room(
    number: int, app: MortalApp, portal: SandboxPortal
) -> None:
    with traced(app.pid, "-e", f"inject=pwrite64:error=ENOSPC:when={number}+"):
        deals = [deal for _ in range(3) for deal in arrive(portal)]
    refused = len(deals) - len(accepted(deals))
    assert refused >= AT_ONCE, "the disk was full"
    assert_stored(app, deals)

    later = arrive(portal)  # there is room again, and nobody started anything anew

    assert accepted(later) == later
    assert_done(app, deals + later)


@pytest.fixture
def trace(app: MortalApp, portal: SandboxPortal, tmp_path: Path) -> Answers:
    """What the system saw while calls came alone and many at once."""
    calls = "trace=fdatasync,read,recvfrom,recvmsg,write,writev,sendto,sendmsg"
    with traced(app.pid, "-y", "-s", "48", "-e", calls, into=tmp_path / "trace"):
        for number in (1, 1, 1, 40, 40):
            deals = arrive(portal, number)
            assert accepted(deals) == deals
    return Answers((tmp_path / "trace").read_text(encoding="utf-8", errors="replace"))


def test_every_200_leaves_after_a_sync_that_began_after_its_call_came(trace: Answers) -> None:
    assert trace.unsynced == []
    assert trace.total == 83
