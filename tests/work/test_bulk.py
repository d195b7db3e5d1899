"""What an administrator wishes for many links: written down at once, done by itself, told truly."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import select

from robot.flows.catalogue import ENABLE
from robot.store import browsing, bulk, tokens
from robot.store.browsing import Search, Seen
from robot.store.database import Database
from robot.store.portals import Portal
from robot.store.runs import Source
from robot.store.tables import links as links_table
from robot.store.tables import runs
from robot.store.vault import Vault
from robot.work import bulk as wishes
from robot.work.bulk import AT_ONCE, EACH, Kind, Progress, Wish
from robot.work.errands import Errands
from tests.store import store_rig
from tests.store.store_rig import new_run, record
from tests.work import test_portions
from tests.work.portal_function import PortalFunction, work
from tests.work.test_portions import DELETED, FOREIGN, PRIVATE, keep

pytestmark = pytest.mark.anyio
function = test_portions.function
GIVE_UP_AFTER = timedelta(hours=24)


@pytest.fixture
def wish(portal: Portal) -> Wish:
    return Wish(portal_id=portal.id, user_id=1, give_up_after=GIVE_UP_AFTER)


@pytest.fixture
async def errands(database: Database, vault: Vault, portal: Portal) -> Errands:
    """Nobody works by itself here."""
    pair = store_rig.tokens(expires_at=store_rig.later(10**9))
    await database.write(lambda conn: tokens.save(conn, vault, portal, pair, overrule=True))
    return Errands(database=database, wake=lambda _portal_id: None)


async def public(database: Database, portal: Portal, number: int) -> list[Seen]:
    await keep(database, portal, number)
    search = Search(portal_id=portal.id)
    found = await wishes.gather(database, search, most=100_000)
    assert len(await wishes.gather(database, search, most=2)) == 2
    return found


async def progress_of(database: Database, portal: Portal, runs: tuple[int, int]) -> Progress:
    portions = await database.read(lambda conn: bulk.between(conn, portal.id, *runs))
    found = wishes.progress(portions)
    assert found
    return found


async def under_way(database: Database, portal: Portal) -> list[tuple[int, int]]:
    codes = list(wishes.CODES.values())
    return await database.read(
        lambda conn: bulk.under_way(conn, portal.id, codes, reach=wishes.MOST_RUNS)
    )


async def stored(database: Database) -> Sequence[Any]:
    return await database.read(lambda conn: list(conn.execute(select(runs).order_by(runs.c.id))))


async def test_thousands_leave_room_for_the_portals_robots(
    errands: Errands, database: Database, portal: Portal, wish: Wish
) -> None:
    links = await public(database, portal, 1_000)

    first, last = await wishes.turn_off(errands, wish, links)

    rows = await stored(database)
    begun = rows[0].due_at
    waits = [(row.due_at - begun) / EACH for row in rows]
    assert (len(rows), rows[0].id, rows[-1].id) == (20, first, last)
    assert waits == [0.0] * AT_ONCE + [float(number) for number in range(1, 20 - AT_ONCE + 1)]
    assert {row.deadline_at - row.due_at for row in rows} == {GIVE_UP_AFTER}
    assert {(row.source, row.user_id) for row in rows} == {("page", 1)}
    progress = await progress_of(database, portal, (first, last))
    assert (progress.kind, progress.links, progress.waiting) == (Kind.OFF, 1_000, 1_000)


async def test_what_is_wished_many_times_leaves_as_much_room(
    errands: Errands, database: Database, portal: Portal, wish: Wish
) -> None:
    links = await public(database, portal, 1_000)

    for _ in range(3):
        await wishes.look(errands, wish, links)

    later = sorted(row.due_at for row in await stored(database))[3 * AT_ONCE :]
    assert min(two - one for one, two in pairwise(later)) >= EACH


async def test_what_came_of_it_is_told_in_numbers_and_reasons(
    errands: Errands,
    function: PortalFunction,
    database: Database,
    vault: Vault,
    portal: Portal,
    wish: Wish,
) -> None:
    links = await public(database, portal, 60)
    looked = await wishes.look(errands, wish, links)
    await work(function, database, vault, portal)
    off = await wishes.turn_off(errands, wish, [one for one in links if one.document_id != PRIVATE])
    await work(function, database, vault, portal)

    found, done = [await progress_of(database, portal, one) for one in (looked, off)]

    assert found.came == {"public": 57, "elsewhere": 1, "deleted": 1, "left": 1}
    assert done.came == {"off": 57, "deleted": 1, "left": 1}
    assert (found.is_over, done.is_over) == (True, True)
    assert [str(FOREIGN) in reason for reason in done.reasons] == [True]
    assert str(DELETED) not in done.reasons[0]


async def test_whoever_opens_the_page_sees_what_is_still_to_be_done(
    errands: Errands,
    database: Database,
    vault: Vault,
    portal: Portal,
    wish: Wish,
    function: PortalFunction,
) -> None:
    links = await public(database, portal, 300)
    other = Wish(portal_id=portal.id, user_id=7, give_up_after=GIVE_UP_AFTER)
    mine = await wishes.turn_off(errands, wish, links)
    theirs = await wishes.look(errands, other, links[:10])
    await record(database, new_run(portal.id, "tried", source=Source.PAGE, code=ENABLE))

    before = await under_way(database, portal)
    await work(function, database, vault, portal)
    after = await under_way(database, portal)

    assert before == [theirs, mine]
    assert after == [mine], "from its first run on, which is done"
    progress = await progress_of(database, portal, mine)
    assert progress.waiting == 300 - AT_ONCE * 50
    assert not progress.is_over


async def test_runs_of_no_wish_and_of_another_portal_are_none(
    errands: Errands, database: Database, portal: Portal, wish: Wish
) -> None:
    other = await store_rig.install(database, member_id=store_rig.OTHER_MEMBER)
    first, last = await wishes.look(errands, wish, await public(database, portal, 60))
    tried = await record(database, new_run(portal.id, "tried", source=Source.PAGE))

    def told(conn: Any) -> list[Progress | None]:
        asked = ((other.id, first, last), (portal.id, tried, tried), (portal.id, first - 1, last))
        return [wishes.progress(bulk.between(conn, *one)) for one in asked]

    assert await database.read(told) == [None, None, None]


async def test_the_later_word_counts(
    errands: Errands,
    function: PortalFunction,
    database: Database,
    vault: Vault,
    portal: Portal,
    wish: Wish,
) -> None:
    """Of a link that one wants off and another one longer, whichever wish is worked off first."""
    first, second = await public(database, portal, 2)

    def full(conn: Any) -> Any:
        return browsing.in_full(conn, portal.id, [first.id, second.id])

    extended, ended = await database.read(full)
    off = await wishes.turn_off(errands, wish, [first])
    end = await wishes.extend(errands, wish, [ended], days=7)
    await wishes.extend(errands, wish, [extended], days=None)
    await wishes.turn_off(errands, wish, [second])
    # The earlier ones wait, as the later portions of a great wish do.
    await put_off(database, [off[0], end[0]])
    await work(function, database, vault, portal)
    await put_off(database, [off[0], end[0]], seconds=-1)
    await work(function, database, vault, portal)

    kept, gone = await database.read(full)
    assert (kept.is_open, gone.is_open) == (True, False)
    assert (await progress_of(database, portal, off)).came == {"later": 1}
    assert (await progress_of(database, portal, end)).came == {"ended": 1}


async def put_off(database: Database, ids: list[int], *, seconds: float = 3600) -> None:
    due_at = datetime.now(UTC) + timedelta(seconds=seconds)
    change = runs.update().where(runs.c.id.in_(ids)).values(due_at=due_at)
    await database.write(lambda conn: conn.execute(change))


async def test_all_that_have_words_are_found_however_many_have_to_be_read(
    database: Database, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browsing, "READS", 2)
    await keep(database, portal, 7)
    change = links_table.update().where(links_table.c.document_id == 1).values(title="Offer")
    await database.write(lambda conn: conn.execute(change))
    search = Search(portal_id=portal.id, words=["offer"])

    found = await wishes.gather(database, search, most=50)

    assert [one.document_id for one in found] == [1]
