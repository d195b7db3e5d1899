"""Many runs at once: in pages, in parallel batches, each with its own right outcome."""

import asyncio
from collections import Counter
from typing import Any

import httpx2 as httpx
import pytest
from structlog.testing import capture_logs

from robot.store.database import Database
from robot.store.portals import Portal
from robot.store.vault import Vault
from robot.work.room import Room
from tests.store.store_rig import record
from tests.work.portal_function import (
    ENABLE,
    GET,
    LINK,
    SEND,
    PortalFunction,
    Refusal,
    called,
    drain,
    row,
    tools_for,
    work,
)

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("quick_retries")]


async def burst(database: Database, portal: Portal, vault: Vault, number: int) -> list[int]:
    """So many runs, each for a document of its own; their numbers."""
    return [
        await record(database, called(vault, portal, f"event-{n}", inputs={"document_id": f"{n}"}))
        for n in range(1, number + 1)
    ]


def told(function: PortalFunction) -> dict[str, set[str]]:
    """What each workflow was told: its link, or the code of the reason why not."""
    found: dict[str, set[str]] = {}
    for params in function.sent(SEND):
        values = params["RETURN_VALUES"]
        outcome = values["public_url"] or values["error_code"]
        found.setdefault(params["EVENT_TOKEN"], set()).add(outcome)
    return found


def every(number: int, outcome: str = LINK) -> dict[str, set[str]]:
    return {f"event-{n}": {outcome} for n in range(1, number + 1)}


@pytest.mark.parametrize("share", [1, 20, 500])
async def test_a_backlog_is_read_in_pages_and_worked_off_without_a_further_wake(
    database: Database, portal: Portal, vault: Vault, monkeypatch: pytest.MonkeyPatch, share: int
) -> None:
    number, function, room, held = min(share * 5, 600), PortalFunction(), Room(), list[int]()
    await burst(database, portal, vault, number)
    monkeypatch.setattr(room, "share", lambda: share)

    async def look() -> None:
        held.append(room.held)

    function.before.append(look)
    async with tools_for(function, database, vault) as tools:
        await drain(tools, portal, room=room)

    assert told(function) == every(number)
    assert max(held) <= share
    assert room.held == 0


async def test_so_many_batches_are_under_way_at_once_and_no_more(
    database: Database, portal: Portal, vault: Vault
) -> None:
    function, under_way, most = PortalFunction(), 0, 0
    all_four = asyncio.Event()
    await burst(database, portal, vault, 300)

    async def meet() -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        if under_way == 4:
            all_four.set()
        await asyncio.wait_for(all_four.wait(), 60)
        under_way -= 1

    function.before.append(meet)
    await work(function, database, vault, portal)

    assert most == 4
    assert told(function) == every(300)


async def test_in_one_batch_each_call_has_its_own_right_outcome(
    database: Database, portal: Portal, vault: Vault
) -> None:
    """Answered, rejected, refused for now, missing from the answer: all in the same batches."""
    function = PortalFunction()
    refused, missing = Counter[str](), Counter[str]()
    enable, batch = function.methods[ENABLE], function._batch

    def answer(params: dict[str, Any]) -> Any:
        number = int(params["id"])
        if number % 4 == 1:
            raise Refusal("DOCGEN_ACCESS_ERROR", "Access denied")
        if number % 4 == 2 and not refused[str(number)]:
            refused[str(number)] += 1
            raise Refusal("INTERNAL_SERVER_ERROR")
        return enable(params)

    def forget(commands: dict[str, str]) -> dict[str, Any]:
        told = batch(commands)
        for key, command in commands.items():
            if "id=3&" in command and "enable" in command and not missing[command]:
                missing[command] += 1
                told["result"].pop(key, None)
        return told

    function.methods[ENABLE] = answer
    function._batch = forget  # type: ignore[method-assign]
    ids = await burst(database, portal, vault, 20)

    await work(function, database, vault, portal)

    no = {f"event-{n}": {"no_rights"} for n in range(1, 21) if n % 4 == 1}
    assert told(function) == every(20) | no
    assert missing
    assert sum(refused.values()) == 5
    assert {(await row(database, run_id)).ending for run_id in ids} == {"reported"}


