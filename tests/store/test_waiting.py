"""A portal's waiting runs are found among those that wait, however many it ever had."""

import pytest
from sqlalchemy import select

from robot.store import waiting
from robot.store.database import Database
from robot.store.portals import Portal
from robot.store.tables import portals, runs
from tests.store.plans import plan_of
from tests.store.store_rig import ONLY_SQLITE, new_run, record

pytestmark = pytest.mark.anyio


@ONLY_SQLITE  # PostgreSQL decides by how many rows there are of what
async def test_they_are_read_by_their_own_index(database: Database, portal: Portal) -> None:
    await record(database, new_run(portal.id))
    mine = select(runs.c.id).where(waiting.of_portal(portal.id), runs.c.code == "x")
    every = select(portals.c.id).where(
        select(runs.c.id).where(waiting.of_portal(portals.c.id)).exists()
    )

    for query in (mine, mine.limit(1), every):
        plan = await plan_of(database, query)
        assert "runs_waiting" in plan
