"""Where browsers know the application token, a run is done for whose tokens it brings."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from robot.flows.catalogue import DISABLE
from robot.portal.verify import Verifier
from robot.protocol.oauth import Tokens
from robot.store import tokens
from robot.store.database import Database
from robot.store.portals import Portal
from robot.store.runs import NewRun
from robot.store.tables import runs
from robot.store.vault import Vault
from tests.portal.portal_rig import CLIENT_ID, app_info, pair
from tests.store.store_rig import MEMBER, record
from tests.work.portal_function import (
    ENABLE,
    LIST,
    SEND,
    PortalFunction,
    called,
    drain,
    refuse,
    row,
    tools_for,
    work,
)

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("quick_retries")]
ADMINISTRATOR, EMPLOYEE = "access of 1", "access of 7"


def unproven(vault: Vault, portal: Portal, access: str = EMPLOYEE, **changes: Any) -> NewRun:
    """A run of somebody; it brought that access token."""
    secrets = {
        "event_token": f"event of {access}",
        "access": access,
        "refresh": f"refresh of {access}",
        "expires": int((datetime.now(UTC) + timedelta(hours=1)).timestamp()),
    }
    sealed = {"secrets": vault.seal(MEMBER, secrets), "user_id": None, "own_tokens_only": True}
    return called(vault, portal, f"event of {access}", **sealed | changes)


@pytest.fixture
async def function(database: Database, portal: Portal, vault: Vault) -> PortalFunction:
    """A portal whose administrator's living tokens are stored."""
    stored = pair(ADMINISTRATOR)
    await database.write(lambda conn: tokens.save(conn, vault, portal, stored, overrule=True))
    found = PortalFunction()
    found.auth.known = {ADMINISTRATOR: app_info(), EMPLOYEE: {**app_info(), "user_id": 7}}
    return found


async def stored_of(database: Database, vault: Vault, portal: Portal, user: int) -> Tokens | None:
    return await database.read(lambda conn: tokens.of_user(conn, vault, portal, user))


async def test_it_is_done_with_its_own_token(
    function: PortalFunction, database: Database, portal: Portal, vault: Vault
) -> None:
    run_id = await record(database, unproven(vault, portal))

    await work(function, database, vault, portal)

    found = await row(database, run_id)
    assert (found.user_id, found.own_tokens_only, found.succeeded) == (7, True, True)
    assert [method for method, _ in function.calls] == [LIST, ENABLE, SEND]
    assert set(function.tokens) == {EMPLOYEE}
    administrators = await stored_of(database, vault, portal, 1)
    assert administrators
    assert administrators.access_token == ADMINISTRATOR


async def test_a_proof_that_lands_after_another_ones_run_is_done_is_taken(
    function: PortalFunction, database: Database, portal: Portal, vault: Vault
) -> None:
    later = "later access of 7"
    function.auth.known[later] = function.auth.known[EMPLOYEE]
    held = function.auth.holds[later] = asyncio.Event()
    runs = [unproven(vault, portal, EMPLOYEE), unproven(vault, portal, later, document_id="DEAL_8")]
    ids = [await record(database, run) for run in runs]

    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        group.create_task(work(function, database, vault, portal))
        while not function.sent(SEND):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        held.set()

    assert [(await row(database, one)).ending for one in ids] == ["reported"] * 2


@pytest.mark.parametrize("can_renew", [True, False])
async def test_made_up_tokens_do_nothing_and_the_workflow_is_told_the_remedy(
    function: PortalFunction, database: Database, portal: Portal, vault: Vault, can_renew: bool
) -> None:
    function.auth.dead.add("refresh of made up")
    run_id = await record(database, unproven(vault, portal, "made up"))

    async with tools_for(function, database, vault) as tools:
        if not can_renew:
            tools = replace(tools, verifier=without_secret(tools.verifier))
        await drain(tools, portal)

    assert [method for method, _ in function.calls] == [SEND], "only the workflow is told"
    (report,) = function.sent(SEND)
    assert report["RETURN_VALUES"]["error_code"] == "no_token"
    assert ("LINKROBOT_CLIENT_ID" in report["LOG_MESSAGE"]) is not can_renew
    assert set(function.auth.renewed) == ({"refresh of made up"} if can_renew else set())
    assert (await row(database, run_id)).user_id is None


