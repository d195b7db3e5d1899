"""Working off a portal's runs: written down before told, told once, and nobody left waiting."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from robot.flows.catalogue import DISABLE
from robot.store import register
from robot.store.database import Database
from robot.store.portals import Portal
from robot.store.vault import Vault
from tests.store.store_rig import OTHER_MEMBER, record
from tests.work.portal_function import (
    ENABLE,
    LINK,
    LIST,
    SEND,
    PortalFunction,
    called,
    refuse,
    row,
    work,
)

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("quick_retries")]


async def test_a_run_is_looked_up_enabled_and_reported(
    database: Database, portal: Portal, vault: Vault
) -> None:
    run_id, function = await record(database, called(vault, portal)), PortalFunction()

    await work(function, database, vault, portal)

    assert [method for method, _ in function.calls] == [LIST, ENABLE, SEND]
    (report,) = function.sent(SEND)
    assert report["EVENT_TOKEN"] == "event-1"
    assert report["RETURN_VALUES"]["public_url"] == LINK
    found = await row(database, run_id)
    assert (found.state, found.ending, found.secrets) == ("finished", "reported", None)


async def test_what_is_about_to_be_public_is_on_disk_before_and_the_outcome_before_its_report(
    database: Database, portal: Portal, vault: Vault
) -> None:
    run_id, function = await record(database, called(vault, portal)), PortalFunction()
    seen = []

    async def look() -> None:
        found = await row(database, run_id)
        open_links = await database.read(
            lambda conn: [link.state for link in register.listed(conn)]
        )
        seen.append((found.chosen, open_links, found.state))

    function.before.append(look)
    await work(function, database, vault, portal)

    assert seen == [
        (None, [], "received"),
        ([5], ["asked"], "received"),
        ([5], ["public"], "decided"),
    ]


async def test_a_hundred_runs_cost_a_few_requests(
    database: Database, portal: Portal, vault: Vault
) -> None:
    function = PortalFunction()
    ids = [
        await record(database, called(vault, portal, f"event-{n}", inputs={"document_id": f"{n}"}))
        for n in range(1, 101)
    ]

    await work(function, database, vault, portal)

    assert len(function.sent(SEND)) == 100
    assert len({params["EVENT_TOKEN"] for params in function.sent(SEND)}) == 100
    assert function.requests <= 20
    assert {(await row(database, run_id)).ending for run_id in ids} == {"reported"}


async def test_a_run_that_nobody_waits_for_is_not_reported(
    database: Database, portal: Portal, vault: Vault
) -> None:
    run_id = await record(database, called(vault, portal, wants_reply=False))
    function = PortalFunction()

    await work(function, database, vault, portal)

    assert function.sent(SEND) == []
    assert (await row(database, run_id)).ending == "not_awaited"


async def test_a_refusal_is_told_to_the_workflow(
    database: Database, portal: Portal, vault: Vault
) -> None:
    function = PortalFunction(methods={ENABLE: refuse("DOCGEN_ACCESS_ERROR", "Access denied")})
    await record(database, called(vault, portal))

    await work(function, database, vault, portal)

    (report,) = function.sent(SEND)
    assert report["RETURN_VALUES"]["error_code"] == "no_rights"
    assert report["RETURN_VALUES"]["public_url"] == ""

    assert await database.read(register.listed) == []


async def test_a_run_whose_time_is_over_is_told_so(
    database: Database, portal: Portal, vault: Vault
) -> None:
    over = datetime.now(UTC) - timedelta(seconds=1)
    await record(database, called(vault, portal, deadline_at=over))
    function = PortalFunction()

    await work(function, database, vault, portal)

    assert [method for method, _ in function.calls] == [SEND]
    assert function.sent(SEND)[0]["RETURN_VALUES"]["error_code"] == "gave_up"


async def test_a_run_whose_secrets_do_not_open_ends_and_holds_up_nobody(
    database: Database, portal: Portal, vault: Vault
) -> None:
    foreign = replace(
        called(vault, portal, "event-2"), secrets=vault.seal(OTHER_MEMBER, {"event_token": "x"})
    )
    bad = await record(database, foreign)
    good = await record(database, called(vault, portal))
    function = PortalFunction()

    await work(function, database, vault, portal)

    assert (await row(database, bad)).ending == "refused"
    assert (await row(database, good)).ending == "reported"


async def test_runs_of_a_user_go_with_that_users_token_only(
    database: Database, portal: Portal, vault: Vault
) -> None:
    function = PortalFunction()
    await record(database, called(vault, portal, user_id=1))
    await record(database, called(vault, portal, "event-2", user_id=2, secrets=None))

    await work(function, database, vault, portal)

    outcomes = {params["RETURN_VALUES"]["error_code"] for params in function.sent(SEND)}
    assert outcomes == {"", "no_token"}
    assert set(function.tokens) == {"access-1"}
    assert len(function.sent(ENABLE)) == 1


async def test_of_two_runs_for_one_document_the_later_has_the_last_word(
    database: Database, portal: Portal, vault: Vault
) -> None:
    function, now = PortalFunction(), datetime.now(UTC)
    later = called(
        vault,
        portal,
        "event-off",
        code=DISABLE,
        inputs={"document_id": "5"},
        sent_at=now + timedelta(seconds=1),
    )
    earlier = called(vault, portal, "event-on", inputs={"document_id": "5"}, sent_at=now)
    await record(database, later)
    await record(database, earlier)

    await work(function, database, vault, portal)

    assert [str(params["status"]) for params in function.sent(ENABLE)] == ["1", "0"]

    assert await database.read(register.listed) == []
