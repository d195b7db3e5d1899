"""A clean stop: nothing more is sent, what is under way is written down, the portal given back."""

import asyncio

import pytest
from sqlalchemy import func, select

from robot.store.database import Database
from robot.store.portals import Portal
from robot.store.tables import portals, runs
from robot.store.vault import Vault
from robot.work.drain import Drain
from tests.work.portal_function import SEND, PortalFunction, drain, tools_for
from tests.work.test_drain_burst import burst

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("quick_retries")]


async def test_a_clean_stop_in_the_middle_of_a_burst_writes_down_what_is_under_way(
    database: Database, portal: Portal, vault: Vault
) -> None:
    function, at_work = PortalFunction(), list[Drain]()
    await burst(database, portal, vault, 1_200)

    async def stop_at_reports() -> None:
        if len(function.sent(SEND)) > 100:
            at_work[0].look()  # as the sweep does each second
            at_work[0].stop()

    function.before.append(stop_at_reports)
    async with tools_for(function, database, vault) as tools, asyncio.timeout(60):
        await drain(tools, portal, began=at_work.append)

    reported = {params["EVENT_TOKEN"] for params in function.sent(SEND)}
    finished = select(func.count()).select_from(runs).where(runs.c.ending == "reported")
    assert 100 < len(reported) < 1_200
    assert await database.read(lambda conn: conn.scalar(finished)) == len(reported)
    owner = select(portals.c.owner)
    assert await database.read(lambda conn: conn.scalar(owner)) is None, "the lease is given back"
