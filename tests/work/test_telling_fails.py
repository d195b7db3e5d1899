"""That an administrator could not be told is nobody's failure but its own."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2 as httpx
import pytest
from sqlalchemy import update

from robot.store.database import Database
from robot.store.portals import Portal
from robot.store.tables import portals, runs
from robot.store.vault import Vault
from robot.work import telling
from tests.store.store_rig import install
from tests.work.portal_function import SEND, drain, refuse
from tests.work.telling_rig import NOTIFY, SCOPE, fail, function, told, tools_of, work

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("quick_retries")]


@pytest.fixture
async def portal(database: Database) -> Portal:
    return await install(database, scope=SCOPE)


REFUSALS = {
    "the scope was taken away": (refuse("insufficient_scope"), "scope_missing"),
    "nobody knows why": (refuse("SOMETHING_NEW"), "bitrix24_error"),
    "nothing was created": (lambda _params: False, "bitrix24_error"),
}


@pytest.mark.parametrize(("answer", "code"), REFUSALS.values(), ids=REFUSALS)
async def test_a_refused_notification_is_dropped_and_tells_nothing_itself(
    database: Database, portal: Portal, vault: Vault, answer: Any, code: str
) -> None:
    at = function(**{NOTIFY: answer})
    await fail(database, vault, portal, "event-1")

    await work(at, database, vault, portal)
    await fail(database, vault, portal, "event-2")
    await work(at, database, vault, portal)

    (run,) = await told(database)
    assert (run.error_code, run.ending) == (code, "not_awaited")
    assert len(at.sent(SEND)) == 2


async def test_it_is_tried_for_an_hour_at_most(
    database: Database, portal: Portal, vault: Vault
) -> None:
    await fail(database, vault, portal, "event-1")
    async with tools_of(function(), database, vault) as tools:
        await drain(tools, portal)
    (run,) = await told(database)
    assert run.deadline_at - run.received_at == telling.GIVE_UP_AFTER == timedelta(hours=1)

    over = datetime.now(UTC) - timedelta(seconds=1)
    await database.write(
        lambda conn: conn.execute(update(runs).where(runs.c.id == run.id).values(deadline_at=over))
    )
    at = function()
    async with tools_of(at, database, vault) as tools:
        await drain(tools, portal)

    assert at.calls == []
    assert (await told(database))[0].error_code == "gave_up"


async def test_what_came_to_nothing_is_sent_again(
    database: Database, portal: Portal, vault: Vault
) -> None:
    await fail(database, vault, portal, "event-1")
    at = function()
    async with tools_of(at, database, vault) as tools:
        await drain(tools, portal)
        at.failing = [httpx.ConnectError("away"), httpx.Response(502)]
        await drain(tools, portal)

    assert len(at.sent(NOTIFY)) == 1


async def test_whose_access_has_ended_is_told_with_another_employees(
    database: Database, portal: Portal, vault: Vault
) -> None:
    """im.notify is anybody's to call; the notification is the system's."""
    await database.write(lambda conn: conn.execute(update(portals).values(user_id=3)))
    moved = replace(portal, user_id=3)
    await fail(database, vault, moved, "event-1")
    at = function()

    async with tools_of(at, database, vault) as tools:
        await drain(tools, moved)
        await fail(database, vault, moved, "event-2")  # it brings user 1's token
        await drain(tools, moved)

    assert [str(sent["USER_ID"]) for sent in at.sent(NOTIFY)] == ["3"]
