"""Runs: written down once, decided once, finished without their secrets."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection, select

from robot.flows.flow import failed, succeeded
from robot.store import backlog, runs
from robot.store.database import Database
from robot.store.portals import Portal
from robot.store.runs import Ended, Ending, NewRun, StoredRun
from robot.store.tables import runs as run_rows
from tests.store.store_rig import (
    DEAL,
    NOW,
    OTHER_MEMBER,
    install,
    later,
    new_run,
    record,
)

pytestmark = pytest.mark.anyio


async def record_all(database: Database, *new: NewRun) -> None:
    await database.write(lambda conn: runs.record(conn, new))


async def due(database: Database, portal: Portal, *, at: float = 0, limit: int = 100) -> list[int]:
    return await database.read(
        lambda conn: backlog.due_ids(conn, portal.id, now=later(at), limit=limit)
    )


async def fetch(database: Database, *ids: int) -> list[StoredRun]:
    return await database.read(lambda conn: backlog.fetch(conn, ids))


async def ended(database: Database, run_id: int) -> tuple[str, str, bytes | None]:
    query = select(run_rows).where(run_rows.c.id == run_id)
    row = await database.read(lambda conn: conn.execute(query).one())
    return row.state, row.ending, row.secrets


async def test_a_repeated_delivery_is_written_down_once(database: Database, portal: Portal) -> None:
    await record_all(database, new_run(portal.id), new_run(portal.id, code="changed"))
    await record_all(database, new_run(portal.id), new_run(portal.id, "event-token-2"))

    found = await fetch(database, *await due(database, portal))
    assert len(found) == 2
    assert found[0].code == "linkrobot_enable"


async def test_a_repeat_of_a_finished_run_does_not_run_again(
    database: Database, portal: Portal
) -> None:
    run_id = await record(database, new_run(portal.id))
    await database.write(
        lambda conn: runs.finish(conn, {run_id: Ended(ending=Ending.REPORTED)}, now=NOW)
    )

    await record_all(database, new_run(portal.id))

    assert await due(database, portal) == []


async def test_the_same_token_at_another_portal_is_another_run(
    database: Database, portal: Portal
) -> None:
    other = await install(database, member_id=OTHER_MEMBER)

    await record_all(database, new_run(portal.id), new_run(other.id))

    assert len(await due(database, portal)) == len(await due(database, other)) == 1


async def test_a_run_comes_back_as_it_was_written(database: Database, portal: Portal) -> None:
    new = new_run(portal.id, inputs={"document_id": {"0": "5"}, "ü": ""})
    run_id = await record(database, new)

    (found,) = await fetch(database, run_id)

    assert found.item == DEAL
    assert found.inputs == {"document_id": {"0": "5"}, "ü": ""}
    assert (found.sent_at, found.deadline_at) == (NOW, later(3600))
    assert (found.chosen, found.outcome, found.reports) == (None, None, 0)
    assert found.secrets == b"sealed"
    assert "sealed" not in repr(found)


async def test_a_run_of_a_task_has_no_item(database: Database, portal: Portal) -> None:
    run_id = await record(database, new_run(portal.id, item=None, document_id="49728"))

    (found,) = await fetch(database, run_id)

    assert (found.item, found.document_id) == (None, "49728")


async def test_the_longest_due_comes_first_and_the_future_does_not_come(
    database: Database, portal: Portal
) -> None:
    third = await record(database, new_run(portal.id, "a", due_at=later(2)))
    first = await record(database, new_run(portal.id, "b", due_at=later(-5)))
    second = await record(database, new_run(portal.id, "c", due_at=later(-5)))
    await record(database, new_run(portal.id, "d", due_at=later(60)))

    assert await due(database, portal, at=2) == [first, second, third]
    assert await due(database, portal, at=0) == [first, second]
    assert await due(database, portal, at=2, limit=1) == [first]


async def test_runs_are_given_in_bitrix24s_order(database: Database, portal: Portal) -> None:
    late = await record(database, new_run(portal.id, "a", sent_at=later(5)))
    early = await record(database, new_run(portal.id, "b", sent_at=later(-5)))

    assert [run.id for run in await fetch(database, late, early)] == [early, late]


async def test_an_outcome_never_changes(database: Database, portal: Portal) -> None:
    run_id = await record(database, new_run(portal.id))

    def write(conn: Connection) -> None:
        runs.decide(conn, {run_id: succeeded("On.", public_url="https://a/~1")}, now=NOW)
        runs.decide(conn, {run_id: failed("no_rights", "No.")}, now=later(1))

    await database.write(write)

    (found,) = await fetch(database, run_id)

    assert found.outcome is not None
    assert found.outcome.succeeded
    assert found.outcome.outputs == {"succeeded": "Y", "public_url": "https://a/~1"}
    assert found.outcome.log == "On."


async def test_what_was_chosen_is_remembered(database: Database, portal: Portal) -> None:
    run_id = await record(database, new_run(portal.id))
    await database.write(lambda conn: runs.save_chosen(conn, {run_id: (5, 6)}, now=NOW))

    (found,) = await fetch(database, run_id)

    assert found.chosen == (5, 6)


async def test_a_finished_run_has_no_secrets_and_ends_once(
    database: Database, portal: Portal
) -> None:
    run_id = await record(database, new_run(portal.id))

    def write(conn: Connection) -> None:
        runs.finish(conn, {run_id: Ended(ending=Ending.REPORTED, note="taken")}, now=NOW)
        runs.finish(conn, {run_id: Ended(ending=Ending.REFUSED)}, now=NOW + timedelta(1))

    await database.write(write)

    assert await ended(database, run_id) == ("finished", "reported", None)
    assert await fetch(database, run_id) == []
    assert await due(database, portal, at=10_000) == []


async def test_a_run_whose_answer_was_refused_keeps_its_secrets_to_be_done_again(
    database: Database, portal: Portal
) -> None:
    refused, taken = [await record(database, new_run(portal.id, event)) for event in ("a", "b")]
    endings = {refused: Ended(ending=Ending.REFUSED), taken: Ended(ending=Ending.REPORTED)}

    await database.write(lambda conn: runs.finish(conn, endings, now=NOW))

    assert await ended(database, refused) == ("finished", "refused", b"sealed")
    assert await ended(database, taken) == ("finished", "reported", None)


async def test_a_report_is_tried_again_when_it_is_due(database: Database, portal: Portal) -> None:
    run_id = await record(database, new_run(portal.id))

    def write(conn: Connection) -> None:
        runs.decide(conn, {run_id: succeeded("On.")}, now=NOW)
        runs.postpone(conn, run_id, due_at=later(60), reports=3, first_report_at=NOW)

    await database.write(write)

    assert await due(database, portal, at=59) == []
    assert await due(database, portal, at=60) == [run_id]
    (found,) = await fetch(database, run_id)
    assert (found.reports, found.first_report_at) == (3, NOW)


async def test_nothing_new_is_nothing(database: Database, portal: Portal) -> None:
    await record_all(database)

    assert await due(database, portal) == []
