"""An uninstall that every employee could send is believed only where no stored token works."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, update

from robot.errors import ForgedError
from robot.protocol.forms import encode_form
from robot.protocol.lifecycle import parse_event
from robot.protocol.oauth import Tokens
from robot.store import portals, tokens, unverified
from robot.store.database import Database
from robot.store.portals import Portal
from robot.store.tables import unverified as kept_rows
from robot.store.vault import Vault
from robot.work import kept
from robot.work.accept import Accept
from robot.work.admission import Admission
from robot.work.tools import Tools
from tests.portal.portal_rig import app_info, pair
from tests.store.store_rig import APPLICATION_TOKEN, MEMBER, install
from tests.work.portal_function import PortalFunction, tools_for
from tests.work.test_accept import accepting

pytestmark = pytest.mark.anyio
GONE = {"event": "ONAPPUNINSTALL"}
UNINSTALL = encode_form(
    {**GONE, "auth": {"member_id": MEMBER, "application_token": APPLICATION_TOKEN}}
).encode()


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
async def shown(database: Database) -> Portal:
    """A portal whose application token browsers know."""
    return await install(database, by_frame=True)


async def store(tools: Tools, portal: Portal, *pairs: Tokens) -> None:
    def write(conn: Connection) -> None:
        for one in pairs:
            tokens.save(conn, tools.vault, portal, one, overrule=True)

    await tools.database.write(write)


async def uninstall(tools: Tools, accepts: Accept, *, admission: Any = None) -> None:
    admission = admission or Admission(tools, accepts, lambda _portal_id: None)
    await admission.event(parse_event(UNINSTALL), UNINSTALL)


async def is_installed(database: Database, portal: Portal) -> bool:
    return await database.read(lambda conn: portals.find(conn, portal.id)) is not None


async def waiting(database: Database) -> int:
    return await database.read(unverified.waiting)


async def test_while_a_stored_token_works_nothing_is_removed(
    function: PortalFunction, tools: Tools, accepts: Accept, shown: Portal
) -> None:
    await store(tools, shown, pair("dead", life=3700), pair("access-1", user_id=7))

    with pytest.raises(ForgedError):
        await uninstall(tools, accepts)

    assert await is_installed(tools.database, shown)
    assert await waiting(tools.database) == 0
    assert await tools.database.read(lambda conn: tokens.of_portal(conn, tools.vault, shown))


async def test_where_no_stored_token_works_the_app_was_removed(
    function: PortalFunction, tools: Tools, accepts: Accept, shown: Portal
) -> None:
    function.auth.dead.add("refresh of expired")
    await store(tools, shown, pair("dead"), pair("expired", user_id=7, life=-5))

    await uninstall(tools, accepts)

    assert not await is_installed(tools.database, shown)
    assert set(function.auth.asked) == {"dead"}


async def test_a_renewal_that_works_is_kept(
    function: PortalFunction, tools: Tools, accepts: Accept, shown: Portal
) -> None:
    await store(tools, shown, pair("expired", life=-5))

    with pytest.raises(ForgedError):
        await uninstall(tools, accepts)

    found = await tools.database.read(lambda conn: tokens.of_user(conn, tools.vault, shown, 1))
    assert found
    assert found.access_token == "renewed-1"


async def test_a_repeat_within_a_minute_asks_nobody(
    function: PortalFunction, tools: Tools, accepts: Accept, shown: Portal
) -> None:
    await store(tools, shown, pair())
    admission = Admission(tools, accepts, lambda _portal_id: None)

    for _ in range(5):
        with pytest.raises(ForgedError):
            await uninstall(tools, accepts, admission=admission)

    assert function.auth.asked == ["access-1"]


async def test_few_tokens_are_tried_for_one_message(
    function: PortalFunction, tools: Tools, accepts: Accept, shown: Portal
) -> None:
    await store(tools, shown, *(pair(f"dead-{user}", user_id=user) for user in range(1, 9)))

    await uninstall(tools, accepts)

    assert len(set(function.auth.asked)) == 3


@pytest.mark.parametrize("stored", [[], [pair("over", life=-5, refresh_token="")]])
async def test_where_nothing_can_be_asked_the_message_is_kept(
    tools: Tools, accepts: Accept, shown: Portal, stored: list[Tokens]
) -> None:
    await store(tools, shown, *stored)

    for _ in range(3):
        await uninstall(tools, accepts)

    assert await is_installed(tools.database, shown)
    assert await waiting(tools.database) == 1


@pytest.mark.parametrize("works", [True, False])
async def test_a_kept_one_is_settled_once_the_server_answers(
    function: PortalFunction, tools: Tools, accepts: Accept, shown: Portal, works: bool
) -> None:
    await store(tools, shown, pair())
    function.auth.is_away = True
    await uninstall(tools, accepts)
    assert await waiting(tools.database) == 1

    function.auth.is_away = False
    function.auth.known = {"access-1": app_info()} if works else {}
    due = datetime.now(UTC) - timedelta(seconds=1)
    await tools.database.write(lambda conn: conn.execute(update(kept_rows).values(due_at=due)))
    later = Admission(tools, accepts, lambda _portal_id: None)  # the minute is over
    await kept.verify_kept(tools, later)

    assert await is_installed(tools.database, shown) is works
    assert await waiting(tools.database) == 0


async def test_one_whose_application_token_no_browser_saw_asks_nobody(
    function: PortalFunction, tools: Tools, accepts: Accept, portal: Portal
) -> None:
    await store(tools, portal, pair())

    await uninstall(tools, accepts)

    assert not await is_installed(tools.database, portal)
    assert function.auth.urls == []
