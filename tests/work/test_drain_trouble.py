"""A portal in trouble: what fails is tried again, harms nobody else, and ends in time."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2 as httpx
import pytest

from robot.portal import verify
from robot.store import register
from robot.store.database import Database
from robot.store.portals import Portal
from robot.store.vault import Vault
from robot.work import retries
from robot.work.drain import Drain
from robot.work.room import Room
from tests.store.store_rig import record
from tests.work.portal_function import (
    ENABLE,
    LIST,
    SEND,
    PortalFunction,
    Refusal,
    called,
    drain,
    refuse,
    row,
    tools_for,
    work,
)
from tests.work.work_rig import traffic, unanswered

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("quick_retries")]


async def test_a_request_that_came_to_nothing_is_sent_again(
    database: Database, portal: Portal, vault: Vault
) -> None:
    function = PortalFunction()
    function.failing = [httpx.ReadTimeout("slow"), httpx.Response(502, text="<html>")]
    run_id = await record(database, called(vault, portal))

    await work(function, database, vault, portal)

    assert len(function.sent(SEND)) == 1
    assert (await row(database, run_id)).ending == "reported"


async def test_a_batch_that_is_refused_as_a_whole_is_no_answer_to_its_calls(
    database: Database, portal: Portal, vault: Vault
) -> None:
    function = PortalFunction()
    function.failing.append(httpx.Response(400, json={"error": "ERROR_ARGUMENT"}))
    for number in (1, 2, 3):
        new = called(vault, portal, f"event-{number}", inputs={"document_id": str(number)})
        await record(database, new)

    await work(function, database, vault, portal)

    found = [params["RETURN_VALUES"]["succeeded"] for params in function.sent(SEND)]
    assert found == ["Y", "Y", "Y"]


async def test_one_call_that_breaks_the_portal_holds_up_only_itself(
    database: Database, portal: Portal, vault: Vault
) -> None:
    function, enable = PortalFunction(), PortalFunction().methods[ENABLE]
    deadline = datetime.now(UTC) + timedelta(seconds=1)

    def breaks_at_13(params: dict[str, Any]) -> Any:
        if str(params["id"]) == "13":
            raise httpx.RemoteProtocolError("PHP died")
        return enable(params)

    function.methods[ENABLE] = breaks_at_13
    for number in range(10, 20):
        inputs = {"document_id": str(number)}
        limits = {"deadline_at": deadline} if number == 13 else {}
        await record(database, called(vault, portal, f"event-{number}", inputs=inputs, **limits))

    await work(function, database, vault, portal)

    told = {
        params["EVENT_TOKEN"]: params["RETURN_VALUES"]["error_code"]
        for params in function.sent(SEND)
    }
    assert told == {f"event-{n}": "gave_up" if n == 13 else "" for n in range(10, 20)}
    unsure = await database.read(
        lambda conn: [link.document_id for link in register.listed(conn) if link.state == "unknown"]
    )
    assert unsure == [13]


async def test_a_portal_where_the_app_was_removed_is_left_in_peace(
    database: Database, portal: Portal, vault: Vault
) -> None:
    function = PortalFunction(
        methods={LIST: refuse("PORTAL_DELETED"), SEND: refuse("PORTAL_DELETED")}
    )
    run_id = await record(database, called(vault, portal))

    await work(function, database, vault, portal)

    assert len(function.sent(SEND)) == 1
    found = await row(database, run_id)
    assert (found.ending, found.secrets) == ("portal_deleted", None)


async def test_a_run_ends_at_its_deadline_and_not_at_the_next_try(
    database: Database, portal: Portal, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A workflow that stops waiting gets its answer ten seconds before; pauses are longer."""
    monkeypatch.setattr(retries, "FIRST", 600.0)
    function = PortalFunction()
    function.failing = [httpx.ReadTimeout("slow")] * 100
    deadline = datetime.now(UTC) + timedelta(seconds=0.5)
    run_id = await record(database, called(vault, portal, deadline_at=deadline))

    working = asyncio.create_task(work(function, database, vault, portal))
    with suppress(TimeoutError):
        async with asyncio.timeout(60):
            while not (await row(database, run_id)).decided_at:  # noqa: ASYNC110 # in the database
                await asyncio.sleep(0.05)
    working.cancel()
    with suppress(asyncio.CancelledError):
        await working

    assert (await row(database, run_id)).error_code == "gave_up"


