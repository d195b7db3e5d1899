"""A portal is looked at by its worker: the lease's holder renews, and nothing there is changed."""

import pytest

from robot.store import tokens
from robot.store.database import Database
from robot.store.portals import Portal
from robot.store.runs import Source
from robot.store.vault import Vault
from robot.work.checks.asking import GIVE_UP_AFTER, looking
from tests.portal.portal_rig import AuthServer, pair
from tests.store.store_rig import record
from tests.work.checks.checks_rig import settings
from tests.work.portal_function import PortalFunction, refuse, row, work

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("quick_retries")]
SETTINGS = settings(public_url="https://robot.example.com")
LOOKS = {
    "scope": lambda _params: ["crm", "bizproc"],
    "user.admin": lambda _params: True,
    "method.get": lambda _params: {"isExisting": True, "isAvailable": True},
    "bizproc.activity.list": lambda _params: [],
    "bizproc.robot.list": lambda _params: ["linkrobot_enable", "linkrobot_disable"],
    "event.get": lambda _params: [],
}


async def look(
    function: PortalFunction, database: Database, portal: Portal, vault: Vault
) -> dict[str, str]:
    """Let the portal be looked at; what was seen."""
    stored = pair("access-1")
    await database.write(lambda conn: tokens.save(conn, vault, portal, stored, overrule=True))
    run_id = await record(database, looking(portal, SETTINGS, GIVE_UP_AFTER, source=Source.COMMAND))
    await work(function, database, vault, portal)
    found = await row(database, run_id)
    assert (found.source, found.ending) == (Source.COMMAND, "not_awaited")
    return dict(found.outcome["outputs"])


async def test_a_look_costs_one_renewal_and_one_request(
    database: Database, portal: Portal, vault: Vault
) -> None:
    function = PortalFunction(methods=LOOKS)

    seen = await look(function, database, portal, vault)

    assert seen["scopes"] == "crm,bizproc"
    assert "renewal_error" not in seen
    assert function.auth.renewed == ["refresh of access-1"]
    assert function.requests == 1
    assert {method for method, _ in function.calls} == set(LOOKS)
    (kept,) = await database.read(lambda conn: tokens.of_portal(conn, vault, portal))
    assert kept.access_token == function.tokens[0] == "renewed-1"


async def test_access_that_is_not_renewed_is_used_while_it_lives(
    database: Database, portal: Portal, vault: Vault
) -> None:
    function = PortalFunction(
        auth=AuthServer(dead={"refresh of access-1"}), methods=LOOKS | {"user.admin": refuse("X")}
    )

    seen = await look(function, database, portal, vault)

    assert (seen["renewal_error"], seen["admin_error"]) == ("no_token", "bitrix24_error")
    assert seen["scopes"] == "crm,bizproc"


async def test_an_authorization_server_that_is_away_is_asked_once(
    database: Database, portal: Portal, vault: Vault
) -> None:
    function = PortalFunction(auth=AuthServer(is_away=True), methods=LOOKS)

    seen = await look(function, database, portal, vault)

    assert seen["renewal_error"] == "unanswered"
    assert len(function.auth.urls) == 2  # each server once
    assert seen["scopes"] == "crm,bizproc"
