"""What is wrong with a database is said in a sentence with its remedy, never in SQL."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from robot.store.trouble import concerns_database, explain

STATEMENT = "INSERT INTO rows VALUES ('a value')"


def made(path: Path) -> Path:
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("CREATE TABLE rows (value TEXT PRIMARY KEY)")
    return path


def write(path: Path, *before: str) -> None:
    """As the app does, by SQLAlchemy."""
    engine = create_engine(f"sqlite:///file:{path}?mode=rw&uri=true", connect_args={"timeout": 0})
    try:
        with engine.begin() as conn:
            for one in before:
                conn.execute(text(one))
            conn.execute(text(STATEMENT))
    finally:
        engine.dispose()


def full(path: Path) -> None:
    big = "INSERT INTO rows VALUES (hex(zeroblob(100000)))"
    write(made(path), "PRAGMA max_page_count = 3", big)


def locked(path: Path) -> None:
    with closing(sqlite3.connect(made(path))) as other:
        other.execute("BEGIN IMMEDIATE")
        write(path)


def read_only(path: Path) -> None:
    write(made(path), "PRAGMA query_only = ON")


def missing(path: Path) -> None:
    write(path)


def no_database(path: Path) -> None:
    path.write_bytes(b"something else" * 1_000)
    write(path)


def damaged(path: Path) -> None:
    content = bytearray(made(path).read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    write(path)


@pytest.mark.parametrize(
    ("trouble", "cause", "remedy"),
    [
        (full, "full", "Free some space"),
        (locked, "locked", "End the other program"),
        (read_only, "readonly", "writable"),
        (missing, "unable to open", "data folder"),
        (no_database, "not a database", "backup"),
        (damaged, "malformed", "backup"),
    ],
)
def test_each_trouble_is_explained_with_its_remedy(
    tmp_path: Path, trouble: Callable[[Path], None], cause: str, remedy: str
) -> None:
    with pytest.raises(DBAPIError) as caught:
        trouble(tmp_path / "linkrobot.sqlite")

    said = explain(caught.value)
    assert cause in said
    assert remedy in said
    assert "INSERT" not in said
    assert "sqlalche.me" not in said
    assert len(said.splitlines()) == 1
    assert concerns_database(caught.value)


def test_what_is_wrong_with_one_row_is_no_trouble_of_the_database(tmp_path: Path) -> None:
    with pytest.raises(DBAPIError) as caught:
        write(made(tmp_path / "linkrobot.sqlite"), STATEMENT)

    assert not concerns_database(caught.value)
    assert "a value" not in explain(caught.value)


def test_an_error_of_our_own_is_named_without_its_text() -> None:
    assert explain(ValueError("made-up-secret")) == "ValueError"
