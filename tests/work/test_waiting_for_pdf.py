"""A run that waits for its PDF is a row and nothing more, until it looks again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, update

from robot.flows import publish
from robot.flows.catalogue import DISABLE
from robot.store import backlog, runs
from robot.store.database import Database
from robot.store.portals import Portal
from robot.store.tables import runs as table
from robot.store.vault import Vault
from robot.work import crew
from tests.store.store_rig import record
from tests.work.links_rig import Documents, all_runs, at_work, until, until_finished
from tests.work.portal_function import ENABLE, GET, SEND, PortalFunction, called

pytestmark = pytest.mark.anyio
PAUSE = 0.05  # seconds


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "SWEEP_EVERY", 0.02)
    monkeypatch.setattr(publish, "LOOKS_AFTER", (PAUSE,))


@pytest.fixture
def documents() -> Documents:
    return Documents(public=set(), ready=False)


@pytest.fixture
def function(documents: Documents) -> PortalFunction:
    return PortalFunction(methods={GET: documents.get, ENABLE: documents.change})


def waiting(vault: Vault, portal: Portal, event: str = "waits", **changes: Any) -> Any:
    fields = {"document_id": "5", "wait_for_pdf": "Y"}
    return called(vault, portal, event, inputs=fields, **changes)


def told(function: PortalFunction) -> list[dict[str, Any]]:
    return [params["RETURN_VALUES"] for params in function.sent(SEND)]


async def test_the_link_is_turned_on_once_the_pdf_is_there(
    database: Database,
    portal: Portal,
    vault: Vault,
    function: PortalFunction,
    documents: Documents,
) -> None:
    await record(database, waiting(vault, portal))

    async with at_work(function, database, vault):
        await until(lambda: len(function.sent(GET)) >= 3)
        assert documents.public == set()
        documents.ready = True
        await until_finished(database)

    (outputs,) = told(function)
    assert outputs["pdf_ready"] == "Y"
    assert outputs["public_url"]
    (run,) = await all_runs(database)
    assert run.look_at is None
    assert run.ending == "reported"


async def test_the_looks_already_taken_survive_a_restart(
    database: Database,
    portal: Portal,
    vault: Vault,
    function: PortalFunction,
    documents: Documents,
) -> None:
    await record(database, waiting(vault, portal))
    async with at_work(function, database, vault):
        await until(lambda: len(function.sent(GET)) >= 2)
    (before,) = await all_runs(database)

    documents.ready = True
    async with at_work(function, database, vault):
        await until_finished(database)

    assert before.looks >= 1
    (after,) = await all_runs(database)
    assert after.first_look_at == before.first_look_at
    assert after.looks >= before.looks
    assert len(told(function)) == 1


async def test_after_five_minutes_the_link_is_turned_on_without_it(
    database: Database, portal: Portal, vault: Vault, function: PortalFunction
) -> None:
    await record(database, waiting(vault, portal))
    async with at_work(function, database, vault):
        await until(lambda: len(function.sent(GET)) >= 1)
    long_ago = datetime.now(UTC) - timedelta(seconds=publish.LONGEST_WAIT)
    await database.write(lambda conn: conn.execute(update(table).values(first_look_at=long_ago)))

    async with at_work(function, database, vault):
        await until_finished(database)

    (outputs,) = told(function)
    assert (outputs["pdf_ready"], outputs["succeeded"]) == ("N", "Y")


async def test_a_workflow_that_waits_no_longer_than_that_gets_its_link_before(
    database: Database, portal: Portal, vault: Vault, function: PortalFunction
) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=publish.LEAVES + 0.3)
    await record(database, waiting(vault, portal, deadline_at=soon))

    async with at_work(function, database, vault):
        await until_finished(database)

    (outputs,) = told(function)
    assert (outputs["pdf_ready"], outputs["succeeded"]) == ("N", "Y")


@pytest.mark.parametrize("document_id", ["5", ""], ids=["named", "of the item"])
async def test_what_a_later_step_turns_off_meanwhile_stays_off(
    database: Database,
    portal: Portal,
    vault: Vault,
    function: PortalFunction,
    documents: Documents,
    document_id: str,
) -> None:
    await record(database, waiting(vault, portal))
    async with at_work(function, database, vault):
        await until(lambda: len(function.sent(GET)) >= 2)
        off = called(vault, portal, "off", code=DISABLE, inputs={"document_id": document_id})
        await record(database, off)
        await until(lambda: len(told(function)) == 1)
        documents.ready = True
        await until_finished(database)

    assert documents.public == set()
    assert told(function)[1]["error_code"] == "ended_meanwhile"


async def test_ten_thousand_that_wait_hold_nobody_back(
    database: Database,
    portal: Portal,
    vault: Vault,
    function: PortalFunction,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Counted, not timed: what comes meanwhile goes with the next request."""
    now = datetime.now(UTC)
    new = [waiting(vault, portal, f"waits-{number}") for number in range(10_000)]

    def write(conn: Connection) -> None:
        runs.record(conn, new)
        later = {"looks": 3, "first_look_at": now, "look_at": now, "chosen": [5]}
        conn.execute(update(table).values(due_at=now + timedelta(hours=1), **later))

    await database.write(write)
    monkeypatch.setattr(publish, "LOOKS_AFTER", (30.0,))
    async with at_work(function, database, vault) as working:
        await until(lambda: len(function.sent(GET)) >= 200)
        before = function.requests
        await record(database, called(vault, portal, "new", inputs={"document_id": "9"}))
        working.wake(portal.id)
        await until(lambda: told(function))
        after = function.requests

    assert told(function)[0]["linked_document_id"] == "9"
    # Two of its own; four of the others may be under way, and one may be filled already.
    assert after - before <= 2 + 2 * 5
    held = await database.read(
        lambda conn: backlog.looking(conn, portal.id, now=datetime.now(UTC), held=())
    )
    assert len(held.runs) <= backlog.LOOKING_TOGETHER
