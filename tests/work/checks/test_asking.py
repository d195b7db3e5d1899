"""Each portal is looked at by its own worker; what nobody comes to look at is told, too."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from robot.store import history, removal, tokens
from robot.store.database import Database
from robot.store.portals import Portal
from robot.store.vault import Vault
from robot.work.checks import asking
from robot.work.checks.finding import Finding, State
from robot.work.checks.portal_words import NOT_TAKEN_UP
from robot.work.errands import Errands
from tests.portal.portal_rig import pair
from tests.store.store_rig import CLIENT_ID
from tests.work.checks.checks_rig import settings
from tests.work.portal_function import PortalFunction, work
from tests.work.test_check_run import LOOKS

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("quick_retries")]
NAMED = settings(
    public_url="https://robot.example.com", client_id=CLIENT_ID, client_secret="made-up-secret"
)


async def ask(
    database: Database, portal: Portal, wake: Callable[[int], object] = lambda _portal_id: None
) -> list[Finding]:
    def woken(portal_id: int) -> None:
        wake(portal_id)

    return await asking.ask(Errands(database=database, wake=woken), NAMED, [portal])


async def runs_of(database: Database) -> int:
    return len(await database.read(lambda conn: history.newest(conn, limit=10)))


async def test_what_its_worker_saw_is_judged_and_leaves_no_run_behind(
    database: Database, portal: Portal, vault: Vault
) -> None:
    stored = pair("access-1")
    await database.write(lambda conn: tokens.save(conn, vault, portal, stored, overrule=True))
    function = PortalFunction(methods=LOOKS)
    async with asyncio.TaskGroup() as group:
        found = await ask(
            database,
            portal,
            lambda _portal_id: group.create_task(work(function, database, vault, portal)),
        )

    states = {one.name: one.state for one in found}
    assert states.pop("robots") is State.FAILED  # nothing was ever registered
    assert set(states.values()) == {State.WELL}
    assert await runs_of(database) == 0


async def test_a_portal_that_is_not_reached_in_time_is_a_failure(
    database: Database, portal: Portal, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "GIVE_UP_AFTER", timedelta(seconds=-1))
    async with asyncio.TaskGroup() as group:
        (found,) = await ask(
            database,
            portal,
            lambda _portal_id: group.create_task(work(PortalFunction(), database, vault, portal)),
        )

    assert (found.name, found.state) == ("access", State.FAILED)
    assert found.text != str(NOT_TAKEN_UP)


async def test_a_portal_that_nobody_comes_to_look_at_is_a_failure(
    database: Database, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "GIVE_UP_AFTER", timedelta())
    monkeypatch.setattr(asking, "TAKEN_UP_WITHIN", timedelta())

    (found,) = await ask(database, portal)

    assert (found.state, found.text) == (State.FAILED, str(NOT_TAKEN_UP))


async def test_a_portal_that_removes_the_app_meanwhile_is_not_told(
    database: Database, portal: Portal
) -> None:
    async def remove() -> None:
        now = datetime.now(UTC)
        await database.write(lambda conn: removal.remove(conn, portal.id, now=now))
        await database.write(lambda conn: removal.end_runs(conn, portal.id, now=now, limit=10))

    async with asyncio.TaskGroup() as group:
        found = await ask(database, portal, lambda _portal_id: group.create_task(remove()))

    assert found == []
