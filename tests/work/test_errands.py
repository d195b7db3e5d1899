"""Whoever opens the page a thousand times at once keeps nobody else's work waiting."""

import pytest

from robot.errors import BusyError
from robot.flows.catalogue import WHO
from robot.store import history
from robot.store.database import Database
from robot.store.portals import Portal
from robot.store.runs import NewRun, Source
from robot.work import newrun
from robot.work.errands import GIVE_UP_AFTER, WATCHED_AT_ONCE, Errands

pytestmark = pytest.mark.anyio


@pytest.fixture
def errands(database: Database) -> Errands:
    return Errands(database=database, wake=lambda _portal_id: None)


def opening(portal: Portal, user_id: int) -> NewRun:
    return newrun.of_our_own(
        WHO,
        portal.id,
        source=Source.PAGE,
        user_id=user_id,
        inputs={},
        give_up_after=GIVE_UP_AFTER,
    )


async def test_so_many_wait_for_one_person_and_no_more(errands: Errands, portal: Portal) -> None:
    for _ in range(WATCHED_AT_ONCE):
        await errands.queue_watched(opening(portal, 7))

    with pytest.raises(BusyError):
        await errands.queue_watched(opening(portal, 7))

    assert await errands.queue_watched(opening(portal, 1))
    stored = await errands.database.read(lambda conn: history.newest(conn, limit=99))
    assert len(stored) == WATCHED_AT_ONCE + 1
