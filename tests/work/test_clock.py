"""A clock that is set while we work: what waits does not wait for its error."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from robot.store import backlog, leases, links, pauses, redating, register, unverified
from robot.store.database import Database
from robot.store.links import Origin
from robot.store.pauses import Paused
from robot.store.portals import Portal
from robot.store.unverified import Kind
from robot.store.vault import Vault
from robot.work import sweep
from robot.work.clock import Clock
from tests.store.store_rig import ONLY_SQLITE, new_run, record
from tests.work.portal_function import PortalFunction, tools_for

pytestmark = pytest.mark.anyio
HOUR = 3_600.0


class Times:
    """The two clocks of a machine."""

    def __init__(self) -> None:
        self.steady, self.ahead = 100.0, 0.0

    def wall(self) -> float:
        return self.steady + self.ahead


async def looked(database: Database, vault: Vault, times: Times, *jumps: float) -> Clock:
    """A clock that was looked at each second, before and after each of these jumps."""
    async with tools_for(PortalFunction(), database, vault) as tools:
        clock = Clock(tools, wall=times.wall, steady=lambda: times.steady)
        await clock.look()
        for jump in jumps:
            times.steady += 1.0
            times.ahead += jump
            await clock.look()
    return clock


async def due(database: Database, portal: Portal) -> int:
    ask = partial(backlog.due_ids, portal_id=portal.id, now=datetime.now(UTC), limit=9)
    return len(await database.read(ask))


@pytest.mark.parametrize(
    ("jump", "is_due"),
    [
        pytest.param(-HOUR, 1, id="back"),
        pytest.param(HOUR, 0, id="forward"),
        pytest.param(-0.5, 0, id="steered a little"),
    ],
)
async def test_what_came_while_the_clock_was_ahead_is_due_once_it_is_set_back(
    database: Database, portal: Portal, vault: Vault, jump: float, is_due: int
) -> None:
    ahead = datetime.now(UTC) + timedelta(hours=1)
    await record(database, new_run(portal.id, due_at=ahead))
    keep = partial(unverified.keep, kind=Kind.RUN, sealed=b"x", message_hash=b"x", now=ahead)
    await database.write(keep)

    await looked(database, vault, Times(), jump)

    assert await due(database, portal) == is_due
    kept = await database.read(partial(unverified.due, now=datetime.now(UTC), limit=9))
    assert len(kept) == is_due


async def turned_on(database: Database, portal: Portal, at: datetime) -> None:
    """A link of two weeks that was turned on then."""
    origin = Origin(portal_id=portal.id, run_id=1, item="", source="robot", user_id=1, sent_at=at)
    asked = {origin: ([5], at + timedelta(days=14))}
    await database.write(lambda conn: links.ask(conn, asked, now=at))


@pytest.mark.parametrize("jump", [-HOUR, HOUR])
async def test_a_link_that_was_turned_on_while_the_clock_was_ahead_does_not_end_as_much_later(
    database: Database, portal: Portal, vault: Vault, jump: float
) -> None:
    now = datetime.now(UTC)
    await turned_on(database, portal, now + timedelta(seconds=HOUR))

    await looked(database, vault, Times(), jump)

    (link,) = await database.read(register.listed)
    assert link.expires_at is not None
    later = link.expires_at - now - timedelta(days=14)
    assert later < timedelta(seconds=10) if jump < 0 else later == timedelta(seconds=HOUR)


async def test_a_clock_that_was_just_set_ends_no_link(
    database: Database, portal: Portal, vault: Vault
) -> None:
    await turned_on(database, portal, datetime.now(UTC) - timedelta(days=15))
    times = Times()
    clock = await looked(database, vault, times, HOUR)
    async with tools_for(PortalFunction(), database, vault) as tools:
        just_set = list(await sweep.busy_portals(tools, clock))
        times.steady += sweep.CLOCK_SETTLES
        settled = list(await sweep.busy_portals(tools, clock))

    assert (just_set, settled) == ([], [portal.id])


async def test_a_run_that_waits_for_its_pdf_waits_on_at_a_start(
    database: Database, portal: Portal
) -> None:
    now = datetime.now(UTC)
    run_id = await record(database, new_run(portal.id))
    pause = Paused(
        run_id=run_id,
        looks=1,
        first_look_at=now,
        look_at=now + timedelta(seconds=30),
        deadline_at=now + timedelta(days=1),
    )
    await database.write(lambda conn: pauses.pause(conn, [pause]))

    latest = now + redating.LONGEST_PAUSE
    await database.write(partial(redating.bring_forward, now=now, latest=latest))

    assert await due(database, portal) == 0


@ONLY_SQLITE
async def test_a_dead_workers_lease_ends_with_the_clock_that_wrote_it(
    database: Database, portal: Portal, vault: Vault
) -> None:
    ahead = datetime.now(UTC) + timedelta(hours=1)
    take = partial(leases.take, portal_id=portal.id, owner="test", now=ahead, until=ahead)
    await database.write(take)

    await looked(database, vault, Times(), -HOUR)

    now = datetime.now(UTC)
    again = partial(leases.take, portal_id=portal.id, owner="test", now=now, until=now)
    assert await database.write(again) is not None


async def test_a_clock_that_goes_apart_slowly_was_not_set(database: Database, vault: Vault) -> None:
    times = Times()
    clock = await looked(database, vault, times, *[-0.5] * 20)

    assert clock.is_steady_for(20)


@pytest.mark.parametrize("jump", [-HOUR, HOUR])
async def test_after_a_jump_it_has_to_be_steady_again(
    database: Database, vault: Vault, jump: float
) -> None:
    times = Times()
    clock = await looked(database, vault, times, jump)
    assert not clock.is_steady_for(HOUR)

    times.steady += HOUR

    assert clock.is_steady_for(HOUR)
