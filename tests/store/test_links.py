"""Public links: asked, then public, off, or unknown where nobody could tell."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from robot.flows.flow import LinkChange
from robot.store import links, register, settling
from robot.store.database import Database
from robot.store.links import Origin
from robot.store.portals import Portal
from robot.store.register import Link
from robot.store.settling import Settled
from tests.store.store_rig import NOW, OTHER_MEMBER, install, later

pytestmark = pytest.mark.anyio
URL = "https://acme.bitrix24.com/~71q5j"


def on(document_id: int, url: str = URL) -> LinkChange:
    return LinkChange(document_id=document_id, public=True, url=url, title="Invoice")


def off(document_id: int) -> LinkChange:
    return LinkChange(document_id=document_id, public=False)


def origin(portal: Portal, run_id: int) -> Origin:
    """Runs are sent in the order of their numbers."""
    return Origin(
        portal_id=portal.id,
        run_id=run_id,
        item="DEAL_7",
        source="robot",
        user_id=7,
        sent_at=later(run_id),
    )


async def ask(
    database: Database,
    portal: Portal,
    *ids: int,
    run_id: int = 1,
    end: datetime | None = None,
) -> None:
    asked = {origin(portal, run_id): (ids, end)}
    await database.write(lambda conn: links.ask(conn, asked, now=NOW))


async def settle(
    database: Database,
    portal: Portal,
    changes: Sequence[LinkChange] = (),
    *,
    run_id: int = 1,
    is_known: bool = True,
    **more: Any,
) -> None:
    settled = Settled(origin=origin(portal, run_id), changes=changes, is_known=is_known, **more)
    await database.write(lambda conn: settling.settle(conn, [settled], now=later(5)))


async def listed(database: Database, *, every: bool = False) -> list[Link]:
    return await database.read(lambda conn: register.listed(conn, every=every))


async def states(database: Database, *, every: bool = False) -> list[tuple[int, str]]:
    return [(link.document_id, link.state) for link in await listed(database, every=every)]


async def test_a_link_that_was_asked_for_may_be_public(database: Database, portal: Portal) -> None:
    await ask(database, portal, 5)

    assert await states(database) == [(5, "asked")]


async def test_an_outcome_with_a_link_makes_it_public(database: Database, portal: Portal) -> None:
    await ask(database, portal, 5)
    await settle(database, portal, [on(5)])

    (link,) = await listed(database)
    assert (link.state, link.url, link.title, link.item) == ("public", URL, "Invoice", "DEAL_7")
    assert (link.host, link.asked_at, link.changed_at) == ("acme.bitrix24.com", NOW, later(5))


async def test_what_was_refused_is_off(database: Database, portal: Portal) -> None:
    await ask(database, portal, 5)
    await settle(database, portal)

    assert await states(database) == []
    assert await states(database, every=True) == [(5, "off")]


async def test_what_was_never_answered_is_unknown(database: Database, portal: Portal) -> None:
    await ask(database, portal, 5)
    await settle(database, portal, is_known=False)

    assert await states(database) == [(5, "unknown")]


async def test_a_link_that_is_public_stays_so_while_it_is_asked_for_again(
    database: Database, portal: Portal
) -> None:
    await ask(database, portal, 5)
    await settle(database, portal, [on(5)])
    await ask(database, portal, 5, run_id=2)
    await settle(database, portal, run_id=2, is_known=False)

    assert await states(database, every=True) == [(5, "public")]


async def test_turning_off_ends_it_and_turning_on_begins_another(
    database: Database, portal: Portal
) -> None:
    await ask(database, portal, 5)
    await settle(database, portal, [on(5)])
    await settle(database, portal, [off(5)], run_id=2)
    await ask(database, portal, 5, run_id=3)
    await settle(database, portal, [on(5, URL + "2")], run_id=3)

    found = await listed(database, every=True)
    assert [(link.state, link.url) for link in found] == [("public", URL + "2"), ("off", URL)]


async def test_turning_off_ends_what_was_unknown(database: Database, portal: Portal) -> None:
    await ask(database, portal, 5)
    await settle(database, portal, is_known=False)
    await settle(database, portal, [off(5)], run_id=2)

    assert await states(database) == []


async def test_of_two_runs_for_one_document_the_second_ones_link_is_known(
    database: Database, portal: Portal
) -> None:
    await ask(database, portal, 5, run_id=1)
    await ask(database, portal, 5, run_id=2)
    await settle(database, portal, run_id=1)  # its user had no rights
    await settle(database, portal, [on(5)], run_id=2)

    assert await states(database) == [(5, "public")]


async def test_a_run_of_no_item_leaves_the_link_with_its_item(
    database: Database, portal: Portal
) -> None:
    await ask(database, portal, 5, run_id=1)
    await settle(database, portal, [on(5)], run_id=1)

    of_the_page = replace(origin(portal, 2), item="", source="page")
    settled = Settled(origin=of_the_page, changes=[on(5)])
    await database.write(lambda conn: settling.settle(conn, [settled], now=later(5)))

    (link,) = await listed(database)
    assert (link.item, link.source) == ("DEAL_7", "page")


async def test_other_documents_and_portals_are_left_alone(
    database: Database, portal: Portal
) -> None:
    other = await install(database, member_id=OTHER_MEMBER)
    await ask(database, portal, 5, 6)
    await ask(database, other, 5, run_id=2)
    await settle(database, portal, [on(5), on(6)])
    await settle(database, portal, [off(5)], run_id=3)

    mine = await database.read(lambda conn: register.listed(conn, portal_id=portal.id))
    theirs = await database.read(lambda conn: register.listed(conn, portal_id=other.id))
    assert [(link.document_id, link.state) for link in mine] == [(6, "public")]
    assert [(link.document_id, link.state) for link in theirs] == [(5, "asked")]