async def test_a_run_past_its_deadline_with_a_call_under_way_costs_no_turns(
    database: Database, portal: Portal, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns, turn = 0, Drain._turn

    async def counted(self: Drain, group: asyncio.TaskGroup) -> bool:
        nonlocal turns
        turns += 1
        return await turn(self, group)

    monkeypatch.setattr(Drain, "_turn", counted)
    deadline = datetime.now(UTC) + timedelta(seconds=0.3)
    inputs = {"document_id": "5"}
    await record(database, called(vault, portal, inputs=inputs, deadline_at=deadline))
    function = PortalFunction()

    async def slow() -> None:
        while datetime.now(UTC) < deadline + timedelta(seconds=0.3):  # noqa: ASYNC110
            await asyncio.sleep(0.05)

    function.before.append(slow)
    async with tools_for(function, database, vault) as tools:
        portals_traffic = traffic(burst=250, rate=100.0)
        for _ in range(6):  # it failed so often that one call goes at a time
            portals_traffic.departed(0.0)
            portals_traffic.failed(unanswered(), 0.0, sent_at=0.0)
        await drain(tools, portal, with_traffic=portals_traffic)

    assert len(function.sent(SEND)) == 1
    assert turns < 20


async def test_too_many_verifications_harm_no_run(
    database: Database, portal: Portal, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify, "WAITING", 0)
    run_id, function = await record(database, called(vault, portal)), PortalFunction()

    await work(function, database, vault, portal)

    assert (await row(database, run_id)).ending == "reported"


async def test_runs_that_only_wait_for_their_next_try_hold_up_no_others(
    database: Database, portal: Portal, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retries, "FIRST", 30.0)
    function, enable, room = PortalFunction(), PortalFunction().methods[ENABLE], Room()
    monkeypatch.setattr(room, "share", lambda: 20)

    def answer(params: dict[str, Any]) -> Any:
        if int(params["id"]) <= 40:
            raise Refusal("INTERNAL_SERVER_ERROR")
        return enable(params)

    function.methods[ENABLE] = answer
    for number in range(1, 61):
        inputs = {"document_id": str(number)}
        await record(database, called(vault, portal, f"event-{number}", inputs=inputs))

    async with tools_for(function, database, vault) as tools:
        working = asyncio.create_task(drain(tools, portal, room=room))
        async with asyncio.timeout(60):
            while len(function.sent(SEND)) < 20:  # noqa: ASYNC110 # the portal is no task of ours
                await asyncio.sleep(0.01)
        working.cancel()
        await asyncio.wait([working])

    assert {params["EVENT_TOKEN"] for params in function.sent(SEND)} == {
        f"event-{number}" for number in range(41, 61)
    }


async def test_a_call_that_met_a_full_bucket_goes_with_others_again(
    database: Database, portal: Portal, vault: Vault
) -> None:
    function = PortalFunction()
    full = {"error": "QUERY_LIMIT_EXCEEDED"}
    first = called(vault, portal, "event-0", inputs={"document_id": "99"})
    await record(database, first)

    async def more() -> None:
        """While the first call is refused, others come."""
        if function.requests == 1:
            for number in range(1, 20):
                inputs = {"document_id": str(number)}
                await record(database, called(vault, portal, f"event-{number}", inputs=inputs))
            function.failing.append(httpx.Response(503, json=full))
            at_work[0].look()

    at_work: list[Drain] = []
    function.before.append(more)
    async with tools_for(function, database, vault) as tools:
        await drain(tools, portal, began=at_work.append)

    assert len(function.sent(SEND)) == 20
    assert function.requests <= 6
