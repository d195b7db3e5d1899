"""What is done once in a while over all processes."""

import asyncio
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import Connection

from robot.store import duties
from robot.store.database import Database
from tests.store.store_rig import NOW, later

pytestmark = pytest.mark.anyio


async def test_of_many_that_try_one_has_the_turn_and_the_next_comes_when_it_is_time(
    database: Database,
) -> None:
    async def turns(seconds: float) -> list[bool]:
        def take(conn: Connection) -> bool:
            every = timedelta(minutes=1)
            return duties.take(conn, "housekeeping", every=every, now=later(seconds))

        return await asyncio.gather(*(database.write(take) for _ in range(5)))

    assert sorted(await turns(0)) == [False] * 4 + [True]
    assert await turns(59) == [False] * 5
    assert sorted(await turns(60)) == [False] * 4 + [True]


async def test_one_duty_is_not_another_one(database: Database) -> None:
    for name in ("housekeeping", "something else"):
        take = partial(duties.take, name=name, every=timedelta(days=1), now=NOW)
        assert await database.write(take)


async def test_a_turn_from_before_the_clock_was_set_back_does_not_count(
    database: Database,
) -> None:
    take = partial(duties.take, name="housekeeping", every=timedelta(minutes=1))

    assert await database.write(lambda conn: take(conn, now=later(3_600)))
    assert await database.write(lambda conn: take(conn, now=NOW))
