"""A look at a database finds damage, takes no longer than it may, and changes nothing."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from robot.store import health


@pytest.fixture
def path(empty_database: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(empty_database, tmp_path / "linkrobot.sqlite"))


def test_a_whole_file_is_whole(path: Path) -> None:
    assert health.damage(path) == ""


def test_a_file_that_is_no_database_is_damaged(path: Path) -> None:
    path.write_bytes(b"something else" * 1_000)

    assert "not a database" in str(health.damage(path))


def test_two_tables_at_one_page_are_found(path: Path) -> None:
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("PRAGMA writable_schema = ON")
        conn.execute("CREATE TABLE found (number INTEGER)")
        conn.execute("CREATE TABLE lost (number INTEGER)")
        conn.execute(
            "UPDATE sqlite_master SET rootpage = "
            "(SELECT rootpage FROM sqlite_master WHERE name = 'found') WHERE name = 'lost'"
        )

    assert health.damage(path)


def test_a_look_ends_in_time(path: Path) -> None:
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("CREATE TABLE large (id INTEGER PRIMARY KEY, words TEXT)")
        conn.executemany("INSERT INTO large (words) VALUES (?)", [("w" * 100,)] * 20_000)

    assert health.damage(path, within=0.0) is None
    assert health.damage(path) == ""
