"""The database fails while portals are worked on: said in a sentence, and it goes on by itself."""

import asyncio
from collections.abc import Callable, MutableMapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from robot.store import sqlite
from robot.store.database import Database, leave_mark
from robot.store.portals import Portal
from robot.store.vault import Vault
from robot.work import crew, lease
from tests.store.store_rig import ONLY_SQLITE, locked, record
from tests.work.portal_function import SEND, PortalFunction, called
from tests.work.test_crew import all_finished, working

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("quick_retries")]
Logs = list[MutableMapping[str, Any]]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "BUSY_MS", 20)
    monkeypatch.setattr(crew, "SWEEP_EVERY", 0.01)
    monkeypatch.setattr(crew, "AFTER_FAILURE", 0.1)
    monkeypatch.setattr(lease, "FOUND_WITHIN", timedelta(seconds=9.5))


def told(logs: Logs, name: str) -> Logs:
    return [line for line in logs if line["event"] == name]


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not holds():  # noqa: ASYNC110 # others' work is waited for
            await asyncio.sleep(0.01)


@ONLY_SQLITE
async def test_a_lock_before_the_work_begins_only_delays_it(
    database: Database, portal: Portal, vault: Vault, tmp_path: Path
) -> None:
    function = PortalFunction()
    await record(database, called(vault, portal))
    with capture_logs() as logs:
        async with working(function, database, vault):
            with locked(tmp_path):
                await until(lambda: len(told(logs, "database.failed")) >= 2)
            await all_finished(database)

    assert len(function.sent(SEND)) == 1
    for line in told(logs, "database.failed"):
        assert "End the other program" in line["reason"]
    assert not [line for line in logs if "exc_info" in line], "no traceback for the operator"


@ONLY_SQLITE
async def test_a_lock_in_the_middle_of_the_work_loses_nothing(
    database: Database, portal: Portal, vault: Vault, tmp_path: Path
) -> None:
    function, asked, go_on = PortalFunction(), asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        asked.set()
        await go_on.wait()

    function.before.append(wait)
    await record(database, called(vault, portal))
    with capture_logs() as logs:
        async with working(function, database, vault):
            await asyncio.wait_for(asked.wait(), 60)
            with locked(tmp_path):
                go_on.set()
                await until(lambda: told(logs, "database.failed"))
            await all_finished(database)

    assert len(function.sent(SEND)) == 1
    assert not [line for line in logs if "exc_info" in line], "no traceback for the operator"


async def test_the_watch_over_kept_messages_and_old_runs_goes_on_after_a_failure(
    database: Database, portal: Portal, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew, "VERIFIES_EVERY", 0.01)
    looked = 0

    async def verify_kept() -> None:
        nonlocal looked
        looked += 1
        if looked == 1:
            await database.write(lambda conn: conn.exec_driver_sql("SELECT * FROM not_there"))

    await database.write(leave_mark)
    with capture_logs() as logs:
        async with working(PortalFunction(), database, vault, verify_kept):
            await until(lambda: looked >= 2)

    (line,) = told(logs, "watch.failed")
    assert "exc_info" not in line
