"""An administrator is told once a day for each cause, after everything else, and nothing fails
with it.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2 as httpx
import pytest
from sqlalchemy import select, update

from robot.flows.catalogue import REGISTER, TELL
from robot.flows.flow import Template
from robot.store import robots
from robot.store.database import Database
from robot.store.portals import Portal
from robot.store.runs import Source
from robot.store.tables import notices, portals, runs
from robot.store.vault import Vault
from robot.work import newrun, telling
from robot.work.tools import Tools
from tests.store.store_rig import install, record
from tests.work.portal_function import (
    LIST,
    SEND,
    PortalFunction,
    called,
    drain,
    refuse,
    tools_for,
)

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("quick_retries")]
NOTIFY, INFO = "im.notify", "app.info"
NO_RIGHTS = refuse("DOCGEN_ACCESS_ERROR", "Access denied")


@pytest.fixture
async def portal(database: Database) -> Portal:
    return await install(database, scope=("crm", "bizproc", "im"))


def function(**methods: Any) -> PortalFunction:
    """A portal where nobody may read documents."""
    return PortalFunction(methods={LIST: NO_RIGHTS, NOTIFY: lambda _params: 5, **methods})


@asynccontextmanager
async def tools_of(
    at: PortalFunction, database: Database, vault: Vault, **settings: Any
) -> AsyncIterator[Tools]:
    async with tools_for(at, database, vault) as tools:
        yield replace(tools, settings=tools.settings.model_copy(update=settings))


async def work(
    at: PortalFunction, database: Database, vault: Vault, portal: Portal, **settings: Any
) -> None:
    """Work off what is due, then what that has queued."""
    async with tools_of(at, database, vault, **settings) as tools:
        await drain(tools, portal)
        await drain(tools, portal)


async def told(database: Database) -> list[Any]:
    """The runs that tell, as they stand."""
    query = select(runs).where(runs.c.code == TELL).order_by(runs.c.id)
    return list(await database.read(lambda conn: conn.execute(query).all()))


async def fail(database: Database, vault: Vault, portal: Portal, *events: str) -> None:
    for event in events:
        await record(database, called(vault, portal, event))


async def a_day_passes(database: Database) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    await database.write(lambda conn: conn.execute(update(notices).values(told_at=yesterday)))


async def test_thirty_runs_that_fail_for_one_reason_are_one_notification(
    database: Database, portal: Portal, vault: Vault
) -> None:
    await fail(database, vault, portal, *(f"event-{number}" for number in range(30)))
    at = function()

    await work(at, database, vault, portal)

    (notification,) = at.sent(NOTIFY)
    assert str(notification["USER_ID"]) == "1"
    assert "DEAL_7" in notification["MESSAGE"]
    assert "choose an administrator in the robot's «Run as»" in notification["MESSAGE"]
    assert len(at.sent(SEND)) == 30
    assert [method for method, _ in at.calls][-1] == NOTIFY


async def test_the_same_cause_is_not_told_again_on_that_day_but_another_one_is(
    database: Database, portal: Portal, vault: Vault
) -> None:
    at = function()
    for number, answer in enumerate([NO_RIGHTS, NO_RIGHTS, refuse("PAYMENT_REQUIRED")]):
        at.methods[LIST] = answer
        await fail(database, vault, portal, f"event-{number}")
        await work(at, database, vault, portal)

    assert [sent["TAG"] for sent in at.sent(NOTIFY)] == ["linkrobot_rights", "linkrobot_plan"]


async def test_the_day_after_it_is_told_again(
    database: Database, portal: Portal, vault: Vault
) -> None:
    at = function()
    await fail(database, vault, portal, "event-1")
    await work(at, database, vault, portal)
    await a_day_passes(database)
    await fail(database, vault, portal, "event-2")
    await work(at, database, vault, portal)

    assert len(at.sent(NOTIFY)) == 2


OFF = {
    "without the permission": (("crm", "bizproc"), {}),
    "where the setting says so": (("crm", "bizproc", "im"), {"notify": False}),
}


@pytest.mark.parametrize(("scope", "settings"), OFF.values(), ids=OFF)
async def test_it_is_off(
    database: Database, vault: Vault, scope: tuple[str, ...], settings: dict[str, bool]
) -> None:
    portal = await install(database, scope=scope)
    await fail(database, vault, portal, "event-1")
    at = function()

    await work(at, database, vault, portal, **settings)

    assert await told(database) == []
    assert len(at.sent(SEND)) == 1


@pytest.mark.parametrize("code", ["SOMETHING_NEW", "PORTAL_DELETED", "APPLICATION_NOT_FOUND"])
async def test_what_nobody_can_mend_or_be_told_is_not_told(
    database: Database, portal: Portal, vault: Vault, code: str
) -> None:
    at = function(**{LIST: refuse(code)})
    await fail(database, vault, portal, "event-1")

    await work(at, database, vault, portal)

    assert await told(database) == []


async def test_a_deal_without_a_document_is_told_to_its_workflow_only(
    database: Database, portal: Portal, vault: Vault
) -> None:
    at = function(**{LIST: lambda _params: {"documents": []}})
    await fail(database, vault, portal, "event-1")

    await work(at, database, vault, portal)

    assert at.sent(SEND)[0]["RETURN_VALUES"]["error_code"] == "no_document"
    assert await told(database) == []


async def test_what_a_person_at_the_command_line_waits_for_is_not_told(
    database: Database, portal: Portal, vault: Vault
) -> None:
    await record(database, called(vault, portal, source=Source.COMMAND, wants_reply=False))
    at = function()

    await work(at, database, vault, portal)

    assert await told(database) == []


async def test_robots_that_cannot_be_registered_are_told_of(
    database: Database, portal: Portal, vault: Vault
) -> None:
    inputs = {"handler": "https://x", "events": "https://x", "user_id": 1, "known": {}}
    run = newrun.of_our_own(
        REGISTER,
        portal.id,
        source=Source.INSTALL,
        user_id=1,
        inputs=inputs,
        give_up_after=timedelta(hours=1),
    )
    await record(database, replace(run, secrets=called(vault, portal).secrets))
    listing = ("bizproc.robot.list", "bizproc.activity.list", "event.get")
    denied = refuse("ACCESS_DENIED")
    at = function(**dict.fromkeys(listing, denied))
    at.methods["crm.documentgenerator.template.list"] = denied

    await work(at, database, vault, portal)

    (notification,) = at.sent(NOTIFY)
    assert "could not register its robots" in notification["MESSAGE"]


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


async def test_robots_of_a_template_that_was_deleted_are_told_of(
    database: Database, portal: Portal, vault: Vault
) -> None:
    gone = {39: Template(name="Contract", gone=True)}
    await database.write(
        lambda conn: robots.save(
            conn, portal.id, {}, templates=gone, user_id=1, now=datetime.now(UTC)
        )
    )
    await record(database, called(vault, portal, inputs={"template_id": "39"}))
    at = function(**{LIST: lambda _params: {"documents": []}})

    await work(at, database, vault, portal)

    (notification,) = at.sent(NOTIFY)
    assert "template that was deleted" in notification["MESSAGE"]


async def test_an_application_with_a_page_links_it(database: Database, vault: Vault) -> None:
    portal = await install(database, scope=("crm", "bizproc", "im"), by_frame=True)
    await fail(database, vault, portal, "event-1")
    at = function(**{INFO: lambda _params: {"ID": 7}})

    await work(at, database, vault, portal)

    (notification,) = at.sent(NOTIFY)
    assert "[URL=https://acme.bitrix24.com/marketplace/app/7/]" in notification["MESSAGE"]
