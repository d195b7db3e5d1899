"""The database: there, whole, of this version; who waits; which applications nobody named."""

import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from robot.store.history import Waiting
from robot.work.checks import stored
from robot.work.checks.finding import State
from tests.store.store_rig import CLIENT_ID, MEMBER, NOW
from tests.work.checks.checks_rig import a_portal, settings


@pytest.fixture
def path(empty_database: Path, tmp_path: Path) -> Path:
    """A database file of the test's own."""
    return Path(shutil.copy(empty_database, tmp_path / "linkrobot.sqlite"))


def test_a_whole_database_is_well_and_is_not_changed(path: Path) -> None:
    before = path.read_bytes()

    found = stored.database(path)

    assert found.state is State.WELL
    assert path.read_bytes() == before


def test_no_database_is_made_by_looking_for_it(tmp_path: Path) -> None:
    found = stored.database(tmp_path / "nowhere.sqlite")

    assert found.state is State.FAILED
    assert "LINKROBOT_DATA_DIR" in found.remedy
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_database_asks_for_the_backup(path: Path) -> None:
    pages = bytearray(path.read_bytes())
    for page in range(4096 * 3, len(pages), 4096):
        pages[page : page + 2_000] = b"\xff" * 2_000
    path.write_bytes(pages)

    found = stored.database(path)

    assert found.state is State.FAILED
    assert "backup" in found.remedy


def test_a_file_that_is_no_database_asks_for_the_backup(path: Path) -> None:
    path.write_bytes(b"not a database at all" * 1_000)

    found = stored.database(path)

    assert found.state is State.FAILED
    assert "backup" in found.remedy


def test_a_file_that_cannot_be_read_is_not_called_damaged(tmp_path: Path) -> None:
    found = stored.database(tmp_path)

    assert found.state is State.FAILED
    assert "cannot be read" in found.text
    assert "backup" not in found.remedy


@pytest.mark.parametrize("revision", ["0000", "9999"])
def test_a_database_of_another_version_is_left_alone(path: Path, revision: str) -> None:
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("UPDATE alembic_version SET version_num = ?", (revision,))

    found = stored.database(path)

    assert found.state is State.FAILED
    assert revision in found.text


def test_a_database_too_large_for_the_time_is_a_warning(path: Path) -> None:
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("CREATE TABLE large (id INTEGER PRIMARY KEY, words TEXT)")
        conn.executemany("INSERT INTO large (words) VALUES (?)", [("w" * 100,)] * 20_000)

    assert stored.database(path, within=0.0).state is State.WARNING


def test_without_keys_access_ends_after_an_hour() -> None:
    named = settings(client_id=CLIENT_ID, client_secret="made-up-secret")

    assert stored.keys(named, [a_portal()]).state is State.WELL
    assert stored.keys(settings(), []).state is State.WARNING
    assert stored.keys(settings(), [a_portal()]).state is State.FAILED


def test_a_portal_of_an_application_that_nobody_names_is_listed() -> None:
    named = settings(client_id=CLIENT_ID, client_secret="made-up-secret")
    other = a_portal("local.other.1")

    assert stored.is_named(named, a_portal())
    assert stored.is_named(settings(), other)
    assert not stored.is_named(named, other)
    assert stored.not_named(other).state is State.WARNING
    assert "local.other.1" in stored.not_named(other).text


@pytest.mark.parametrize(("minutes", "has_waited"), [(59, False), (61, True)])
def test_runs_that_wait_for_more_than_an_hour_are_told(minutes: int, has_waited: bool) -> None:
    since = NOW - timedelta(minutes=minutes)
    waiting = Waiting(member_id=MEMBER, count=3, oldest_received_at=since)

    assert stored.has_waited(waiting, NOW) is has_waited
    assert stored.waiting(waiting, NOW).state is State.WARNING


def test_messages_that_wait_to_be_verified_are_a_warning() -> None:
    assert stored.unverified(0).state is State.WELL
    assert stored.unverified(2).state is State.WARNING
