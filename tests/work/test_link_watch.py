"""Access that must last as long as links is renewed in time; links that should be off are told."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update
from structlog.testing import capture_logs

from robot.flows.catalogue import RENEW, TELL
from robot.protocol.oauth import TOKEN_LIFE
from robot.store import tokens
from robot.store.database import Database
from robot.store.portals import Portal
from robot.store.tables import check_values, links, runs
from robot.store.vault import Vault
from robot.work.link_watch import EVERY, SETTLES_FOR, LinkWatch
from robot.work.tools import Tools
from tests.store import store_rig
from tests.work.portal_function import PortalFunction, tools_for

pytestmark = pytest.mark.anyio


@pytest.fixture
async def tools(database: Database, vault: Vault) -> AsyncIterator[Tools]:
    async with tools_for(PortalFunction(), database, vault) as opened:
        yield opened


async def keep_access(tools: Tools, portal: Portal, *, renewed: timedelta) -> None:
    """An access that was renewed so long ago."""
    pair = store_rig.tokens(expires_at=datetime.now(UTC) - renewed + TOKEN_LIFE)
    await tools.database.write(
        lambda conn: tokens.save(conn, tools.vault, portal, pair, overrule=True)
    )


async def keep_link(database: Database, portal: Portal, *, ends: timedelta) -> None:
    now = datetime.now(UTC)
    row: dict[str, Any] = {
        "portal_id": portal.id,
        "document_id": 5,
        "run_id": 1,
        "state": "public",
        "asked_at": now,
        "changed_at": now,
        "expires_at": now + ends,
        "due_at": now + ends,
    }
    await database.write(lambda conn: conn.execute(insert(links), row))


async def renewals(database: Database) -> int:
    query = select(runs.c.id).where(runs.c.code == RENEW)
    return len(await database.read(lambda conn: conn.execute(query).all()))


async def pass_an_hour(database: Database) -> None:
    """Nobody has had his turn for long."""
    long_ago = update(check_values).where(check_values.c.name.like("done %")).values(value=b"0")
    await database.write(lambda conn: conn.execute(long_ago))


AGES = {"20 days and a bit": (20.1, 1), "almost 20 days": (19.9, 0)}


@pytest.mark.parametrize(("days", "number"), AGES.values(), ids=AGES)
async def test_access_is_renewed_once_it_is_20_days_old(
    tools: Tools, database: Database, portal: Portal, days: float, number: int
) -> None:
    await keep_access(tools, portal, renewed=timedelta(days=days))
    await keep_link(database, portal, ends=timedelta(days=100))

    await LinkWatch(tools).look()

    assert await renewals(database) == number


async def test_it_is_not_renewed_for_links_that_have_ended(
    tools: Tools, database: Database, portal: Portal
) -> None:
    await keep_access(tools, portal, renewed=timedelta(days=25))
    await keep_link(database, portal, ends=timedelta(hours=-1))

    await LinkWatch(tools).look()

    assert await renewals(database) == 0


async def test_of_many_replicas_one_looks_each_hour(
    tools: Tools, database: Database, portal: Portal
) -> None:
    replicas = [LinkWatch(tools), LinkWatch(tools)]
    for replica in replicas:
        await replica.look()
    await keep_access(tools, portal, renewed=timedelta(days=25))
    await keep_link(database, portal, ends=timedelta(days=100))
    for replica in replicas:
        await replica.look()
    before = await renewals(database)
    await pass_an_hour(database)
    for _ in range(2):
        for replica in replicas:
            await replica.look()

    assert before == 0
    assert await renewals(database) == 1


async def test_a_renewal_that_waits_is_not_queued_again(
    tools: Tools, database: Database, portal: Portal
) -> None:
    await keep_access(tools, portal, renewed=timedelta(days=25))
    await keep_link(database, portal, ends=timedelta(days=100))
    for _ in range(3):
        await pass_an_hour(database)
        await LinkWatch(tools).look()

    assert await renewals(database) == 1


async def test_links_that_should_have_ended_are_told_with_the_remedy_hourly(
    tools: Tools, database: Database, portal: Portal
) -> None:
    await keep_link(database, portal, ends=timedelta(minutes=-16))
    at = [0.0]
    watch = LinkWatch(tools, clock=lambda: at[0])
    told = []
    for _ in range(4):
        with capture_logs() as logs:
            await watch.look()
        told.append([one for one in logs if one["event"] == "links.overdue"])
        at[0] += EVERY

    assert [len(one) for one in told] == [0, 1, 0, 0], "not before the start's own work is done"
    assert SETTLES_FOR <= EVERY
    (line,) = told[1]
    assert (line["log_level"], line["member_id"], line["number"]) == (
        *("warning", portal.member_id),
        1,
    )
    assert "linkrobot doctor" in line["remedy"]


async def test_of_links_that_should_have_ended_the_administrator_is_told_once_a_day(
    tools: Tools, database: Database
) -> None:
    portal = await store_rig.install(database, scope=("crm", "bizproc", "im"))
    await store_rig.install(database, member_id=store_rig.OTHER_MEMBER)
    await keep_link(database, portal, ends=timedelta(minutes=-16))
    at = [0.0]
    watch = LinkWatch(tools, clock=lambda: at[0])
    at[0] += SETTLES_FOR
    for _ in range(3):
        await watch.look()
        await pass_an_hour(database)

    query = select(runs.c.inputs).where(runs.c.code == TELL)
    (told,) = await database.read(lambda conn: conn.execute(query).all())
    assert (told.inputs["cause"], told.inputs["number"]) == ("overdue", 1)
