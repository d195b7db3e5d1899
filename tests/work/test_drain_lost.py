"""A worker that dies or loses its portal: the next one goes on where it stood, and it alone."""

import time
from datetime import UTC, datetime
from typing import Any

import httpx2 as httpx
import pytest
from sqlalchemy import Connection

from robot.flows import catalogue
from robot.store import leases, runs
from robot.store.database import Database
from robot.store.leases import LeaseLostError
from robot.store.portals import Portal
from robot.store.vault import Vault
from robot.work import lease
from tests.store.store_rig import record
from tests.work.portal_function import (
    ENABLE,
    GET,
    LIST,
    SEND,
    PortalFunction,
    Refusal,
    called,
    refuse,
    row,
    work,
)

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("quick_retries")]


async def lose(database: Database, portal: Portal) -> None:
    """Another worker takes the portal."""
    now = datetime.now(UTC)

    def write(conn: Connection) -> None:
        leases.expire_all(conn, now=now)
        leases.take(conn, portal.id, owner="other", now=now, until=now)

    await database.write(write)


async def test_after_a_crash_the_chosen_document_is_enabled_and_no_newer_one(
    database: Database, portal: Portal, vault: Vault
) -> None:
    run_id, function = await record(database, called(vault, portal)), PortalFunction()
    await database.write(lambda conn: runs.save_chosen(conn, {run_id: [5]}, now=datetime.now(UTC)))

    await work(function, database, vault, portal)

    assert function.sent(LIST) == []
    assert [params["id"] for params in function.sent(ENABLE)] == ["5"]
    assert len(function.sent(GET)) == 1


async def test_after_a_crash_a_decided_run_is_only_reported_and_unchanged(
    database: Database, portal: Portal, vault: Vault
) -> None:
    first = PortalFunction()
    run_id = await record(database, called(vault, portal))

    async def crash() -> None:
        if (await row(database, run_id)).state == "decided":
            await lose(database, portal)

    first.before.append(crash)
    with pytest.raises(ExceptionGroup) as caught:
        await work(first, database, vault, portal)
    second = PortalFunction()
    await work(second, database, vault, portal)

    assert caught.group_contains(LeaseLostError)
    assert [method for method, _ in second.calls] == [SEND]
    assert second.sent(SEND)[0]["RETURN_VALUES"] == first.sent(SEND)[0]["RETURN_VALUES"]


async def test_no_link_is_turned_off_soon_after_a_death_though_the_portal_was_released_meanwhile(
    database: Database, portal: Portal, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "HIDES_WAIT", 0.5)
    function, began = PortalFunction(), time.monotonic()
    await lose(database, portal)
    await record(database, called(vault, portal))
    await work(function, database, vault, portal)

    off = called(vault, portal, "event-2", code=catalogue.DISABLE, inputs={"document_id": "5"})
    await record(database, off)
    await work(function, database, vault, portal)

    assert [str(params["status"]) for params in function.sent(ENABLE)] == ["1", "0"]
    assert time.monotonic() - began >= 0.5


async def test_who_lost_the_lease_writes_nothing_more(
    database: Database, portal: Portal, vault: Vault
) -> None:
    run_id, function = await record(database, called(vault, portal)), PortalFunction()

    function.before.append(lambda: lose(database, portal))
    with pytest.raises(ExceptionGroup) as caught:
        await work(function, database, vault, portal)

    assert caught.group_contains(LeaseLostError)
    found = await row(database, run_id)
    assert (found.state, found.chosen) == ("received", None)
    assert [method for method, _ in function.calls] == [LIST]


async def test_an_unanswered_authorization_server_is_no_sign_that_a_report_was_heard(
    database: Database, portal: Portal, vault: Vault
) -> None:
    function = PortalFunction()
    run_id = await record(database, called(vault, portal))
    not_saved_yet = [Refusal("404", "The business process is not found.")]

    def send(_params: dict[str, Any]) -> Any:
        if not_saved_yet:
            raise not_saved_yet.pop()
        return True

    async def token_dies_at_the_first_report() -> None:
        if function.requests == 3:
            function.failing.append(httpx.Response(401, json={"error": "expired_token"}))
            function.auth.away_for = 2  # one request to each server

    function.methods[SEND] = send
    function.before.append(token_dies_at_the_first_report)
    await work(function, database, vault, portal)

    assert len(function.sent(SEND)) == 2
    assert (await row(database, run_id)).ending == "reported"
    assert (await row(database, run_id)).note is None


async def test_an_unanswered_report_that_is_not_found_afterwards_was_heard(
    database: Database, portal: Portal, vault: Vault
) -> None:
    function = PortalFunction(methods={SEND: refuse("404", "The business process is not found.")})
    run_id = await record(database, called(vault, portal))

    async def answer_gets_lost() -> None:
        if function.requests == 3:
            function.failing.append(httpx.ReadTimeout("slow"))

    function.before.append(answer_gets_lost)
    await work(function, database, vault, portal)

    assert (await row(database, run_id)).ending == "reported"
    assert (await row(database, run_id)).note
