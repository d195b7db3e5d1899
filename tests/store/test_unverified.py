"""Messages that wait for the authorization server: few, sealed, and not for ever."""

from functools import partial

import pytest
from sqlalchemy import insert

from robot.protocol.origin import digest
from robot.store import unverified
from robot.store.database import Database
from robot.store.tables import unverified as rows
from robot.store.unverified import FIRST_PAUSE, LIMIT, LONGEST_PAUSE, Kind, Message
from tests.store.store_rig import NOW, later

pytestmark = pytest.mark.anyio


async def keep(database: Database, message: str = "m", *, at: float = 0) -> bool:
    return await database.write(
        lambda conn: unverified.keep(
            conn, Kind.RUN, message.encode(), message_hash=digest(message), now=later(at)
        )
    )


async def due(database: Database, *, at: float, limit: int = 10) -> list[Message]:
    return await database.read(lambda conn: unverified.due(conn, now=later(at), limit=limit))


async def fill(database: Database) -> None:
    values = {"kind": "run", "message": b"", "received_at": NOW, "due_at": NOW, "pause": 5.0}
    many = [{**values, "message_hash": digest(str(number))} for number in range(LIMIT)]
    await database.write(lambda conn: conn.execute(insert(rows), many))


async def test_a_kept_message_is_tried_again_after_a_pause(database: Database) -> None:
    assert await keep(database)

    assert await due(database, at=FIRST_PAUSE - 1) == []
    (found,) = await due(database, at=FIRST_PAUSE)
    assert (found.kind, found.sealed, found.received_at) == (Kind.RUN, b"m", NOW)


async def test_a_repeat_is_kept_once(database: Database) -> None:
    assert await keep(database)
    assert await keep(database)

    assert len(await due(database, at=100)) == 1


async def test_only_so_many_are_kept(database: Database) -> None:
    await fill(database)

    assert not await keep(database, "one more")


async def test_a_repeat_of_a_kept_message_is_kept_however_many_there_are(
    database: Database,
) -> None:
    await fill(database)

    assert await keep(database, "5")


async def test_pauses_grow_up_to_a_limit(database: Database) -> None:
    await keep(database)
    at, pauses = 0.0, []
    for _ in range(9):
        (message,) = await due(database, at=1e6)
        pauses.append(message.pause)
        await database.write(partial(unverified.postpone, message=message, now=later(at)))

    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE
    assert await due(database, at=at + LONGEST_PAUSE - 1) == []


async def test_the_longest_waiting_come_first(database: Database) -> None:
    for at, message in [(2, "b"), (1, "a"), (3, "c")]:
        await keep(database, message, at=at)

    assert [message.sealed for message in await due(database, at=100, limit=2)] == [b"a", b"b"]


async def test_what_was_used_is_dropped(database: Database) -> None:
    await keep(database)
    (message,) = await due(database, at=100)
    await database.write(lambda conn: unverified.drop(conn, message.id))

    assert await due(database, at=100) == []


async def test_after_a_day_a_message_is_forgotten(database: Database) -> None:
    day = 24 * 3600
    await keep(database, "old", at=0)
    await keep(database, "new", at=60)

    assert await database.write(lambda conn: unverified.forget(conn, now=later(day + 1))) == 1

    assert [message.sealed for message in await due(database, at=2 * day)] == [b"new"]
