"""Ready means that runs can be stored, found out by storing something."""

from pathlib import Path

import pytest
from sqlalchemy import event

from robot.store import sqlite
from robot.store.database import Database
from robot.work import readiness
from robot.work.readiness import TAKES_LONG, Readiness
from tests.store.store_rig import ONLY_SQLITE, locked

pytestmark = pytest.mark.anyio


async def test_it_is_ready_where_something_can_be_stored(database: Database) -> None:
    assert await Readiness(database).trouble() == ""


async def test_asking_often_writes_once(database: Database) -> None:
    found, commits = Readiness(database), list[object]()
    event.listen(database._writer.engine, "commit", commits.append)

    for _ in range(50):
        assert await found.trouble() == ""

    assert len(commits) <= 2


@ONLY_SQLITE
async def test_while_it_is_locked_it_is_not_ready_and_afterwards_again(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "FRESH", 0.0)
    monkeypatch.setattr(sqlite, "BUSY_MS", 50)
    found = Readiness(database)
    assert await found.trouble() == ""
    with locked(tmp_path):
        assert "locked" in await found.trouble()

    assert await found.trouble() == ""


@ONLY_SQLITE
async def test_nobody_who_asks_waits_for_a_lock(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "FRESH", 0.0)
    found = Readiness(database)
    assert await found.trouble() == ""
    monkeypatch.setattr(readiness, "ANSWERS_WITHIN", 0.01)
    with locked(tmp_path):
        for _ in range(5):
            assert await found.trouble() == TAKES_LONG
    monkeypatch.setattr(readiness, "ANSWERS_WITHIN", 10.0)

    assert await found.trouble() == ""


@ONLY_SQLITE
async def test_where_its_file_is_gone_it_is_not_ready(database: Database, tmp_path: Path) -> None:
    found = Readiness(database)
    await found.trouble()
    (tmp_path / "linkrobot.sqlite").unlink()

    assert await Readiness(database).trouble() != ""
