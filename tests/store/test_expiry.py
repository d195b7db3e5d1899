"""Until when links live, who has a say in it, and what is written down of it for ever."""

from datetime import datetime
from functools import partial

import pytest

from robot.flows.flow import LinkChange
from robot.store import audit, expiry, history, portals, removal, runs, settling
from robot.store import tokens as stored_tokens
from robot.store.database import Database
from robot.store.portals import Portal
from robot.store.runs import Ended, Ending
from robot.store.settling import Settled
from robot.store.vault import Vault
from tests.store.store_rig import NOW, OTHER_MEMBER, install, later, new_run, record, tokens
from tests.store.test_links import ask, listed, off, on, origin, settle, states

pytestmark = pytest.mark.anyio
DAY = 86_400.0


def until(end: datetime | None) -> LinkChange:
    return LinkChange(document_id=5, public=True, url="https://a.bitrix24.com/~1", expires_at=end)


async def test_what_was_asked_for_has_its_end_before_it_is_public(
    database: Database, portal: Portal
) -> None:
    await ask(database, portal, 5, end=later(DAY))

    (link,) = await listed(database)
    assert (link.state, link.expires_at) == ("asked", later(DAY))


async def test_who_asks_again_after_a_pause_sets_the_end_of_what_it_asked_for(
    database: Database, portal: Portal
) -> None:
    await ask(database, portal, 5)
    await ask(database, portal, 5, end=later(DAY))
    await ask(database, portal, 5, run_id=2, end=later(1))

    (link,) = await listed(database)
    assert link.expires_at == later(DAY)


@pytest.mark.parametrize(
    ("first", "second", "end"),
    [
        pytest.param((1, DAY), (2, 2 * DAY), 2 * DAY, id="a later run lengthens"),
        pytest.param((1, 2 * DAY), (2, DAY), DAY, id="a later run shortens"),
        pytest.param((1, DAY), (2, None), None, id="a later run takes the end away"),
        pytest.param((2, 2 * DAY), (1, DAY), 2 * DAY, id="an older run does not shorten"),
        pytest.param((2, DAY), (1, None), DAY, id="an older run does not take it away"),
    ],
)
async def test_the_run_that_was_sent_last_says_until_when(
    database: Database,
    portal: Portal,
    first: tuple[int, float | None],
    second: tuple[int, float | None],
    end: float | None,
) -> None:
    for run_id, seconds in (first, second):
        change = until(None if seconds is None else later(seconds))
        await settle(database, portal, [change], run_id=run_id)

    (link,) = await listed(database)
    assert link.expires_at == (None if end is None else later(end))


async def test_what_a_later_run_turned_off_is_known_to_an_older_one(
    database: Database, portal: Portal
) -> None:
    await ask(database, portal, 5, 6)
    await settle(database, portal, [off(5)], run_id=3)

    def ended(run_id: int) -> partial[set[int]]:
        sent = later(run_id)
        return partial(expiry.ended_since, portal_id=portal.id, document_ids=[5, 6], sent_at=sent)

    assert await database.read(ended(2)) == {5}
    assert await database.read(ended(4)) == set()


async def test_turning_all_of_an_item_off_ends_what_earlier_runs_of_it_wait_for(
    database: Database, portal: Portal
) -> None:
    await ask(database, portal, 5, run_id=1)
    await ask(database, portal, 6, run_id=9)
    await settle(database, portal, run_id=3, ends_waiting=True)

    assert await states(database) == [(6, "asked")]


async def test_due_are_open_links_of_installed_portals_whose_time_has_come(
    database: Database, portal: Portal
) -> None:
    other = await install(database, member_id=OTHER_MEMBER)
    await ask(database, portal, 5, end=later(10))
    await ask(database, portal, 6, run_id=2, end=later(DAY))
    await ask(database, portal, 7, run_id=3, end=later(10))
    await settle(database, portal, [off(7)], run_id=4)
    await ask(database, other, 5, end=later(10))
    await database.write(partial(removal.remove, portal_id=other.id, now=NOW))

    early = await database.write(partial(expiry.due, now=later(9), limit=9))
    found = await database.write(partial(expiry.due, now=later(10), limit=9))
    await database.write(partial(expiry.put_off, link_ids=[found[0].id], until=later(99)))

    assert early == []
    assert [(link.portal_id, link.document_id) for link in found] == [(portal.id, 5)]
    assert await database.write(partial(expiry.due, now=later(98), limit=9)) == []
    assert await database.read(partial(expiry.count_overdue, before=later(20))) == {portal.id: 1}


