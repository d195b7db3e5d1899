"""What is registered at portals, and whose templates are read again."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from robot.flows.flow import Template
from robot.store import portals, removal, robots
from robot.store.database import Database
from robot.store.portals import Portal
from tests.store.store_rig import NOW, OTHER_MEMBER, install, later

pytestmark = pytest.mark.anyio
DAY = timedelta(days=1)
TEMPLATES = {39: Template(name="Contract"), 41: Template(name="Quote", gone=True)}


async def save(
    database: Database,
    portal: Portal,
    templates: dict[int, Template] | None = None,
    *,
    after: float = 0,
) -> None:
    def write(conn: Connection) -> None:
        robots.save(conn, portal.id, {"a": "1"}, templates=templates, user_id=1, now=later(after))

    await database.write(write)


async def known(database: Database, portal: Portal) -> dict[int, Template]:
    found = await database.read(lambda conn: portals.find(conn, portal.id))
    assert found is not None
    return dict(found.templates)


async def due(database: Database, *, after: timedelta, limit: int = 10) -> list[int]:
    return await database.write(
        lambda conn: robots.take_due(conn, every=DAY, now=NOW + after, limit=limit)
    )


async def test_templates_are_kept_with_the_portal(database: Database, portal: Portal) -> None:
    assert await known(database, portal) == {}

    await save(database, portal, TEMPLATES)

    assert await known(database, portal) == TEMPLATES


async def test_templates_that_were_not_told_stay(database: Database, portal: Portal) -> None:
    await save(database, portal, TEMPLATES)

    await save(database, portal, None)

    assert await known(database, portal) == TEMPLATES
    await save(database, portal, {})
    assert await known(database, portal) == {}


async def test_they_survive_an_update_of_the_app_and_go_with_its_removal(
    database: Database, portal: Portal
) -> None:
    await save(database, portal, TEMPLATES)

    await database.write(lambda conn: robots.forget(conn, portal.id))

    assert await known(database, portal) == TEMPLATES
    await database.write(lambda conn: removal.remove(conn, portal.id, now=NOW))
    again = await install(database, now=later(5))
    assert (again.id, again.templates) == (portal.id, {})


async def test_a_portal_is_due_once_a_day(database: Database, portal: Portal) -> None:
    await save(database, portal)

    assert await due(database, after=timedelta(hours=23)) == []
    taken = await asyncio.gather(*(due(database, after=DAY) for _ in range(3)))
    assert sorted(taken) == [[], [], [portal.id]]
    assert await due(database, after=DAY * 1.5) == []
    assert await due(database, after=DAY * 2) == [portal.id]


async def test_those_that_wait_longest_come_first(database: Database, portal: Portal) -> None:
    other = await install(database, member_id=OTHER_MEMBER)
    await save(database, portal, after=60)
    await save(database, other)

    assert await due(database, after=DAY * 2, limit=1) == [other.id]
    assert await due(database, after=DAY * 2, limit=1) == [portal.id]


async def test_portals_without_robots_and_removed_ones_are_never_due(
    database: Database, portal: Portal
) -> None:
    other = await install(database, member_id=OTHER_MEMBER)
    await save(database, other)
    await database.write(lambda conn: removal.remove(conn, other.id, now=NOW))

    assert await due(database, after=DAY * 2) == []


async def test_a_time_from_before_the_clock_was_set_back_does_not_count(
    database: Database, portal: Portal
) -> None:
    await save(database, portal, after=DAY.total_seconds() * 400)

    assert await due(database, after=timedelta()) == [portal.id]
