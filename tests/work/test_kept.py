"""Trying again what could not be verified when it came."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Table, func, select, update

from robot.protocol.forms import encode_form
from robot.store import unverified
from robot.store.database import Database
from robot.store.tables import runs as run_rows
from robot.store.tables import unverified as kept_rows
from robot.store.vault import Vault
from robot.work import kept
from robot.work.accept import Accept
from robot.work.admission import Admission
from robot.work.tools import Tools
from tests.portal.portal_rig import app_info
from tests.store.store_rig import MEMBER, OTHER_MEMBER
from tests.work.portal_function import PortalFunction, tools_for
from tests.work.test_accept import accepting

pytestmark = pytest.mark.anyio


@pytest.fixture
def function() -> PortalFunction:
    return PortalFunction()


@pytest.fixture
async def tools(function: PortalFunction, database: Database, vault: Vault) -> AsyncIterator[Tools]:
    async with tools_for(function, database, vault) as opened:
        yield opened


@pytest.fixture
async def accepts(database: Database) -> AsyncIterator[Accept]:
    async with accepting(database) as found:
        yield found


@pytest.fixture
def admission(tools: Tools, accepts: Accept) -> Admission:
    return Admission(tools, accepts, lambda _portal_id: None)


def robot_call(access_token: str = "access-1", *, member_id: str = MEMBER) -> bytes:  # noqa: S107
    fields = {
        "code": "linkrobot_enable",
        "event_token": f"event of {access_token}",
        "document_id": ["crm", "CCrmDocumentDeal", "DEAL_7"],
        "use_subscription": "Y",
        "auth": {
            "member_id": member_id,
            "access_token": access_token,
            "application_token": "unknown here",
            "user_id": 1,
        },
    }
    return encode_form(fields).encode()


async def count(database: Database, table: Table) -> int:
    query = select(func.count()).select_from(table)
    return await database.read(lambda conn: int(conn.scalar(query) or 0))


async def make_due(database: Database) -> None:
    await database.write(
        lambda conn: conn.execute(update(kept_rows).values(due_at=datetime.now(UTC)))
    )


async def test_a_message_that_could_not_be_verified_waits_and_then_runs(
    admission: Admission, tools: Tools, function: PortalFunction, database: Database
) -> None:
    function.auth.is_away = True
    await admission.run(robot_call())
    assert (await count(database, kept_rows), await count(database, run_rows)) == (1, 0)

    await make_due(database)
    await kept.verify_kept(tools, admission)
    assert await count(database, kept_rows) == 1
    function.auth.is_away = False
    await make_due(database)
    assert await kept.verify_kept(tools, admission) == 1

    assert (await count(database, kept_rows), await count(database, run_rows)) == (0, 1)


async def test_what_was_kept_is_sealed(
    admission: Admission, function: PortalFunction, database: Database
) -> None:
    function.auth.is_away = True
    await admission.run(robot_call("made-up-access"))

    message = await database.read(lambda conn: conn.scalar(select(kept_rows.c.message)))
    assert message
    assert b"made-up" not in message


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(robot_call("unknown"), id="a token that nobody knows"),
        pytest.param(robot_call(member_id=OTHER_MEMBER), id="another portal's token"),
    ],
)
async def test_what_turns_out_to_be_forged_is_dropped(
    body: bytes, admission: Admission, tools: Tools, function: PortalFunction, database: Database
) -> None:
    function.auth.is_away = True
    await admission.run(body)
    function.auth.is_away = False
    await make_due(database)

    await kept.verify_kept(tools, admission)

    assert (await count(database, kept_rows), await count(database, run_rows)) == (0, 0)


async def test_a_message_that_does_not_open_holds_up_no_other(
    admission: Admission, tools: Tools, function: PortalFunction, database: Database
) -> None:
    await database.write(
        lambda conn: unverified.keep(
            conn,
            unverified.Kind.RUN,
            b"rubbish",
            message_hash=bytes(32),
            now=datetime.now(UTC) - timedelta(hours=1),
        )
    )
    function.auth.is_away = True
    await admission.run(robot_call())
    function.auth.is_away = False
    await make_due(database)

    await kept.verify_kept(tools, admission)

    assert (await count(database, kept_rows), await count(database, run_rows)) == (0, 1)


async def test_another_applications_message_waits_for_the_settings(
    admission: Admission, tools: Tools, function: PortalFunction, database: Database
) -> None:
    function.auth.is_away = True
    await admission.run(robot_call())
    function.auth.is_away = False
    function.auth.known["access-1"] = app_info(client_id="local.another")
    await make_due(database)

    await kept.verify_kept(tools, admission)

    assert await count(database, kept_rows) == 1
