"""A removed app that is added again begins anew, also where the removal was cut off by a crash."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from robot.store import backlog, removal
from robot.store.database import Database
from robot.store.portals import Portal
from robot.store.tables import runs
from robot.store.vault import Vault
from robot.work.admission import Admission
from tests.store.store_rig import OTHER_MEMBER, install, record
from tests.work.portal_function import called, row
from tests.work.test_kept import (  # noqa: F401 # fixtures
    accepts,
    admission,
    function,
    robot_call,
    tools,
)

pytestmark = pytest.mark.anyio


async def remove_and_die(database: Database, portal: Portal) -> None:
    """The process dies between forgetting the secrets and ending the runs."""
    now = datetime.now(UTC)
    await database.write(lambda conn: removal.remove(conn, portal.id, now=now))


async def test_runs_of_the_time_before_are_ended_and_not_done(
    admission: Admission,  # noqa: F811
    database: Database,
    portal: Portal,
    vault: Vault,
) -> None:
    old = [await record(database, called(vault, portal, f"event-{n}")) for n in range(3)]
    await remove_and_die(database, portal)

    await admission.run(robot_call())

    for run_id in old:
        found = await row(database, run_id)
        assert (found.state, found.ending, found.secrets) == ("finished", "app_removed", None)
    waiting = select(runs.c.id).where(runs.c.finished_at.is_(None))
    (new,) = await database.read(lambda conn: conn.scalars(waiting).all())
    assert new not in old
    now = datetime.now(UTC)
    due = await database.read(
        lambda conn: backlog.busy_portals(conn, now=now, at=now, owner="another")
    )
    assert due == [portal.id]


async def test_runs_of_another_portal_go_on(
    admission: Admission,  # noqa: F811
    database: Database,
    portal: Portal,
    vault: Vault,
) -> None:
    other = await install(database, member_id=OTHER_MEMBER)
    run_id = await record(database, called(vault, other))
    await remove_and_die(database, portal)

    await admission.run(robot_call())

    assert (await row(database, run_id)).finished_at is None
