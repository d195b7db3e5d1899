"""No question about a portal's runs reads them all: there may be a million of them."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, event, insert, text

from robot.flows.flow import LinkChange
from robot.store import bulk, bursts, found_runs, links, settling
from robot.store.database import Database
from robot.store.found_runs import Stage, Subject, Wanted
from robot.store.links import Origin
from robot.store.portals import Portal
from robot.store.settling import Settled
from robot.store.tables import runs as rows
from tests.store.store_rig import NOW, OTHER_MEMBER, install, later, new_run

pytestmark = pytest.mark.anyio
MANY = 20_000
QUESTIONS: dict[str, tuple[dict[str, Any], Sequence[str]]] = {
    "all": ({}, ["runs_of_portal"]),
    "all, older": ({"before": 19_000}, ["runs_of_portal"]),
    "all, newer": ({"after": 19_900}, ["runs_of_portal"]),
    "waiting": ({"stage": Stage.WAITING}, ["runs_waiting"]),
    "waiting, older": ({"stage": Stage.WAITING, "before": 19_000}, ["runs_waiting"]),
    "done": ({"stage": Stage.DONE}, ["runs_of_portal"]),
    "failed": ({"stage": Stage.FAILED}, ["runs_failed", "runs_untaken"]),
    "failed, older": ({"stage": Stage.FAILED, "before": 99}, ["runs_failed", "runs_untaken"]),
    "of an item": ({"subject": Subject(items=("DEAL_7",))}, ["runs_of_item"]),
    "of a document": (
        {"subject": Subject(document_id=7)},
        ["links_of_document", "audit_of_document", "runs_of_item"],
    ),
}


async def fill(database: Database, portal: Portal) -> None:
    """Runs enough for a planner to prefer an index; few wait, few failed; most are another's."""
    first = new_run(portal.id)
    others = (await install(database, member_id=OTHER_MEMBER)).id

    def write(conn: Connection) -> None:
        values = {name: getattr(first, name) for name in ("code", "source", "wants_reply")}
        times = dict.fromkeys(("sent_at", "received_at", "deadline_at", "due_at"), NOW)
        done = {"decided_at": NOW, "succeeded": True, "finished_at": NOW, "ending": "reported"}
        for kind, numbers in (
            (done, range(MANY)),
            (done | {"succeeded": False}, range(MANY, MANY + 30)),
            (done | {"ending": "refused"}, range(MANY + 30, MANY + 40)),
            (dict.fromkeys(done), range(MANY + 40, MANY + 50)),
        ):
            conn.execute(
                insert(rows),
                [
                    {**values, **times, **kind, "inputs": {}}
                    | {"portal_id": others if number < MANY * 0.99 else portal.id}
                    | {"document_id": f"DEAL_{number}", "state": "finished"}
                    | {"event_hash": number.to_bytes(32, "big")}
                    for number in numbers
                ],
            )
        origin = Origin(
            portal_id=portal.id, run_id=1, item="DEAL_7", source="robot", user_id=1, sent_at=NOW
        )
        documents = list(range(1, 1_001))
        links.ask(conn, {origin: (documents, None)}, now=NOW)
        changes = [LinkChange(document_id=one, public=True) for one in documents]
        settling.settle(conn, [Settled(origin=origin, changes=changes)], now=NOW)

    await database.write(write)


async def test_every_question_is_answered_by_an_index(database: Database, portal: Portal) -> None:
    await fill(database, portal)
    if database.is_shared:
        await database.write(lambda conn: conn.execute(text("ANALYZE")))

    for name, (about, indexes) in QUESTIONS.items():
        wanted = Wanted(portal_id=portal.id, **about)
        plans = await plans_of(database, partial(found_runs.found, wanted=wanted, limit=31))
        check(name, plans, indexes)


async def test_a_burst_is_counted_by_indexes(database: Database, portal: Portal) -> None:
    await fill(database, portal)
    if database.is_shared:
        await database.write(lambda conn: conn.execute(text("ANALYZE")))

    plans = await plans_of(
        database, lambda conn: bursts.burst(conn, portal.id, now=later(99_999), since=later(99_000))
    )

    check("burst", plans, ["runs_waiting", "runs_finished"])


async def test_wishes_for_many_links_are_found_among_what_waits(
    database: Database, portal: Portal
) -> None:
    await fill(database, portal)
    if database.is_shared:
        await database.write(lambda conn: conn.execute(text("ANALYZE")))

    plans = await plans_of(
        database, lambda conn: bulk.under_way(conn, portal.id, ["@off"], reach=200)
    )

    check("wishes", plans, ["runs_waiting"])


def check(name: str, plans: Sequence[str], indexes: Sequence[str]) -> None:
    """Each answer is found by its index."""
    assert len(plans) >= len(indexes), name
    for index, plan in zip(indexes, plans, strict=False):
        assert index in plan, (name, plan)
        assert "Seq Scan on" not in plan, (name, plan)
        assert "SCAN" not in plan, (name, plan)


async def plans_of(database: Database, ask: Callable[[Connection], object]) -> list[str]:
    """How the database answers each of the questions."""
    asked: list[tuple[str, Any]] = []

    def look(conn: Connection) -> list[str]:
        def listen(*args: Any) -> None:
            asked.append((args[2], args[3]))

        event.listen(conn, "before_cursor_execute", listen)
        ask(conn)
        event.remove(conn, "before_cursor_execute", listen)
        explain = "EXPLAIN" if database.is_shared else "EXPLAIN QUERY PLAN"
        return [
            "\n".join(
                str(row[-1]) for row in conn.exec_driver_sql(f"{explain} {statement}", values)
            )
            for statement, values in asked
        ]

    return await database.read(look)
