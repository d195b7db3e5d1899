"""Many links looked at or turned off: 50 in one run, and what is in the way is told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from robot.store import audit, register, tokens
from robot.store.database import Database
from robot.store.portals import Portal
from robot.store.register import Found, Wanted
from robot.store.tables import links, runs
from robot.store.vault import Vault
from robot.work import portions
from robot.work.errands import Errands
from robot.work.portions import What
from tests.store import store_rig
from tests.work.portal_function import ENABLE, GET, PortalFunction, Refusal, refuse, work

pytestmark = pytest.mark.anyio
URL = "https://acme.bitrix24.com/~"
DELETED, PRIVATE, FOREIGN = 7, 8, 9


def look(params: dict[str, Any]) -> Any:
    """Documents as the portal has them."""
    number = int(params["id"])
    if number == DELETED:
        raise Refusal("DOCGEN_DOCUMENT_NOT_FOUND", "Document not found")
    if number == FOREIGN:
        raise Refusal("ACCESS_DENIED", "no rights")
    url = None if number == PRIVATE else f"{URL}{number}"
    return {"document": {"id": number, "title": "Contract", "publicUrl": url}}


def change(params: dict[str, Any]) -> Any:
    if int(params["id"]) in (DELETED, FOREIGN):
        look(params)
    return {"publicUrl": None}


@pytest.fixture
def function() -> PortalFunction:
    return PortalFunction(methods={GET: look, ENABLE: change})


@pytest.fixture
async def errands(
    function: PortalFunction, database: Database, vault: Vault, portal: Portal
) -> AsyncIterator[Errands]:
    """Runs are done by a worker of the portal once it is woken."""
    pair = store_rig.tokens(expires_at=datetime.now(UTC) + timedelta(hours=1))
    await database.write(lambda conn: tokens.save(conn, vault, portal, pair, overrule=True))
    woken = asyncio.Event()

    async def worker() -> None:
        while True:
            await woken.wait()
            woken.clear()
            await work(function, database, vault, portal)

    at_work = asyncio.create_task(worker())
    yield Errands(database=database, wake=lambda _portal_id: woken.set())
    at_work.cancel()
    with suppress(asyncio.CancelledError):
        await at_work


async def keep(database: Database, portal: Portal, number: int) -> list[Found]:
    """So many public links in the register."""
    at = datetime.now(UTC) - timedelta(days=1)
    row = {"run_id": 1, "state": "public", "asked_at": at, "changed_at": at}
    rows = [{"portal_id": portal.id, "document_id": one + 1, **row} for one in range(number)]
    await database.write(lambda conn: conn.execute(insert(links), rows))
    return await database.read(lambda conn: register.to_do(conn, Wanted()))


async def looked_at(errands: Errands, portal: Portal, found: list[Found]) -> dict[int, What]:
    done = [one async for one in portions.look(errands, {portal.id: portal}, found)]
    assert len(done) == len(found)
    return {one.link.document_id: one.what for one in done}


async def test_a_look_finds_what_was_deleted_turned_off_or_is_not_told(
    errands: Errands, database: Database, portal: Portal
) -> None:
    found = await looked_at(errands, portal, await keep(database, portal, 60))

    others = {number: found.pop(number) for number in (DELETED, PRIVATE, FOREIGN)}
    assert others == {DELETED: What.DELETED, PRIVATE: What.ELSEWHERE, FOREIGN: What.UNKNOWN}
    assert set(found.values()) == {What.PUBLIC}
    assert await database.read(lambda conn: conn.scalar(select(func.count(runs.c.id)))) == 2


async def test_what_cannot_be_turned_off_is_told_unless_its_document_is_gone(
    errands: Errands, database: Database, portal: Portal
) -> None:
    found = await keep(database, portal, 60)

    work = portions.turn_off(errands, {portal.id: portal}, found)
    done = {one.link.document_id: one async for one in work}

    assert len(done) == 60
    assert done[DELETED].what is What.DELETED
    assert (done[FOREIGN].what, done[FOREIGN].error_code) == (What.UNKNOWN, "no_rights")
    off = [one for number, one in done.items() if number not in (DELETED, FOREIGN)]
    assert {one.what for one in off} == {What.OFF}
    left = await database.read(lambda conn: register.to_do(conn, Wanted()))
    assert [link.document_id for link in left] == [FOREIGN]
    lines = await database.read(lambda conn: audit.newest(conn, limit=100))
    assert len(lines) == 59, "each link that ended has its line"


async def test_what_is_wrong_with_a_portal_is_asked_for_only_once(
    errands: Errands, function: PortalFunction, database: Database, portal: Portal
) -> None:
    function.methods[GET] = refuse("PORTAL_DELETED")
    found = await keep(database, portal, 600)

    done = [one async for one in portions.look(errands, {portal.id: portal}, found)]

    assert len(done) == 600
    assert {(one.what, one.error_code) for one in done} == {(What.UNKNOWN, "portal_deleted")}
    queued = await database.read(lambda conn: conn.scalar(select(func.count(runs.c.id))))
    assert queued == portions.AT_ONCE


async def test_links_of_many_portals_come_in_any_order(
    errands: Errands, database: Database, portal: Portal
) -> None:
    links_found = await keep(database, portal, 4)
    mixed = [links_found[0], replace(links_found[1]), links_found[3], links_found[2]]

    assert len(await looked_at(errands, portal, mixed)) == 4
