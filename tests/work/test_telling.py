"""An administrator is told once a day for each cause, after everything else."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from robot.flows.catalogue import REGISTER
from robot.flows.flow import Template
from robot.store import robots
from robot.store.database import Database
from robot.store.portals import Portal
from robot.store.runs import Source
from robot.store.tables import notices
from robot.store.vault import Vault
from robot.work import newrun
from tests.store.store_rig import install, record
from tests.work.portal_function import ENABLE, LIST, SEND, called, refuse
from tests.work.telling_rig import INFO, NO_RIGHTS, NOTIFY, SCOPE, fail, function, told, work

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("quick_retries")]


@pytest.fixture
async def portal(database: Database) -> Portal:
    return await install(database, scope=SCOPE)


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
    "where the setting says so": (SCOPE, {"notify": False}),
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
    portal = await install(database, scope=SCOPE, by_frame=True)
    await fail(database, vault, portal, "event-1")
    at = function(**{INFO: lambda _params: {"ID": 7}})

    await work(at, database, vault, portal)

    (notification,) = at.sent(NOTIFY)
    assert "[URL=https://acme.bitrix24.com/marketplace/app/7/]" in notification["MESSAGE"]


async def test_nobody_gets_an_address_of_his_into_a_notification(
    database: Database, portal: Portal, vault: Vault
) -> None:
    """Whoever sends a run writes its item; Bitrix24 makes links of addresses."""
    item = "https://evil.example/renew"
    await record(
        database, called(vault, portal, item=None, document_id=item, inputs={"document_id": "5"})
    )
    at = function(**{ENABLE: NO_RIGHTS})

    await work(at, database, vault, portal)

    (notification,) = at.sent(NOTIFY)
    assert "evil" not in notification["MESSAGE"] + notification["MESSAGE_OUT"]
