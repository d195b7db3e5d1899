"""A workflow is answered before it stops waiting, whatever its portal and its worker are doing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx2 as httpx
import pytest

from robot.store import register
from robot.store.database import Database
from robot.store.portals import Portal
from robot.store.vault import Vault
from robot.work import crew, drain, lease, sending
from robot.work.desk import Desk
from robot.work.room import Room
from tests.store.store_rig import record
from tests.work.portal_function import (
    ENABLE,
    LIST,
    SEND,
    PortalFunction,
    Refusal,
    called,
    row,
    tools_for,
)
from tests.work.portal_function import drain as work_off
from tests.work.test_crew import all_finished, working

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("quick_retries")]
SOON = 0.3  # seconds
PATIENCE = 60  # seconds


def soon(seconds: float = SOON) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


@asynccontextmanager
async def worked_on(
    function: PortalFunction,
    database: Database,
    vault: Vault,
    portal: Portal,
    room: Room | None = None,
) -> AsyncIterator[None]:
    """Its worker is at work, and ends with the block."""
    async with tools_for(function, database, vault) as tools:
        working = asyncio.create_task(work_off(tools, portal, room=room))
        try:
            yield
        finally:
            working.cancel()
            await asyncio.wait([working])


async def told(function: PortalFunction, event: str = "event-1") -> str:
    """The code of the outcome that this workflow was sent."""
    async with asyncio.timeout(PATIENCE):
        while True:
            for params in function.sent(SEND):
                if params["EVENT_TOKEN"] == event:
                    return str(params["RETURN_VALUES"]["error_code"])
            await asyncio.sleep(0.01)


async def test_a_call_that_hangs_holds_up_no_answer(
    database: Database, portal: Portal, vault: Vault
) -> None:
    function, answers = PortalFunction(), asyncio.Event()

    async def hang() -> None:
        if function.requests == 1:
            await answers.wait()

    function.before.append(hang)
    inputs = {"document_id": "5"}
    run_id = await record(database, called(vault, portal, inputs=inputs, deadline_at=soon()))
    async with worked_on(function, database, vault, portal):
        assert await told(function) == "gave_up"
        # What it is answered now is not used any more: the workflow has its outcome.
        answers.set()
        async with asyncio.timeout(PATIENCE):
            while not (await row(database, run_id)).finished_at:  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    (report,) = function.sent(SEND)
    assert "Last: no answer yet." in report["RETURN_VALUES"]["error_text"]
    assert [link.state for link in await database.read(register.listed)] == ["unknown"]


async def test_the_workflow_reads_what_was_tried_last_and_how_often(
    database: Database, portal: Portal, vault: Vault
) -> None:
    function = PortalFunction()

    def broken(_params: object) -> None:
        raise Refusal("INTERNAL_SERVER_ERROR", "Out of memory")

    function.methods[LIST] = broken
    await record(database, called(vault, portal, deadline_at=soon()))
    async with worked_on(function, database, vault, portal):
        await told(function)

    (report,) = function.sent(SEND)
    text = report["RETURN_VALUES"]["error_text"]
    assert f"{len(function.sent(LIST))} times: {LIST}" in text
    assert "«Out of memory» (INTERNAL_SERVER_ERROR)" in text
    assert report["LOG_MESSAGE"] == text


async def test_a_run_whose_time_is_over_is_told_so_however_many_others_were_before_it(
    database: Database, portal: Portal, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    function, room = PortalFunction(), Room()
    monkeypatch.setattr(room, "share", lambda: 2)
    go_on = asyncio.Event()

    async def hang() -> None:
        if function.requests == 2:  # reports go first
            await go_on.wait()

    function.before.append(hang)
    for number in range(1, 6):
        inputs = {"document_id": str(number)}
        limits = {"deadline_at": soon(-1)} if number == 5 else {}
        await record(database, called(vault, portal, f"event-{number}", inputs=inputs, **limits))
    async with worked_on(function, database, vault, portal, room=room):
        # Two runs are in hand and answer nothing; the fifth has no room.
        assert await told(function, "event-5") == "gave_up"
        go_on.set()
        for number in range(1, 5):
            assert await told(function, f"event-{number}") == ""

    assert "5" not in {str(params["id"]) for params in function.sent(ENABLE)}


async def test_a_worker_that_stands_still_is_ended_and_its_runs_are_done(
    database: Database, portal: Portal, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew, "SWEEP_EVERY", 0.05)
    monkeypatch.setattr(drain, "LOOKS_EVERY", 0.05)
    monkeypatch.setattr(drain, "STUCK_AFTER", 0.5)
    monkeypatch.setattr(lease, "FOUND_WITHIN", timedelta(seconds=9))
    settle, stood_still = Desk.settle, list[Desk]()

    async def stand_still_once(self: Desk) -> None:
        if not stood_still:
            stood_still.append(self)
            await asyncio.Event().wait()
        await settle(self)

    monkeypatch.setattr(Desk, "settle", stand_still_once)
    function = PortalFunction()
    run_id = await record(database, called(vault, portal))

    async with working(function, database, vault) as at_work:
        at_work.wake(portal.id)
        await all_finished(database)

    assert (await row(database, run_id)).ending == "reported"
    assert len(function.sent(SEND)) == 1


async def test_a_request_that_never_ends_is_ended(
    database: Database, portal: Portal, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "LONGEST", 0.1)
    function = PortalFunction()

    async def hang() -> None:
        if function.requests == 1:
            await asyncio.Event().wait()

    function.before.append(hang)
    await record(database, called(vault, portal))
    async with worked_on(function, database, vault, portal):
        assert await told(function) == ""


async def test_an_outage_up_to_the_limit_is_told_as_such(
    database: Database, portal: Portal, vault: Vault
) -> None:
    function = PortalFunction()
    function.failing = [httpx.ConnectError("refused")] * 1_000
    run_id = await record(database, called(vault, portal, deadline_at=soon()))

    async with worked_on(function, database, vault, portal):
        async with asyncio.timeout(PATIENCE):
            while not (await row(database, run_id)).decided_at:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        function.failing.clear()
        assert await told(function) == "gave_up"

    text = function.sent(SEND)[0]["RETURN_VALUES"]["error_text"]
    assert "could not be reached in time" in text
    assert "ConnectError" in text
