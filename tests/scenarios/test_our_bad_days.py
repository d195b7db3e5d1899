"""Our own bad days, with the real app: nothing is answered 200 that is not stored, the log says in
a sentence what is wrong and what mends it, and once it is mended the app goes on without a restart.
"""

import resource
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from tests.programs import App, Sandbox
from tests.scenarios.sandbox_portal import ENABLING, SandboxPortal
from tests.scenarios.small_disk import SmallDisk, small_disk
from tests.scenarios.stages import MAIL, enable
from tests.scenarios.waiting import until

Trouble = Callable[[App, SmallDisk], AbstractContextManager[None]]
SLOW = 1.0  # seconds: a run is under way while the trouble begins


@contextmanager
def disk_full(_app: App, disk: SmallDisk) -> Iterator[None]:
    with appending(disk):
        disk.fill()
        try:
            yield
        finally:
            disk.free()


@contextmanager
def held_at_present_size(app: App, disk: SmallDisk) -> Iterator[None]:
    """No file of the app's may grow over the size of the largest one."""
    with appending(disk) as log, app.limited(resource.RLIMIT_FSIZE, log.stat().st_size):
        yield


@contextmanager
def appending(disk: SmallDisk) -> Iterator[Path]:
    """Whoever writes needs space: the write-ahead log, full of what somebody still reads."""
    path = disk.path / "linkrobot.sqlite"
    with closing(sqlite3.connect(path, timeout=10, isolation_level=None)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        other.execute("INSERT OR REPLACE INTO check_values VALUES ('big', zeroblob(1000000))")
        other.execute("BEGIN")
        other.execute("SELECT * FROM check_values").fetchall()
        yield path.with_name("linkrobot.sqlite-wal")


@contextmanager
def held_by_another(app: App, disk: SmallDisk) -> Iterator[None]:
    """Another program began to write, and does not end."""
    with closing(sqlite3.connect(disk.path / "linkrobot.sqlite")) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def moved_away(_app: App, disk: SmallDisk) -> Iterator[None]:
    path = disk.path / "linkrobot.sqlite"
    path.rename(disk.path / "elsewhere")
    try:
        yield
        assert not path.exists(), "no empty one is made in its place"
    finally:
        (disk.path / "elsewhere").rename(path)


# What happens -> how, and the words that say so in the log: the cause, and the remedy.
TROUBLES: dict[str, tuple[Trouble, str, str]] = {
    "the disk is full": (disk_full, "disk is full", "Free some space"),
    "its files may not grow": (held_at_present_size, "disk I/O error", "limit of file sizes"),
    "another program holds the database": (held_by_another, "locked", "End the other program"),
    "the database was moved away": (moved_away, "not the one any more", "Put that very file back"),
}


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallDisk]:
    with small_disk(tmp_path_factory.mktemp("disk") / "data") as mounted:
        yield mounted


@pytest.fixture(scope="module")
def app(
    sandbox: Sandbox, disk: SmallDisk, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[App]:
    # Its log is on another disk, where it can be read in any case.
    folder = tmp_path_factory.mktemp("bad-days") / "log"
    app = App(folder, sandbox.oauth, DATA_DIR=str(disk.path))
    try:
        yield app.start()
    finally:
        app.end()


@pytest.fixture
def installed(app: App, fresh_portal: SandboxPortal) -> SandboxPortal:
    app.install_at(fresh_portal)
    return fresh_portal


@pytest.mark.parametrize("name", TROUBLES)
def test_nothing_is_promised_that_is_not_stored_and_the_app_goes_on_by_itself(
    app: App, disk: SmallDisk, installed: SandboxPortal, name: str
) -> None:
    trouble, cause, remedy = TROUBLES[name]
    portal, logged = installed, len(app.log)
    deals = [portal.item() for _ in range(3)]
    documents = [portal.document(deal) for deal in deals]
    portal.stage(enable(), MAIL)
    portal.fault("slow", ENABLING, seconds=SLOW, times=1)
    under_way = portal.move(deals[0])
    assert portal.delivered(under_way) == [200]

    with trouble(app, disk):
        refused = portal.move(deals[1])
        assert portal.delivered(refused) == [503]
        until(lambda: app.get("/readyz").status_code == 503, what="it says that it is not ready")
        assert app.get("/healthz").status_code == 200

    until(lambda: app.get("/readyz").status_code == 200, what="it is ready again")
    accepted = portal.move(deals[2])
    assert portal.delivered(accepted) == [200]
    for workflow, document in ((under_way, documents[0]), (accepted, documents[2])):
        outputs = portal.outputs(workflow)
        assert outputs["public_url"] == portal.public_url(document)
        assert portal.resumed(workflow) == 1
    assert portal.public_url(documents[1]) is None
    said = app.log[logged:]
    assert cause in said
    assert remedy in said
    assert "Traceback" not in said


def test_with_no_file_descriptor_left_calls_wait_and_then_it_goes_on_by_itself(
    app: App, installed: SandboxPortal
) -> None:
    portal, logged = installed, len(app.log)
    deals = [portal.item() for _ in range(10)]
    documents = [portal.document(deal) for deal in deals]
    portal.stage(enable(), MAIL)
    with app.limited(resource.RLIMIT_NOFILE, 8), ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(socket.create_connection(("127.0.0.1", _port(app))))
        moved = portal.post("move", stage="SEND", items=[[2, deal] for deal in deals])
        until(lambda: "files.exhausted" in app.log[logged:], what="the log says it")

    for workflow, document in zip(moved["workflow_ids"], documents, strict=True):
        assert portal.delivered(workflow) == [200]
        outputs = portal.outputs(workflow)
        assert outputs["public_url"] == portal.public_url(document)
        assert portal.resumed(workflow) == 1
    assert "LimitNOFILE" in app.log[logged:]
    assert "Traceback" not in app.log[logged:]


def _port(app: App) -> int:
    return int(app.url.rpartition(":")[2])
