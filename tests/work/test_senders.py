"""Whose token a call goes with: the run's own user's, or anybody's where that is harmless."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2 as httpx
import pytest
from sqlalchemy import Connection

from robot.errors import RejectedError
from robot.flows.catalogue import DISABLE
from robot.protocol.oauth import NO_TOKEN, Tokens
from robot.store import tokens
from robot.store.database import Database
from robot.store.portals import Portal
from robot.store.vault import Vault
from robot.work.senders import OTHERS_TRIED, Senders
from tests.portal.portal_rig import access, pair, sent_json, verifier
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
from tests.work.work_rig import ready

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("quick_retries")]
ADMIN, EMPLOYEE = 1, 7
DISMISSED = {"error": "authorization_error", "error_description": "Unable to authorize user"}


async def keep(
    database: Database, vault: Vault, portal: Portal, user_id: int, *, life: float = 3600
) -> None:
    """The user has a stored pair, as by an earlier event."""
    pair = Tokens(
        user_id=user_id,
        access_token=f"access of {user_id}",
        refresh_token=f"refresh of {user_id}",
        expires_at=datetime.now(UTC) + timedelta(seconds=life),
    )

    def write(conn: Connection) -> None:
        tokens.save(conn, vault, portal, pair, overrule=True)

    await database.write(write)


def off(vault: Vault, portal: Portal, **changes: Any) -> Any:
    """A call to turn links off on behalf of the employee, who has no token at all."""
    secrets = event_only(vault, portal)
    values: dict[str, Any] = {"code": DISABLE, "user_id": EMPLOYEE, "secrets": secrets}
    return called(vault, portal, **values | changes)


def event_only(vault: Vault, portal: Portal) -> bytes:
    secrets = {"event_token": "event-1", "access": "", "refresh": "", "expires": 0}
    return vault.seal(portal.member_id, secrets)


class Refusing(PortalFunction):
    """A portal that has dismissed the employees of these tokens."""

    refused: set[str]
    asked: list[str]

    async def answer(self, request: httpx.Request) -> httpx.Response:
        """Take one request."""
        if request.url.host.startswith("oauth."):
            return await super().answer(request)
        token = sent_json(request)["auth"]
        self.asked.append(token)
        if token in self.refused:
            self.requests += 1
            return httpx.Response(401, json=DISMISSED)
        return await super().answer(request)


def refusing(*users: int) -> Refusing:
    function = Refusing()
    function.refused = {f"access of {user_id}" for user_id in users}
    function.asked = []
    return function


@pytest.mark.parametrize("inputs", [{"document_id": "5"}, {}], ids=["named", "all of the item"])
async def test_links_are_turned_off_with_any_token_of_the_portal(
    database: Database, portal: Portal, vault: Vault, inputs: dict[str, str]
) -> None:
    await keep(database, vault, portal, ADMIN)
    await record(database, off(vault, portal, inputs=inputs))
    function = PortalFunction()
    function.methods["crm.documentgenerator.document.get"] = lambda _params: {
        "document": {"id": "5", "publicUrl": "https://acme.bitrix24.com/~71q5j"}
    }

    await work(function, database, vault, portal)

    assert [str(params["status"]) for params in function.sent(ENABLE)] == ["0"]
    assert function.sent(SEND)[0]["RETURN_VALUES"]["succeeded"] == "Y"
    assert set(function.tokens) == {f"access of {ADMIN}"}


async def test_links_are_turned_off_although_the_employee_was_dismissed(
    database: Database, portal: Portal, vault: Vault
) -> None:
    for user_id in (ADMIN, EMPLOYEE):
        await keep(database, vault, portal, user_id)
    await record(database, off(vault, portal, inputs={"document_id": "5"}))
    function = refusing(EMPLOYEE)

    await work(function, database, vault, portal)

    assert function.asked[0] == f"access of {EMPLOYEE}", "whom the rule names comes first"
    assert function.sent(SEND)[0]["RETURN_VALUES"]["succeeded"] == "Y"


async def test_links_are_turned_on_with_nobody_elses_token(
    database: Database, portal: Portal, vault: Vault
) -> None:
    await keep(database, vault, portal, ADMIN)
    secrets = event_only(vault, portal)
    await record(database, called(vault, portal, user_id=EMPLOYEE, secrets=secrets))
    function = PortalFunction()

    await work(function, database, vault, portal)

    assert (function.sent(LIST), function.sent(ENABLE)) == ([], [])
    assert function.sent(SEND)[0]["RETURN_VALUES"]["error_code"] == "no_token"


async def test_a_no_to_what_an_employee_may_do_is_nobody_elses_yes(
    database: Database, portal: Portal, vault: Vault
) -> None:
    for user_id in (ADMIN, EMPLOYEE):
        await keep(database, vault, portal, user_id)
    await record(database, off(vault, portal, inputs={"document_id": "5"}))
    function = PortalFunction(methods={ENABLE: refuse("DOCGEN_ACCESS_ERROR", "Access denied")})

    await work(function, database, vault, portal)

    assert len(function.sent(ENABLE)) == 1
    assert set(function.tokens) == {f"access of {EMPLOYEE}"}
    assert function.sent(SEND)[0]["RETURN_VALUES"]["error_code"] == "no_rights"


async def test_a_report_goes_with_a_living_token_while_the_own_one_cannot_be_renewed(
    database: Database, portal: Portal, vault: Vault
) -> None:
    await keep(database, vault, portal, ADMIN)
    await keep(database, vault, portal, EMPLOYEE, life=-10)
    secrets = event_only(vault, portal)
    over = datetime.now(UTC) - timedelta(seconds=1)
    run = called(vault, portal, user_id=EMPLOYEE, secrets=secrets, deadline_at=over)
    run_id = await record(database, run)
    function = PortalFunction()
    function.auth.is_away = True

    await work(function, database, vault, portal)

    assert (await row(database, run_id)).ending == "reported"
    assert function.auth.renewed == []


async def test_a_portal_that_refuses_everybody_is_asked_for_a_few_users_only(
    database: Database, portal: Portal, vault: Vault
) -> None:
    users = range(1, 40)
    for user_id in users:
        await keep(database, vault, portal, user_id)
    secrets = event_only(vault, portal)
    ids = [
        await record(
            database,
            called(
                vault,
                portal,
                f"event-{n}",
                user_id=EMPLOYEE,
                secrets=secrets,
                inputs={"document_id": str(n)},
            ),
        )
        for n in range(1, 51)
    ]
    function = refusing(*users)

    await work(function, database, vault, portal)

    # The look-ups in a few requests, then the reports for each user in a few.
    assert len(set(function.asked)) <= 1 + OTHERS_TRIED
    assert len(function.asked) <= 40
    rows = [await row(database, run_id) for run_id in ids]
    assert {found.error_code for found in rows} == {"no_rights"}
    due = {found.due_at for found in rows}
    assert min(due) > datetime.now(UTC) + timedelta(minutes=9)
    assert len(due) <= 4, "they are tried together"


async def test_a_report_without_a_token_goes_with_the_one_that_came_meanwhile(
    portal: Portal,
) -> None:
    async with httpx.AsyncClient() as http:
        held = access(verifier(http))
        senders, report = Senders(held, portal), ready(1, is_report=True)
        no_token = RejectedError("oauth.token", NO_TOKEN, "")
        assert not senders.instead(report, no_token), "nobody has one"

        report.refused_users.clear()
        held.offer(pair("event", user_id=report.user_id))

        assert senders.instead(report, no_token)