async def test_a_look_says_how_a_link_is_and_changes_no_end(
    database: Database, portal: Portal
) -> None:
    await ask(database, portal, 5, end=later(DAY))
    await settle(database, portal, is_known=False)
    seen = LinkChange(document_id=5, public=True, url="https://a.bitrix24.com/~2", seen=True)
    await settle(database, portal, [seen], run_id=2)

    (link,) = await listed(database)
    assert (link.state, link.url, link.expires_at) == ("public", seen.url, later(DAY))
    assert await database.read(partial(expiry.is_any_due, now=later(DAY)))


async def test_what_is_found_off_or_deleted_ended_so(database: Database, portal: Portal) -> None:
    await settle(database, portal, [on(5), on(6)])
    found = [
        LinkChange(document_id=5, public=False, seen=True, ended_by="elsewhere"),
        LinkChange(document_id=6, public=False, seen=True, ended_by="deleted"),
    ]
    await settle(database, portal, found, run_id=2)

    ended = {link.document_id: link.ended_by for link in await listed(database, every=True)}
    assert ended == {5: "elsewhere", 6: "deleted"}


async def test_the_links_of_a_portal_that_removed_the_app_may_be_public_and_go_on_once_it_is_back(
    database: Database, portal: Portal
) -> None:
    await settle(database, portal, [until(later(DAY))])
    await ask(database, portal, 6, run_id=2)
    await database.write(partial(removal.remove, portal_id=portal.id, now=later(10)))
    left = {link.document_id: (link.state, link.ended_by) for link in await listed(database)}
    nothing = await database.write(partial(expiry.due, now=later(9 * DAY), limit=9))

    await install(database, now=later(20))
    looked_at = await database.write(partial(expiry.due, now=later(30), limit=9))

    assert left == {5: ("public", "app_removed"), 6: ("unknown", "app_removed")}
    assert nothing == []
    assert {link.document_id for link in looked_at} == {5, 6}
    assert {link.ended_by for link in await listed(database)} == {None}


async def test_each_change_leaves_a_line_that_outlives_its_run(
    database: Database, portal: Portal
) -> None:
    run_id = await record(database, new_run(portal.id))
    await ask(database, portal, 5, 6, run_id=run_id)
    await settle(database, portal, [until(later(DAY))], run_id=run_id, is_known=False)
    expired = Settled(origin=origin(portal, 99), changes=[off(5)], ended_by="expired")
    await database.write(lambda conn: settling.settle(conn, [expired], now=later(50)))
    done = {run_id: Ended(ending=Ending.REPORTED)}
    await database.write(partial(runs.finish, ended=done, now=NOW))
    await database.write(partial(history.forget, before=later(1), limit=9))

    lines = await database.read(partial(audit.newest, limit=9, portal_id=portal.id))
    told = [(line.action, line.document_id, line.source, line.user_id) for line in lines[::-1]]
    assert told == [("on", 5, "robot", 7), ("unknown", 6, "robot", 7), ("off", 5, "expired", 7)]
    assert lines[-1].expires_at == later(DAY)
    assert {line.item for line in lines} == {"DEAL_7"}
    assert lines[0].host == "acme.bitrix24.com"


async def test_an_access_is_old_where_links_end_later_and_none_was_renewed_since(
    database: Database, portal: Portal, vault: Vault
) -> None:
    other = await install(database, member_id=OTHER_MEMBER)
    for one in (portal, other):
        save = partial(
            stored_tokens.save, vault=vault, portal=one, user_tokens=tokens(), overrule=True
        )
        await database.write(save)
    await ask(database, portal, 5, end=later(99 * DAY))
    await ask(database, other, 5)

    def old(after: float) -> partial[list[int]]:
        now = later(after)
        return partial(expiry.with_old_access, now=now, before=later(after - 20 * DAY))

    assert await database.read(old(19 * DAY)) == []
    assert await database.read(old(21 * DAY)) == [portal.id]
    assert await database.read(old(100 * DAY)) == [], "nothing is left to end"


async def test_with_which_keys_an_access_was_renewed_is_known(
    database: Database, portal: Portal
) -> None:
    await database.write(partial(portals.renewed, portal_id=portal.id, keys=b"k" * 32))

    found = await database.read(partial(portals.find, portal_id=portal.id))

    assert found is not None
    assert found.renewed_with == b"k" * 32
