"""A run that waits for its PDF is a row and nothing more, until it looks again."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, update

from robot.flows import publish
from robot.store import backlog, runs
from robot.store.tables import runs as table
from tests.work.links_rig import Site, until
from tests.work.portal_function import GET

pytestmark = pytest.mark.anyio
PAUSE = 0.05  # seconds
WAITING = {"document_id": "5", "wait_for_pdf": "Y"}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publish, "LOOKS_AFTER", (PAUSE,))


@pytest.fixture
def site(site: Site) -> Site:
    """Its documents have no PDF yet."""
    site.documents.ready = False
    return site


async def test_the_link_is_turned_on_once_the_pdf_is_there(site: Site) -> None:
    await site.call("waits", inputs=WAITING)

    async with site.at_work():
        await until(lambda: len(site.function.sent(GET)) >= 3)
        assert site.documents.public == set()
        site.documents.ready = True
        await site.until_finished()

    (outputs,) = site.told()
    assert outputs["pdf_ready"] == "Y"
    assert outputs["public_url"]
    (run,) = await site.all_runs()
    assert run.look_at is None
    assert run.ending == "reported"


async def test_the_looks_already_taken_survive_a_restart(site: Site) -> None:
    await site.call("waits", inputs=WAITING)
    async with site.at_work():
        await until(lambda: len(site.function.sent(GET)) >= 2)
    (before,) = await site.all_runs()

    site.documents.ready = True
    async with site.at_work():
        await site.until_finished()

    assert before.looks >= 1
    (after,) = await site.all_runs()
    assert after.first_look_at == before.first_look_at
    assert after.looks >= before.looks
    assert len(site.told()) == 1


async def test_after_five_minutes_the_link_is_turned_on_without_it(site: Site) -> None:
    await site.call("waits", inputs=WAITING)
    async with site.at_work():
        await until(lambda: len(site.function.sent(GET)) >= 1)
    long_ago = datetime.now(UTC) - timedelta(seconds=publish.LONGEST_WAIT)
    await site.change(table, first_look_at=long_ago)

    async with site.at_work():
        await site.until_finished()

    (outputs,) = site.told()
    assert (outputs["pdf_ready"], outputs["succeeded"]) == ("N", "Y")


async def test_a_workflow_that_waits_no_longer_than_that_gets_its_link_before(site: Site) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=publish.LEAVES + 0.3)
    await site.call("waits", inputs=WAITING, deadline_at=soon)

    async with site.at_work():
        await site.until_finished()

    (outputs,) = site.told()
    assert (outputs["pdf_ready"], outputs["succeeded"]) == ("N", "Y")


@pytest.mark.parametrize("document_id", ["5", ""], ids=["named", "of the item"])
async def test_what_a_later_step_turns_off_meanwhile_stays_off(
    site: Site, document_id: str
) -> None:
    await site.call("waits", inputs=WAITING)
    async with site.at_work():
        await until(lambda: len(site.function.sent(GET)) >= 2)
        await site.disable(document_id)
        await until(lambda: len(site.told()) == 1)
        site.documents.ready = True
        await site.until_finished()

    assert site.documents.public == set()
    assert site.told()[1]["error_code"] == "ended_meanwhile"


async def test_ten_thousand_that_wait_hold_nobody_back(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted, not timed: what comes meanwhile goes with the next request."""
    now = datetime.now(UTC)
    new = [site.called(f"waits-{number}", inputs=WAITING) for number in range(10_000)]

    def write(conn: Connection) -> None:
        runs.record(conn, new)
        later = {"looks": 3, "first_look_at": now, "look_at": now, "chosen": [5]}
        conn.execute(update(table).values(due_at=now + timedelta(hours=1), **later))

    await site.database.write(write)
    monkeypatch.setattr(publish, "LOOKS_AFTER", (30.0,))
    async with site.at_work() as working:
        await until(lambda: len(site.function.sent(GET)) >= 200)
        before = site.function.requests
        await site.call("new", inputs={"document_id": "9"})
        working.wake(site.portal.id)
        await until(lambda: site.told())
        after = site.function.requests

    assert site.told()[0]["linked_document_id"] == "9"
    # Two of its own; four of the others may be under way, and one may be filled already.
    assert after - before <= 2 + 2 * 5
    held = await site.database.read(
        lambda conn: backlog.looking(conn, site.portal.id, now=datetime.now(UTC), held=())
    )
    assert len(held.runs) <= backlog.LOOKING_TOGETHER
