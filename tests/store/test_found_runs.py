"""A portal's runs as they are looked for, and that a million of them do not slow that down."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection

from robot.flows.catalogue import ENABLE, LOOK
from robot.flows.flow import LinkChange, Outcome, failed, succeeded
from robot.protocol.items import Item
from robot.store import bursts, found_runs, links, links_of_run, runs, settling
from robot.store.database import Database
from robot.store.found_runs import FoundRun, Stage, Subject, Wanted
from robot.store.links import Origin
from robot.store.portals import Portal
from robot.store.runs import Ended, Ending, Source
from robot.store.settling import Settled
from tests.store.store_rig import NOW, OTHER_MEMBER, install, later, new_run, record

pytestmark = pytest.mark.anyio
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
GOOD, BAD = succeeded("On.", public_url="https://a/~1"), failed("no_rights", "Why.")


async def a_run(
    database: Database,
    portal: Portal,
    number: int,
    *,
    outcome: Outcome | None = GOOD,
    ending: Ending | None = Ending.REPORTED,
    **changes: Any,
) -> int:
    """A run for the deal with that number, as far as it went."""
    item = Item(entity_type_id=2, id=number, document_id=f"DEAL_{number}")
    about = {"item": item, "document_id": item.document_id, **changes}
    run_id = await record(database, new_run(portal.id, f"event-{number}", **about))

    def write(conn: Connection) -> None:
        if outcome:
            runs.decide(conn, {run_id: outcome}, now=later(1))
        if ending:
            runs.finish(conn, {run_id: Ended(ending=ending)}, now=later(2))

    await database.write(write)
    return run_id


async def ids(database: Database, portal: Portal, limit: int = 50, **wanted: Any) -> list[int]:
    found = await database.read(
        lambda conn: found_runs.found(conn, Wanted(portal_id=portal.id, **wanted), limit=limit)
    )
    return [run.id for run in found]


async def test_the_newest_come_first_and_older_ones_page_by_page(
    database: Database, portal: Portal
) -> None:
    other = await install(database, member_id=OTHER_MEMBER)
    made = [await a_run(database, portal, number) for number in range(1, 6)]
    await a_run(database, other, 1)

    assert await ids(database, portal, limit=2) == made[:2:-1]
    assert await ids(database, portal, limit=2, before=made[3]) == [made[2], made[1]]
    assert await ids(database, portal, limit=2, after=made[1]) == [made[3], made[2]]
    assert await ids(database, portal, before=made[0]) == []


async def test_each_run_is_of_one_stage(database: Database, portal: Portal) -> None:
    stages = {
        await a_run(database, portal, 1): Stage.DONE,
        await a_run(database, portal, 2, ending=Ending.NOT_AWAITED): Stage.DONE,
        await a_run(database, portal, 3, outcome=BAD): Stage.FAILED,
        await a_run(database, portal, 4, ending=Ending.REFUSED): Stage.FAILED,
        await a_run(database, portal, 5, outcome=BAD, ending=Ending.REFUSED): Stage.FAILED,
        await a_run(database, portal, 6, outcome=None, ending=Ending.APP_REMOVED): Stage.FAILED,
        await a_run(database, portal, 7, ending=None): Stage.WAITING,
        await a_run(database, portal, 8, outcome=BAD, ending=None): Stage.WAITING,
        await a_run(database, portal, 9, outcome=None, ending=None): Stage.WAITING,
    }

    for stage in Stage:
        meant = [one for one, its in sorted(stages.items(), reverse=True) if its is stage]
        assert await ids(database, portal, stage=stage) == meant
        assert await ids(database, portal, stage=stage, limit=1) == meant[:1]
        assert await ids(database, portal, stage=stage, before=meant[0]) == meant[1:]
        assert await ids(database, portal, stage=stage, after=meant[-1]) == meant[:-1]
    found = await database.read(lambda conn: found_runs.by_ids(conn, portal.id, list(stages)))
    assert {run.id: run.stage for run in found} == stages


async def test_our_own_are_left_out_unless_asked_for(database: Database, portal: Portal) -> None:
    own = await a_run(database, portal, 1, code=LOOK, source=Source.TIME)
    by_hand = await a_run(database, portal, 2, source=Source.COMMAND)

    assert await ids(database, portal) == [by_hand]
    assert await ids(database, portal, with_own=True) == [by_hand, own]


async def test_a_subject_is_an_item_a_document_or_a_run(database: Database, portal: Portal) -> None:
    asked, chose, other = [await a_run(database, portal, number) for number in (1, 2, 3)]
    again = await a_run(database, portal, 4, document_id="DEAL_1")

    def write(conn: Connection) -> None:
        origin = Origin(
            portal_id=portal.id, run_id=asked, item="DEAL_1", source="robot", user_id=1, sent_at=NOW
        )
        links.ask(conn, {origin: ([61], None)}, now=NOW)
        runs.save_chosen(conn, {again: [61], chose: [62]}, now=NOW)

    await database.write(write)

    assert await ids(database, portal, subject=Subject(items=("DEAL_1",))) == [again, asked]
    assert await ids(database, portal, subject=Subject(document_id=61)) == [again, asked]
    assert await ids(database, portal, subject=Subject(run_id=other)) == [other]
    both = Subject(items=("DEAL_2",), document_id=61, run_id=other)
    assert await ids(database, portal, subject=both) == [again, other, chose, asked]
    assert await ids(database, portal, subject=both, limit=1, before=other) == [chose]
    assert await ids(database, portal, subject=Subject()) == []


async def test_another_portals_run_is_not_found(database: Database, portal: Portal) -> None:
    other = await install(database, member_id=OTHER_MEMBER)
    theirs = await a_run(database, other, 1)

    assert await ids(database, portal, subject=Subject(run_id=theirs, items=("DEAL_1",))) == []
    assert await database.read(lambda conn: found_runs.by_ids(conn, portal.id, [theirs])) == []


async def test_a_run_in_full_holds_no_secret(database: Database, portal: Portal) -> None:
    run_id = await a_run(database, portal, 1)

    (run,) = await database.read(lambda conn: found_runs.by_ids(conn, portal.id, [run_id]))

    assert (run.entity_type_id, run.entity_id, run.code) == (2, 1, ENABLE)
    assert run.outputs["public_url"] == "https://a/~1"
    assert "sealed" not in repr(run)
    assert not {"secrets", "event_hash"} & set(FoundRun.__slots__)


async def test_a_burst_is_counted_since_it_began(database: Database, portal: Portal) -> None:
    other = await install(database, member_id=OTHER_MEMBER)
    await a_run(database, other, 1, ending=None)
    await a_run(database, portal, 1)
    await a_run(database, portal, 2, outcome=BAD)
    await a_run(database, portal, 3, outcome=BAD, ending=None)
    await a_run(database, portal, 4, code=LOOK)
    await a_run(database, portal, 5, code=LOOK, ending=None)

    burst = await database.read(
        lambda conn: bursts.burst(conn, portal.id, now=later(4), since=None)
    )

    assert (burst.waiting, burst.done, burst.failed) == (1, 1, 1)
    assert burst.since == NOW
    assert burst.pace == pytest.approx(0.5)
    assert burst.ends_in == pytest.approx(2.0)


async def test_what_waits_for_hours_is_not_when_a_burst_began(
    database: Database, portal: Portal
) -> None:
    await a_run(database, portal, 1, outcome=None, ending=None, received_at=later(-7200))

    burst = await database.read(lambda conn: bursts.burst(conn, portal.id, now=NOW, since=None))

    assert burst.since == NOW - bursts.BEGAN_WITHIN
    assert burst.ends_in is None


async def test_nobody_has_more_than_an_hour_counted(database: Database, portal: Portal) -> None:
    """A page says since when; all runs of all portals would take seconds."""
    burst = await database.read(lambda conn: bursts.burst(conn, portal.id, now=NOW, since=EPOCH))

    assert burst.since == NOW - bursts.LOOKS_BACK


async def test_the_link_of_a_document_is_shown_as_it_is_now(
    database: Database, portal: Portal
) -> None:
    def settled(run_id: int, *, public: bool) -> Settled:
        origin = Origin(
            portal_id=portal.id,
            run_id=run_id,
            item="DEAL_1",
            source="robot",
            user_id=1,
            sent_at=later(run_id),
        )
        change = LinkChange(document_id=5, public=public, url=f"https://a/~{run_id}", title="Offer")
        return Settled(origin=origin, changes=[change])

    for run_id, public in ((1, True), (2, False), (3, True)):
        one = settled(run_id, public=public)
        await database.write(lambda conn, one=one: settling.settle(conn, [one], now=NOW))  # type: ignore[misc]

    found = await database.read(lambda conn: links_of_run.of_documents(conn, portal.id, [5, 6]))

    assert set(found) == {5}
    assert (found[5].url, found[5].is_public, found[5].run_id) == ("https://a/~3", True, 3)
