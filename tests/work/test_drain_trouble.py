"""A portal in trouble: what fails is tried again, harms nobody else, and ends in time."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2 as httpx
import pytest

from robot.store import links
from robot.store.database import Database
from robot.store.portals import Portal
from robot.store.vault import Vault
from robot.work import retries
from tests.store.store_rig import record
from tests.work.portal_function import (
    ENABLE,
    LIST,
    SEND,
    PortalFunction,
    called,
    refuse,
    row,
    work,
)

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
        lambda conn: [link.document_id for link in links.listed(conn) if link.state == "unknown"]
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
    monkeypatch.setattr(retries, "FIRST", 30.0)
    function = PortalFunction()
    function.failing = [httpx.ReadTimeout("slow")] * 100
    deadline = datetime.now(UTC) + timedelta(seconds=0.5)
    run_id = await record(database, called(vault, portal, deadline_at=deadline))

    working = asyncio.create_task(work(function, database, vault, portal))
    with suppress(TimeoutError):
        async with asyncio.timeout(4):
            while not (await row(database, run_id)).decided_at:  # noqa: ASYNC110 # in the database
                await asyncio.sleep(0.05)
    working.cancel()
    with suppress(asyncio.CancelledError):
        await working

    assert (await row(database, run_id)).error_code == "gave_up"
