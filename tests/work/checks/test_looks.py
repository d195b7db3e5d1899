"""A look at one portal for its page: asked once, remembered for a while, told once it is over."""

from datetime import UTC, datetime, timedelta

import pytest

from robot.store import history, runs, tokens
from robot.store.database import Database
from robot.store.portals import Portal
from robot.store.vault import Vault
from robot.work.checks import asking
from robot.work.checks.finding import State
from robot.work.checks.looks import KEPT_FOR, Looks, ask
from robot.work.errands import Errands
from tests.portal.portal_rig import pair
from tests.store.store_rig import CLIENT_ID, OTHER_MEMBER, install, new_run
from tests.work.checks.checks_rig import settings
from tests.work.portal_function import PortalFunction, work
from tests.work.test_check_run import LOOKS

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("quick_retries")]
NAMED = settings(
    public_url="https://robot.example.com", client_id=CLIENT_ID, client_secret="made-up-secret"
)


@pytest.fixture
def errands(database: Database) -> Errands:
    return Errands(database=database, wake=lambda _portal_id: None)


async def asked_and_done(errands: Errands, portal: Portal, vault: Vault) -> int:
    """A look whose run is over."""
    await errands.database.write(
        lambda conn: tokens.save(conn, vault, portal, pair("access-1"), overrule=True)
    )
    run_id = await ask(errands, NAMED, portal)
    await work(PortalFunction(methods=LOOKS), errands.database, vault, portal)
    return run_id


async def test_what_was_seen_is_told_remembered_and_leaves_no_run(
    errands: Errands, portal: Portal, vault: Vault
) -> None:
    run_id, now, looks = await asked_and_done(errands, portal, vault), datetime.now(UTC), Looks()

    look = await looks.outcome(errands, NAMED, portal, run_id, now=now)

    assert look
    assert look.at <= now, "when it was asked, for what changes later it does not know"
    assert {one.name for one in look.findings} >= {"access", "plan", "robots"}
    assert looks.last(portal.id, now=now) == look
    assert await errands.database.read(lambda conn: history.newest(conn, limit=9)) == []
    with pytest.raises(LookupError):
        await looks.outcome(errands, NAMED, portal, run_id, now=now)


async def test_it_is_remembered_for_minutes_or_until_it_is_forgotten(
    errands: Errands, portal: Portal, vault: Vault
) -> None:
    run_id, now, looks = await asked_and_done(errands, portal, vault), datetime.now(UTC), Looks()
    await looks.outcome(errands, NAMED, portal, run_id, now=now)

    look = looks.last(portal.id, now=now)
    assert look
    assert looks.last(portal.id, now=look.at + KEPT_FOR)
    assert looks.last(portal.id, now=look.at + KEPT_FOR + timedelta(seconds=1)) is None
    assert looks.last(portal.id, now=look.at - timedelta(seconds=1)) is None  # a clock set back
    looks.forget(portal.id)
    assert looks.last(portal.id, now=now) is None


async def test_a_look_that_is_under_way_is_waited_for_but_not_for_ever(
    errands: Errands, portal: Portal
) -> None:
    run_id, now, looks = await ask(errands, NAMED, portal), datetime.now(UTC), Looks()
    too_late = now + asking.GIVE_UP_AFTER + asking.TAKEN_UP_WITHIN + timedelta(seconds=1)

    assert await looks.outcome(errands, NAMED, portal, run_id, now=now) is None
    look = await looks.outcome(errands, NAMED, portal, run_id, now=too_late)

    assert look
    assert [(one.name, one.state) for one in look.findings] == [("access", State.FAILED)]


async def test_nothing_is_told_of_other_portals_or_of_other_runs(
    errands: Errands, portal: Portal
) -> None:
    other = await install(errands.database, member_id=OTHER_MEMBER)
    others = await ask(errands, NAMED, other)
    robots = await errands.database.write(lambda conn: runs.record_one(conn, new_run(portal.id)))

    for run_id in (others, robots, 10**9):
        with pytest.raises(LookupError):
            await Looks().outcome(errands, NAMED, portal, run_id, now=datetime.now(UTC))


async def test_while_one_looks_others_look_with_it(errands: Errands, portal: Portal) -> None:
    first = await ask(errands, NAMED, portal)

    assert await ask(errands, NAMED, portal) == first