async def test_an_expired_token_is_renewed_and_whose_it_is_counts(
    function: PortalFunction, database: Database, portal: Portal, vault: Vault
) -> None:
    run_id = await record(database, unproven(vault, portal, "expired"))

    await work(function, database, vault, portal)

    assert function.auth.renewed == ["refresh of expired"]
    assert set(function.tokens) == {"renewed-1"}
    found = await row(database, run_id)
    assert (found.user_id, found.succeeded) == (1, True)
    stored = await stored_of(database, vault, portal, 1)
    assert stored
    assert stored.access_token == "renewed-1"


@pytest.mark.parametrize("of", [{"member_id": "b" * 32}, {"client_id": "local.other"}])
async def test_tokens_of_another_portal_or_application_prove_nothing(
    function: PortalFunction,
    database: Database,
    portal: Portal,
    vault: Vault,
    of: dict[str, str],
) -> None:
    function.auth.known[EMPLOYEE] = app_info(**of)
    function.auth.dead.add(f"refresh of {EMPLOYEE}")
    await record(database, unproven(vault, portal))

    await work(function, database, vault, portal)

    assert [method for method, _ in function.calls] == [SEND]


async def test_nobody_elses_token_turns_a_link_off_for_it(
    function: PortalFunction, database: Database, portal: Portal, vault: Vault
) -> None:
    function.methods[ENABLE] = refuse("USER_ACCESS_ERROR")
    run_id = await record(
        database, unproven(vault, portal, code=DISABLE, inputs={"document_id": "5"})
    )

    await work(function, database, vault, portal)

    assert len(function.sent(ENABLE)) == 1
    assert (await row(database, run_id)).error_code == "no_rights"
    assert [access for access in function.tokens if access == ADMINISTRATOR] == []


async def test_it_waits_for_the_authorization_server_until_its_time_is_over(
    function: PortalFunction, database: Database, portal: Portal, vault: Vault
) -> None:
    function.auth.is_away = True
    soon = datetime.now(UTC) + timedelta(seconds=0.3)
    await record(database, unproven(vault, portal, deadline_at=soon))

    await work(function, database, vault, portal)

    assert [method for method, _ in function.calls] == [SEND]
    assert function.sent(SEND)[0]["RETURN_VALUES"]["error_code"] == "gave_up"
    assert len(function.auth.urls) > 2, "tried again"


async def test_it_goes_on_once_the_server_is_back(
    function: PortalFunction, database: Database, portal: Portal, vault: Vault
) -> None:
    function.auth.away_for = 5
    run_id = await record(database, unproven(vault, portal))

    await work(function, database, vault, portal)

    assert (await row(database, run_id)).succeeded


async def test_of_two_runs_for_an_item_the_later_one_has_the_last_word(
    function: PortalFunction, database: Database, portal: Portal, vault: Vault
) -> None:
    function.auth.known["another of 7"] = function.auth.known[EMPLOYEE]
    function.auth.away_for = 2  # both servers are away for the first question
    now = datetime.now(UTC)
    about: dict[str, Any] = {"inputs": {"document_id": "5"}}
    later = unproven(vault, portal, "another of 7", code=DISABLE, sent_at=now, **about)
    await record(database, later)
    await record(database, unproven(vault, portal, sent_at=now - timedelta(seconds=1), **about))

    await work(function, database, vault, portal)

    assert [str(params["status"]) for params in function.sent(ENABLE)] == ["1", "0"]


async def test_what_was_proven_is_not_asked_again_after_a_restart(
    function: PortalFunction, database: Database, portal: Portal, vault: Vault
) -> None:
    run_id = await record(database, unproven(vault, portal))
    await database.write(
        lambda conn: conn.execute(update(runs).where(runs.c.id == run_id).values(user_id=7))
    )

    await work(function, database, vault, portal)

    assert set(function.tokens) == {EMPLOYEE}
    assert (await row(database, run_id)).succeeded


async def test_a_run_that_the_application_token_proves_asks_nobody(
    function: PortalFunction, database: Database, portal: Portal, vault: Vault
) -> None:
    await record(database, called(vault, portal))

    await work(function, database, vault, portal)

    assert function.auth.urls == []


def without_secret(verifier: Verifier) -> Verifier:
    """The same, while the settings name no application."""
    assert verifier.can_renew(CLIENT_ID)
    return Verifier(verifier._http, servers=verifier._servers, credentials={})
