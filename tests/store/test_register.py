"""The register of links, asked by portal, item, age and end."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event, insert

from robot.store import expiry, register, removal
from robot.store.database import Database
from robot.store.links import LinkState
from robot.store.portals import Portal
from robot.store.register import Wanted
from robot.store.tables import links
from tests.store.store_rig import NOW, ONLY_SQLITE, OTHER_MEMBER, install, later

pytestmark = pytest.mark.anyio
DAY = 86_400
# document -> what is special about its link
LINKS: Mapping[int, Mapping[str, Any]] = {
    1: {"asked_at": later(-100 * DAY)},
    2: {"expires_at": later(3 * DAY), "due_at": later(3 * DAY)},
    3: {"expires_at": later(-3600), "due_at": later(600)},  # overdue
    4: {"item": "LEAD_9", "state": "unknown"},
    5: {"state": "off", "ended_by": "expired", "expires_at": later(-DAY)},
    6: {"state": "off", "ended_by": "never_on"},
    7: {"state": "off"},  # of a version that did not write down how
    8: {"ended_by": "app_removed", "expires_at": later(-3600)},
    9: {"state": "asked", "expires_at": later(DAY), "due_at": later(DAY)},
    10: {"expires_at": later(-60), "due_at": later(-60)},  # its end is just coming
}


@pytest.fixture
async def filled(database: Database, portal: Portal) -> Database:
    other = await install(database, member_id=OTHER_MEMBER)
    rows = [link(portal, number, **changes) for number, changes in LINKS.items()]
    rows.append(link(other, 1, item="DEAL_8"))
    await database.write(lambda conn: [conn.execute(insert(links), row) for row in rows])
    return database


def link(portal: Portal, document_id: int, **changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "portal_id": portal.id,
        "document_id": document_id,
        "run_id": document_id,
        "item": "DEAL_7",
        "state": "public",
        "asked_at": NOW,
        "changed_at": NOW,
        "source": "robot",
    }
    return {**row, **changes}


CASES = {
    "what is open": (Wanted(), [10, 9, 8, 4, 3, 2, 1]),
    "everything": (Wanted(every=True), [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]),
    "one item": (Wanted(item="LEAD_9"), [4]),
    "one document": (Wanted(document_id=5, every=True), [5]),
    "long ago": (Wanted(asked_before=later(-90 * DAY)), [1]),
    "ends soon, or should have": (Wanted(ends_before=later(7 * DAY)), [10, 9, 8, 3, 2]),
    "ended": (Wanted(ended_by=""), [8, 7, 5]),
    "ended in one way": (Wanted(ended_by="expired"), [5]),
    "where the app was removed": (Wanted(ended_by="app_removed"), [8]),
    "some states": (Wanted(states=[LinkState.UNKNOWN, LinkState.ASKED]), [9, 4]),
}


@pytest.mark.parametrize(("wanted", "documents"), CASES.values(), ids=CASES)
async def test_links_are_found_by_what_is_asked(
    filled: Database, portal: Portal, wanted: Wanted, documents: list[int]
) -> None:
    values = {name: getattr(wanted, name) for name in Wanted.__slots__}
    mine = Wanted(**{**values, "portal_ids": [portal.id]})

    found = await filled.read(lambda conn: list(register.found(conn, mine)))
    number = await filled.read(lambda conn: register.count(conn, mine))

    assert sorted((one.document_id for one in found), reverse=True) == documents
    assert sum(number.values()) == len(documents)


async def test_at_most_so_many_are_found_the_newest_first(filled: Database, portal: Portal) -> None:
    wanted = Wanted(every=True, portal_ids=[portal.id])

    found = await filled.read(lambda conn: list(register.found(conn, wanted, limit=3)))

    assert [one.document_id for one in found] == [10, 9, 8]


async def test_a_link_is_overdue_a_while_after_its_end_where_it_is_ours_to_turn_off(
    filled: Database, portal: Portal
) -> None:
    found = await filled.read(lambda conn: register.listed(conn, every=True))
    counted = await filled.read(
        lambda conn: expiry.count_overdue(conn, before=NOW - expiry.OVERDUE_AFTER)
    )

    assert [one.document_id for one in found if one.is_overdue(NOW)] == [3]
    assert counted == {portal.id: 1}
    assert timedelta(minutes=15) == expiry.OVERDUE_AFTER


async def test_what_can_still_be_turned_off_is_of_installed_portals(
    filled: Database, portal: Portal
) -> None:
    await filled.write(lambda conn: removal.remove(conn, portal.id, now=NOW))
    here, gone = Wanted(is_installed=True), Wanted(is_installed=False)

    (left,) = await filled.read(lambda conn: register.to_do(conn, here))

    assert (left.document_id, left.item, left.state) == (1, "DEAL_8", "public")
    assert await filled.read(lambda conn: register.count(conn, gone)) == {portal.id: 7}
    assert await filled.read(lambda conn: register.by_ids(conn, [left.id])) == [left]


@ONLY_SQLITE
@pytest.mark.parametrize("wanted", [wanted for wanted, _ in CASES.values()], ids=CASES)
async def test_no_question_sorts_a_register_of_a_million_links(
    filled: Database, wanted: Wanted
) -> None:
    asked: list[tuple[str, Any]] = []

    def plan(conn: Connection) -> list[str]:
        event.listen(conn, "before_cursor_execute", lambda *args: asked.append(args[2:4]))
        list(register.found(conn, wanted, limit=200))
        statement, values = asked[-1]
        rows = conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        return [row[3] for row in rows]

    steps = await filled.read(plan)

    # Those of one item, of one document, or which end soon are few; the others come in order.
    sorts = any("TEMP B-TREE" in step for step in steps)
    assert not sorts or wanted.item or wanted.document_id or wanted.ends_before, steps
