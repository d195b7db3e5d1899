"""A portal's links page by page: what is found, in which order, and from which index."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import Connection, event, insert, text

from robot.store import browsing
from robot.store.browsing import Search, Show
from robot.store.database import Database
from robot.store.portals import Portal
from robot.store.tables import links
from tests.store.store_rig import NOW, OTHER_MEMBER, install, later
from tests.store.test_register import link

pytestmark = pytest.mark.anyio
DAY = 86_400
URL = "https://acme.bitrix24.com/"
MANY = 3_000  # of each portal, so that an index is worth while
# document -> what is special about its link
LINKS: dict[int, dict[str, Any]] = {
    1: {"asked_at": later(-100 * DAY), "title": "Договор поставки"},
    2: {"asked_at": later(-2), "expires_at": later(3 * DAY)},
    3: {"asked_at": later(-3), "expires_at": later(2 * DAY), "item": "LEAD_2"},
    4: {
        "asked_at": later(-4),
        "url": f"{URL}~aB3",
        "expires_at": later(DAY * 30),
    },
    5: {"state": "off", "ended_by": "expired", "changed_at": later(-5)},
    6: {"state": "off", "ended_by": "never_on"},
    7: {"state": "off", "ended_by": "page", "changed_at": later(-4)},
    8: {"state": "off", "changed_at": later(-9)},  # of a version that did not write down how
}
CASES: dict[str, tuple[dict[str, Any], list[int]]] = {
    "public, turned on last first": ({}, [2, 3, 4, 1]),
    "ends soon, the next first": ({"show": Show.ENDING, "before": later(7 * DAY)}, [3, 2]),
    "turned on long ago": ({"before": later(-90 * DAY)}, [1]),
    "ended, ended last first": ({"show": Show.ENDED}, [7, 5, 8]),
    "ended in one way": ({"show": Show.ENDED, "ended_by": "expired"}, [5]),
    "of an item": ({"item": "LEAD_2"}, [3]),
    "a document's or an item's number": ({"number": 2}, [2, 3]),
    "no number of any": ({"number": 10**18}, []),
    "words in any letter case": ({"words": ["поставки", "договор"]}, [1]),
    "a pasted link": ({"words": [f"{URL}~ab3"]}, [4]),
    "those that were there": ({"up_to": 3}, [2, 3, 1]),
}


@pytest.fixture
async def filled(database: Database, portal: Portal) -> Database:
    other = await install(database, member_id=OTHER_MEMBER)
    rows = [link(portal, number, **{"title": "Contract", **more}) for number, more in LINKS.items()]
    rows += [link(other, number, **more) for number, more in LINKS.items()]
    await database.write(lambda conn: [conn.execute(insert(links), row) for row in rows])
    return database


def found(conn: Connection, search: Search, *, most: int) -> list[int]:
    """Page by page, to the end."""
    documents: list[int] = []
    page = browsing.page(conn, search, most=most)
    documents += [one.document_id for one in page.links]
    while page.next:
        page = browsing.page(conn, search, most=most, after=page.next)
        documents += [one.document_id for one in page.links]
    return documents


@pytest.mark.parametrize("most", [1, 2, 50])
@pytest.mark.parametrize(("asked", "documents"), CASES.values(), ids=CASES)
async def test_links_are_found_in_order_page_by_page(
    filled: Database, portal: Portal, asked: dict[str, Any], documents: list[int], most: int
) -> None:
    search = Search(portal_id=portal.id, **asked)

    assert await filled.read(lambda conn: found(conn, search, most=most)) == documents


async def test_titles_are_read_so_many_at_a_time(
    filled: Database, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browsing, "READS", 2)
    search = Search(portal_id=portal.id, words=["поставки"])

    page = await filled.read(lambda conn: browsing.page(conn, search, most=50))

    assert (list(page.links), page.next is not None) == ([], True)
    assert await filled.read(lambda conn: found(conn, search, most=50)) == [1]


async def test_links_of_another_portal_are_none(filled: Database, portal: Portal) -> None:
    def ids(conn: Connection) -> list[int]:
        return list(conn.scalars(links.select().with_only_columns(links.c.id)))

    mine = await filled.read(
        lambda conn: browsing.in_full(conn, portal.id, ids(conn)),
    )

    assert len(mine) == len(LINKS)
    assert {one.member_id for one in mine} == {portal.member_id}


PLANS = {name: asked for name, (asked, _) in CASES.items() if name != "those that were there"}


@pytest.mark.parametrize("asked", PLANS.values(), ids=PLANS)
async def test_every_question_is_answered_from_an_index(
    filled: Database, portal: Portal, asked: dict[str, Any]
) -> None:
    """Also behind a page; in a register of a million the whole is never read, and never sorted."""
    await filled.write(lambda conn: fill(conn, portal))
    search = Search(portal_id=portal.id, **asked)
    after = browsing.Place(NOW, MANY)

    plans = await filled.read(lambda conn: [plan(conn, search, place) for place in (None, after)])

    is_few = bool(search.item) or search.number is not None
    for steps in plans:
        # By the portal alone only what is shown of all of its links.
        is_all = not (search.ended_by or search.before or is_few)
        assert is_all or not any("(portal_id=?)" in step for step in steps), steps
        assert not any("Seq Scan on links" in one or "SCAN links" in one for one in steps), steps
        sorts = [step for step in steps if step.startswith("Sort  (") or "TEMP B-TREE" in step]
        assert is_few or not sorts, steps


def fill(conn: Connection, portal: Portal) -> None:
    """Links as they come: half of them ended."""
    ways = ("expired", "robot", "page")
    rows = [
        link(
            portal,
            number,
            item=f"DEAL_{number}",
            title="",
            url="",
            asked_at=later(-number),
            changed_at=later(-number),
            expires_at=later(number * 3600),
            state="off" if number % 2 else "public",
            ended_by=ways[number % 3] if number % 2 else None,
        )
        for number in range(1_000, 1_000 + MANY)
    ]
    conn.execute(insert(links), rows)
    if conn.dialect.name == "postgresql":
        conn.execute(text("ANALYZE"))  # as it does by itself; nobody does so for SQLite


def plan(conn: Connection, search: Search, after: browsing.Place | None) -> Sequence[str]:
    """The steps of the database for the first query of a page."""
    asked: list[tuple[str, Any]] = []

    def note(*args: Any) -> None:
        asked.append((args[2], args[3]))

    event.listen(conn, "before_cursor_execute", note)
    browsing.page(conn, search, most=50, after=after)
    event.remove(conn, "before_cursor_execute", note)
    statement, values = asked[0]
    if conn.dialect.name == "sqlite":
        rows = conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        return [row[3] for row in rows]
    conn.execute(text("SET LOCAL enable_seqscan = off"))
    rows = conn.exec_driver_sql(f"EXPLAIN {statement}", values)
    return [row[0].strip().removeprefix("->").strip() for row in rows]