@pytest.mark.parametrize("nothing", [[], {}], ids=["a list", "an object"])
async def test_a_batch_that_answers_nothing_is_asked_again(
    database: Database, portal: Portal, vault: Vault, nothing: object
) -> None:
    function = PortalFunction()
    empty = {"result": nothing, "result_error": nothing}
    function.failing = [httpx.Response(200, json={"result": empty})]
    await burst(database, portal, vault, 10)

    await work(function, database, vault, portal)

    assert told(function) == every(10)


async def test_a_batch_that_is_cut_off_half_way_reports_nothing_twice_with_different_values(
    database: Database, portal: Portal, vault: Vault
) -> None:
    """Half of each first batch ran before PHP died."""
    function, cut = PortalFunction(), Counter[str]()
    for method in (GET, ENABLE, SEND):
        answer = function.methods[method]

        def once(params: Any, answer: Any = answer, method: str = method) -> Any:
            cut[method] += 1
            if cut[method] == 25:
                raise httpx.RemoteProtocolError("PHP died")
            return answer(params)

        function.methods[method] = once
    await burst(database, portal, vault, 60)

    await work(function, database, vault, portal)

    assert told(function) == every(60)
    assert len(function.sent(SEND)) > 60, "some were told again, with the same values"


async def test_a_burst_is_one_line_in_the_log_with_its_figures(
    database: Database, portal: Portal, vault: Vault
) -> None:
    function = PortalFunction()
    enable = function.methods[ENABLE]

    def answer(params: dict[str, Any]) -> Any:
        if str(params["id"]) == "7":
            raise Refusal("DOCGEN_ACCESS_ERROR", "Access denied")
        return enable(params)

    function.methods[ENABLE] = answer
    await burst(database, portal, vault, 30)

    with capture_logs() as logs:
        await work(function, database, vault, portal)

    (line,) = [entry for entry in logs if entry["event"] == "burst.drained"]
    assert (line["runs"], line["failed"], line["refused"]) == (30, 1, 0)
    assert line["requests"] == function.requests
    assert line["pace"] > 0
    assert line["seconds"] > 0


async def test_a_portal_that_was_blocked_by_hand_is_said_in_the_log(
    database: Database, portal: Portal, vault: Vault
) -> None:
    function = PortalFunction()
    function.failing = [httpx.Response(503, json={"error": "OVERLOAD_LIMIT"})]
    await burst(database, portal, vault, 3)

    with capture_logs() as logs:
        working = asyncio.create_task(work(function, database, vault, portal))
        async with asyncio.timeout(60):
            while not any(entry["event"] == "portal.blocked" for entry in logs):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        working.cancel()
        await asyncio.wait([working])

    (line,) = [entry for entry in logs if entry["event"] == "portal.blocked"]
    assert "support" in line["remedy"]
    assert function.requests == 1, "it is left alone"


async def test_a_portal_that_gets_slower_and_slower_gets_shorter_batches(
    database: Database, portal: Portal, vault: Vault
) -> None:
    """Its own figures count, not ours: each batch should stay under 20 of the 60 s allowed."""
    function, batch, sizes = PortalFunction(), PortalFunction._batch, list[tuple[float, int]]()

    def slower(commands: dict[str, str]) -> dict[str, Any]:
        seconds = 0.1 * 1.1 ** len(sizes)
        told = batch(function, commands)
        sizes.append((seconds, len(commands)))
        return told | {"result_time": {key: {"duration": seconds} for key in told["result"]}}

    function._batch = slower  # type: ignore[method-assign]
    await burst(database, portal, vault, 500)

    await work(function, database, vault, portal)

    assert told(function) == every(500)
    late = sizes[-8:]
    assert late[0][0] > 1.0, "it has become slow"
    assert max(number for _, number in sizes) == 50
    assert max(number for _, number in late) < 20
    assert max(seconds * number for seconds, number in sizes) < 60
