"""The lease: one worker holds a portal, and the epoch fences whoever lost it."""

from datetime import timedelta

import pytest

from robot.store import leases, removal
from robot.store.database import Database
from robot.store.leases import LeaseLostError, Taken
from robot.store.portals import Portal
from tests.store.store_rig import NOW, install, later

pytestmark = pytest.mark.anyio


async def take(
    database: Database, portal: Portal, owner: str = "one", *, at: float = 0
) -> Taken | None:
    return await database.write(
        lambda conn: leases.take(conn, portal.id, owner=owner, now=later(at), until=later(at + 10))
    )


async def release(database: Database, portal: Portal, *, epoch: int) -> None:
    await database.write(lambda conn: leases.release(conn, portal.id, epoch=epoch))


async def is_held(database: Database, portal: Portal, *, epoch: int) -> bool:
    try:
        await database.write(lambda conn: leases.check(conn, portal.id, epoch=epoch))
    except LeaseLostError:
        return False
    return True


async def test_only_one_worker_takes_a_portal(database: Database, portal: Portal) -> None:
    assert await take(database, portal) == Taken(epoch=1, was_released=True)
    assert await take(database, portal, "two", at=9.9) is None


async def test_not_even_the_same_worker_takes_it_twice(database: Database, portal: Portal) -> None:
    await take(database, portal)

    assert await take(database, portal) is None


async def test_an_expired_lease_is_taken_over_and_known_as_not_released(
    database: Database, portal: Portal
) -> None:
    await take(database, portal)

    taken = await take(database, portal, "two", at=10)

    assert taken == Taken(epoch=2, was_released=False)
    assert not await is_held(database, portal, epoch=1)
    assert await is_held(database, portal, epoch=2)


async def test_a_released_lease_is_known_as_such(database: Database, portal: Portal) -> None:
    await take(database, portal)
    await release(database, portal, epoch=1)

    assert await take(database, portal, "two", at=1) == Taken(epoch=2, was_released=True)


async def test_a_renewed_lease_holds_longer(database: Database, portal: Portal) -> None:
    await take(database, portal)
    await database.write(lambda conn: leases.renew(conn, portal.id, epoch=1, until=later(20)))

    assert await take(database, portal, "two", at=15) is None
    assert await take(database, portal, "two", at=20) is not None


async def test_who_lost_the_lease_can_neither_renew_nor_release_it(
    database: Database, portal: Portal
) -> None:
    await take(database, portal)
    await take(database, portal, "two", at=10)

    await release(database, portal, epoch=1)

    with pytest.raises(LeaseLostError):
        await database.write(
            lambda conn: leases.renew(conn, portal.id, epoch=1, until=later(1_000))
        )

    assert await take(database, portal, "three", at=15) is None
    assert await take(database, portal, "three", at=20) == Taken(epoch=3, was_released=False)


async def test_at_start_every_lease_is_over_but_none_counts_as_released(
    database: Database, portal: Portal
) -> None:
    free = await install(database, member_id="c" * 32)
    await take(database, portal)
    await database.write(lambda conn: leases.expire_all(conn, now=later(1)))

    assert await take(database, portal, "two", at=1) == Taken(epoch=2, was_released=False)
    assert await take(database, free, "two", at=1) == Taken(epoch=1, was_released=True)


async def test_removing_the_app_ends_the_lease(database: Database, portal: Portal) -> None:
    await take(database, portal)
    await database.write(lambda conn: removal.remove(conn, portal.id, now=NOW))

    assert not await is_held(database, portal, epoch=1)
    assert await take(database, portal, at=100) is None


async def test_an_unknown_portal_is_nobodys(database: Database, portal: Portal) -> None:
    taken = await database.write(
        lambda conn: leases.take(conn, 999, owner="one", now=NOW, until=later(10))
    )
    assert taken is None
    with pytest.raises(LeaseLostError):
        await database.write(lambda conn: leases.check(conn, 999, epoch=0))


async def test_who_takes_a_released_portal_learns_that_one_who_died_may_still_be_heard_of(
    database: Database, portal: Portal
) -> None:
    await take(database, portal)
    await take(database, portal, "two", at=10)
    await database.write(
        lambda conn: leases.release(conn, portal.id, epoch=2, late_until=later(70))
    )

    third = await take(database, portal, "three", at=12)
    await release(database, portal, epoch=3)
    fourth = await take(database, portal, "four", at=13)

    assert third == Taken(epoch=3, was_released=True, late_for=timedelta(seconds=58))
    assert fourth == Taken(epoch=4, was_released=True)
