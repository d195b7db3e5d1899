"""Portals: one row for each application of each account, recognised, removed, installed again."""

from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection

from robot.protocol.origin import digest
from robot.store import backlog, leases, portals, removal, robots
from robot.store.database import Database
from robot.store.portals import Portal, recognised
from tests.store.store_rig import (
    APPLICATION_TOKEN,
    MEMBER,
    NOW,
    OTHER_MEMBER,
    install,
    later,
    new_run,
    record,
)

pytestmark = pytest.mark.anyio


async def whose(database: Database, member_id: str, token: str) -> int | None:
    known = await database.write(lambda conn: portals.recognise(conn, [member_id]))
    found = recognised(known.get(member_id, []), token)
    return found.portal_id if found else None


async def remove(database: Database, portal: Portal) -> None:
    await database.write(lambda conn: removal.remove(conn, portal.id, now=NOW))


async def listed(database: Database) -> list[Portal]:
    return await database.read(lambda conn: portals.listed(conn))


async def named(database: Database, name: str) -> int | None:
    found = await database.read(lambda conn: portals.find_by_name(conn, name))
    return found.id if found else None


async def test_installing_twice_keeps_one_row_up_to_date(
    database: Database, portal: Portal
) -> None:
    again = await install(
        database,
        now=later(5),
        endpoint="https://new.bitrix24.com/rest/",
        scope=("crm",),
        language="de",
        user_id=9,
    )

    assert await listed(database) == [again]
    assert again.id == portal.id
    assert (again.endpoint, again.scope, again.language) == (
        "https://new.bitrix24.com/rest/",
        ("crm",),
        "de",
    )
    assert again.installed_at == portal.installed_at  # it was only heard of again
    assert again.user_id == portal.user_id  # only who registered the robots is an administrator


async def test_two_applications_of_one_portal_do_not_disturb_each_other(
    database: Database, portal: Portal
) -> None:
    other = await install(
        database, client_id="local.other", application_token_hash=digest("other-token")
    )

    await remove(database, other)

    assert other.id != portal.id
    assert await whose(database, MEMBER, APPLICATION_TOKEN) == portal.id
    assert await whose(database, MEMBER, "other-token") is None


async def test_a_portal_is_recognised_by_its_own_application_token_only(
    database: Database, portal: Portal
) -> None:
    other = await install(
        database, member_id=OTHER_MEMBER, application_token_hash=digest("other-token")
    )

    assert await whose(database, MEMBER, APPLICATION_TOKEN) == portal.id
    assert await whose(database, OTHER_MEMBER, "other-token") == other.id
    assert await whose(database, MEMBER, "other-token") is None
    assert await whose(database, OTHER_MEMBER, APPLICATION_TOKEN) is None
    assert await whose(database, "c" * 32, APPLICATION_TOKEN) is None
    assert await whose(database, MEMBER, "") is None


async def test_a_portal_without_a_stored_token_recognises_nothing(database: Database) -> None:
    await install(database, application_token_hash=None)

    assert await whose(database, MEMBER, "") is None
    assert await whose(database, MEMBER, APPLICATION_TOKEN) is None


async def test_an_install_without_application_token_keeps_the_stored_one(
    database: Database, portal: Portal
) -> None:
    await install(database, application_token_hash=None)

    assert await whose(database, MEMBER, APPLICATION_TOKEN) == portal.id


async def test_a_removed_portal_keeps_its_history_and_may_come_back(
    database: Database, portal: Portal
) -> None:
    await remove(database, portal)
    (removed,) = await listed(database)

    again = await install(database)

    assert removed.removed_at == NOW
    assert (again.id, again.removed_at) == (portal.id, None)
    assert await whose(database, MEMBER, APPLICATION_TOKEN) == portal.id


@pytest.mark.parametrize(
    "name",
    [
        MEMBER,
        MEMBER.upper(),
        "acme.bitrix24.com",
        "https://acme.bitrix24.com/",
        "ACME.bitrix24.com",
    ],
)
async def test_people_name_a_portal_by_its_address_or_its_id(
    database: Database, portal: Portal, name: str
) -> None:
    await install(database, member_id=OTHER_MEMBER, endpoint="https://other.bitrix24.com/rest/")

    assert await named(database, name) == portal.id
    assert await named(database, "acme") is None


async def test_a_removed_portal_is_not_named_any_more(database: Database, portal: Portal) -> None:
    await remove(database, portal)

    assert await named(database, MEMBER) is None


async def test_a_moved_portal_has_its_new_address(database: Database, portal: Portal) -> None:

    await database.write(
        lambda conn: portals.move(conn, portal.id, endpoint="https://new.bitrix24.com/rest/")
    )
    found = await database.read(lambda conn: portals.find(conn, portal.id))

    assert found is not None
    assert found.host == "new.bitrix24.com"


async def test_who_registered_the_robots_is_the_administrator(
    database: Database, portal: Portal
) -> None:
    def write(conn: Connection) -> None:
        robots.save(conn, portal.id, {"a": "1", "b": "2"}, user_id=1, now=NOW)
        robots.save(conn, portal.id, {"a": "3"}, user_id=9, now=NOW)

    await database.write(write)
    found = await database.read(lambda conn: portals.find(conn, portal.id))
    known = await database.read(lambda conn: robots.registered(conn, portal.id))

    assert found is not None
    assert found.user_id == 9
    assert known == {"a": "3"}


async def test_only_installed_portals_with_something_due_are_looked_at(
    database: Database, portal: Portal
) -> None:
    idle = await install(database, member_id="c" * 32)
    removed = await install(database, member_id="d" * 32)
    await record(database, new_run(portal.id))
    await record(database, new_run(idle.id, due_at=later(60)))
    await record(database, new_run(removed.id))
    await remove(database, removed)

    look = partial(backlog.busy_portals, at=NOW, owner="me")
    assert await database.read(lambda conn: look(conn, now=NOW)) == [portal.id]
    assert await database.read(lambda conn: look(conn, now=later(60))) == [portal.id, idle.id]


async def test_what_another_worker_holds_is_not_looked_at(
    database: Database, portal: Portal
) -> None:
    await record(database, new_run(portal.id))
    await database.write(
        lambda conn: leases.take(conn, portal.id, owner="it", now=NOW, until=later(10))
    )

    async def found(owner: str, at: float) -> list[int]:
        look = partial(backlog.busy_portals, now=NOW, at=later(at), owner=owner)
        return await database.read(look)

    assert await found("me", 9) == []
    assert await found("me", 10) == [portal.id], "it died"
    assert await found("it", 9) == [portal.id], "its own"


async def is_shown(database: Database, **changes: Any) -> bool:
    return (await install(database, **changes)).has_page


async def test_an_application_token_that_a_frame_brought_stays_marked(database: Database) -> None:
    assert not await is_shown(database)
    assert not await is_shown(database, by_frame=True, application_token_hash=None)
    assert await is_shown(database, by_frame=True)
    assert await is_shown(database, is_new=True), "an employee can send an install, too"
    known = await database.write(lambda conn: portals.recognise(conn, [MEMBER]))
    assert [found.has_page for found in known[MEMBER]] == [True]


async def test_the_mark_ends_with_the_app(database: Database) -> None:
    portal = await install(database, by_frame=True)
    await remove(database, portal)

    assert not await is_shown(database)


async def test_a_portals_language_is_not_that_of_whoever_opens_its_page(
    database: Database, portal: Portal
) -> None:
    assert (await install(database, by_frame=True, language="de")).language == "de"
    assert (await install(database, by_frame=True, language="fr")).language == "de"
    assert (await install(database, language="it")).language == "it"
