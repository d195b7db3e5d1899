"""Links end when they were to, whoever dies meanwhile, and never before."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from robot.flows.catalogue import DISABLE
from robot.store import links
from robot.store import tokens as stored_tokens
from robot.store.database import Database
from robot.store.links import Origin
from robot.store.portals import Portal
from robot.store.tables import links as table
from robot.store.vault import Vault
from robot.work import crew, ending
from tests.store.store_rig import record, tokens
from tests.work.links_rig import (
    Documents,
    all_reported,
    all_runs,
    at_work,
    days,
    enable,
    in_audit,
    in_register,
    told,
    until,
    until_finished,
    until_stored,
)
from tests.work.portal_function import ENABLE, GET, PortalFunction, called, refuse

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "SWEEP_EVERY", 0.02)


@pytest.fixture
def documents() -> Documents:
    return Documents(public=set())


@pytest.fixture
def function(documents: Documents) -> PortalFunction:
    return PortalFunction(methods={GET: documents.get, ENABLE: documents.change})


async def come_to_its_end(database: Database) -> None:
    """Its time is over now."""
    past = datetime.now(UTC) - timedelta(seconds=1)
    await database.write(
        lambda conn: conn.execute(update(table).values(expires_at=past, due_at=past))
    )


async def test_a_link_turns_itself_off_at_its_end(
    database: Database,
    portal: Portal,
    vault: Vault,
    function: PortalFunction,
    documents: Documents,
) -> None:
    await enable(database, vault, portal, valid_days=days(1))

    async with at_work(function, database, vault):
        await until(lambda: 5 in documents.public)
        (link,) = await until_stored(database, lambda found: found[0].state == "off")

    assert documents.public == set()
    assert (link.ended_by, link.expires_at is not None) == ("expired", True)
    assert told(function)[0]["expires_at"] == f"{link.expires_at:%Y-%m-%d %H:%M} UTC"
    lines = await in_audit(database)
    assert [(line.action, line.source, line.document_id) for line in lines] == [
        ("on", "robot", 5),
        ("off", "expired", 5),
    ]
    assert lines[0].expires_at == link.expires_at


async def test_it_ends_although_the_app_did_not_run_then(
    database: Database,
    portal: Portal,
    vault: Vault,
    function: PortalFunction,
    documents: Documents,
) -> None:
    await enable(database, vault, portal)
    async with at_work(function, database, vault):
        await all_reported(function, 1)
    await come_to_its_end(database)

    async with at_work(function, database, vault):
        await until_stored(database, lambda found: found[0].state == "off")

    assert documents.public == set()


async def test_enabling_again_sets_the_new_end(
    database: Database, portal: Portal, vault: Vault, function: PortalFunction
) -> None:
    await enable(database, vault, portal, valid_days="1")
    async with at_work(function, database, vault):
        await all_reported(function, 1)
        (first,) = await in_register(database)
        await enable(database, vault, portal, valid_days="3")
        await all_reported(function, 2)
        (second,) = await in_register(database)
        await enable(database, vault, portal, valid_days="")
        await all_reported(function, 3)
    (third,) = await in_register(database)

    assert first.expires_at is not None
    assert second.expires_at is not None
    assert second.expires_at - first.expires_at > timedelta(days=1.9)
    assert third.expires_at is None, "for ever"


async def test_a_link_that_lives_longer_is_not_cut_short_by_an_older_run(
    database: Database, portal: Portal, vault: Vault, function: PortalFunction
) -> None:
    late = called(vault, portal, "late", inputs={"document_id": "5", "valid_days": "0.001"})
    await enable(database, vault, portal, valid_days="30")
    async with at_work(function, database, vault):
        await all_reported(function, 1)
        (before,) = await in_register(database)
        await record(database, late)
        await all_reported(function, 2)
    (after,) = await in_register(database)

    assert after.expires_at == before.expires_at


async def test_a_link_that_was_given_a_later_end_while_its_end_was_queued_stays(
    database: Database,
    portal: Portal,
    vault: Vault,
    function: PortalFunction,
    documents: Documents,
) -> None:
    await enable(database, vault, portal)
    async with at_work(function, database, vault):
        await all_reported(function, 1)
    await come_to_its_end(database)
    await database.write(ending.queue_due)
    end = datetime.now(UTC) + timedelta(days=1)
    await database.write(
        lambda conn: conn.execute(update(table).values(expires_at=end, due_at=end))
    )

    async with at_work(function, database, vault):
        await until_finished(database)

    assert documents.public == {5}
    assert (await in_register(database))[0].state == "public"


async def test_turning_off_by_the_robot_ends_it_at_once_and_nothing_is_left_to_do(
    database: Database,
    portal: Portal,
    vault: Vault,
    function: PortalFunction,
    documents: Documents,
) -> None:
    await enable(database, vault, portal)
    async with at_work(function, database, vault):
        await all_reported(function, 1)
        off = called(vault, portal, "off", code=DISABLE, inputs={"document_id": "5"})
        await record(database, off)
        (link,) = await until_stored(database, lambda found: found[0].state == "off")
    await come_to_its_end(database)
    async with at_work(function, database, vault):
        await until_finished(database)

    assert link.ended_by == "robot"
    assert [run.code for run in await all_runs(database)] == ["linkrobot_enable", DISABLE]


async def test_a_link_that_could_not_be_turned_off_is_tried_again_and_stays_open(
    database: Database,
    portal: Portal,
    vault: Vault,
    function: PortalFunction,
    documents: Documents,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await enable(database, vault, portal)
    async with at_work(function, database, vault):
        await all_reported(function, 1)
        function.methods[ENABLE] = refuse("ACCESS_DENIED")
        monkeypatch.setattr(ending, "AGAIN_AFTER", timedelta(seconds=0.1))
        await come_to_its_end(database)
        await until(lambda: len(function.sent(ENABLE)) >= 4)
        assert (await in_register(database))[0].state == "public"
        function.methods[ENABLE] = documents.change
        await until_stored(database, lambda found: found[0].state == "off")

    assert documents.public == set()


async def test_a_link_of_which_nobody_knows_how_it_is_is_looked_at(
    database: Database,
    portal: Portal,
    vault: Vault,
    function: PortalFunction,
    documents: Documents,
) -> None:
    await enable(database, vault, portal)
    async with at_work(function, database, vault):
        await all_reported(function, 1)
        unknown = {"state": "unknown", "due_at": datetime.now(UTC), "url": ""}
        await database.write(lambda conn: conn.execute(update(table).values(**unknown)))
        (link,) = await until_stored(database, lambda found: found[0].state == "public")

    assert link.url == "https://acme.bitrix24.com/~5"
    assert documents.public == {5}


async def test_a_thousand_that_end_together_all_end_in_as_few_requests_as_they_fit(
    database: Database,
    portal: Portal,
    vault: Vault,
    function: PortalFunction,
    documents: Documents,
) -> None:
    number, past = 1_000, datetime.now(UTC) - timedelta(seconds=1)
    ids = list(range(1, number + 1))
    documents.public = set(ids)
    origin = Origin(
        portal_id=portal.id, run_id=10**6, item="", source="robot", user_id=1, sent_at=past
    )
    pair = replace(tokens(), expires_at=datetime.now(UTC) + timedelta(hours=1))
    await database.write(lambda conn: stored_tokens.save(conn, vault, portal, pair, overrule=False))
    await database.write(lambda conn: links.ask(conn, {origin: (ids, past)}, now=past))

    async with at_work(function, database, vault):
        await until(lambda: not documents.public)
        await until_finished(database)

    found = await in_register(database)
    assert documents.public == set()
    assert {link.ended_by for link in found} == {"expired"}
    assert len(function.sent(ENABLE)) == number, "each once"
    # A look and a call each; of a method whose time is not known 20 go together.
    assert function.requests <= 2 * number / 20 * 1.25
