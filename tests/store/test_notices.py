"""An administrator is told of each cause at most once a day, by whichever replica."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from robot.store import notices, removal
from robot.store.database import Database
from robot.store.portals import Portal
from robot.store.tables import notices as rows
from tests.store.store_rig import NOW, OTHER_MEMBER, install

pytestmark = pytest.mark.anyio

MIDNIGHT = NOW.replace(hour=0) + timedelta(days=1)


async def take(
    database: Database, portal: Portal, cause: str = "rights", at: timedelta = NOW - NOW
) -> bool:
    return await database.write(lambda conn: notices.take(conn, portal.id, cause, now=NOW + at))


async def stored(database: Database) -> int:
    return await database.read(
        lambda conn: conn.scalar(select(func.count()).select_from(rows)) or 0
    )


async def test_of_many_that_would_tell_one_does(database: Database, portal: Portal) -> None:
    told = await asyncio.gather(*(take(database, portal) for _ in range(5)))

    assert sorted(told) == [False] * 4 + [True]


async def test_each_cause_and_each_portal_is_told_of_its_own(
    database: Database, portal: Portal
) -> None:
    other = await install(database, member_id=OTHER_MEMBER)

    assert await take(database, portal, "rights")
    assert await take(database, portal, "plan")
    assert await take(database, other, "rights")


async def test_a_day_ends_at_midnight_by_utc(database: Database, portal: Portal) -> None:
    until_midnight = MIDNIGHT - NOW
    moments = [timedelta(0), until_midnight - timedelta(seconds=1), until_midnight]
    moments.append(until_midnight + timedelta(hours=23))

    assert [await take(database, portal, at=at) for at in moments] == [True, False, True, False]


async def test_what_was_told_before_the_clock_was_set_back_does_not_count(
    database: Database, portal: Portal
) -> None:
    assert await take(database, portal, at=timedelta(days=400))
    assert await take(database, portal)
    assert not await take(database, portal)


async def test_what_is_told_with_a_run_is_not_told_where_the_transaction_fails(
    database: Database, portal: Portal
) -> None:
    class DiesError(Exception):
        """In the middle of the transaction."""

    def die(conn: object) -> None:
        notices.take(conn, portal.id, "rights", now=NOW)  # type: ignore[arg-type]
        raise DiesError

    with pytest.raises(DiesError):
        await database.write(die)

    assert await take(database, portal)


async def test_earlier_days_are_forgotten(database: Database, portal: Portal) -> None:
    await take(database, portal, "rights", at=timedelta(days=-3))
    await take(database, portal, "plan")

    await database.write(lambda conn: notices.forget(conn, before=NOW - 2 * notices.DAY))

    assert await stored(database) == 1
    assert not await take(database, portal, "plan")


async def test_a_portal_that_removed_the_app_is_told_anew_once_it_is_back(
    database: Database, portal: Portal
) -> None:
    await take(database, portal)
    await database.write(lambda conn: removal.remove(conn, portal.id, now=NOW))
    await install(database)

    assert await take(database, portal)


async def test_with_a_portal_all_that_it_was_told_is_forgotten(
    database: Database, portal: Portal
) -> None:
    await database.write(lambda conn: removal.remove(conn, portal.id, now=NOW))
    await take(database, portal)

    await database.write(lambda conn: removal.forget_step(conn, portal.id, limit=10))

    assert await stored(database) == 0
