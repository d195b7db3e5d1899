"""A tiny simulation keeps what the real code promises, and finds what the real app did."""

import asyncio
import itertools
from random import Random

import pytest

from bench.portal.limits import Bucket
from bench.simulation.clock import simulate
from bench.simulation.costs import SQLITE
from bench.simulation.load import Load, arrivals
from bench.simulation.replica import Replica, Server
from bench.simulation.story import Case, at_once, run
from bench.simulation.work import Worker, simulated
from bench.simulation.world import SimPortal, new_run
from handlers.connections import MOST

SMALL = Load(portals=50, minutes=2, bulk_portals=0.1, bulk_runs=50, together=True)


def test_a_simulated_burst_is_linked_whole_and_never_refused() -> None:
    found = at_once(200)

    assert (found.lost, found.refused, found.over_limit) == (0, 0, 0)
    assert len(found.bulk) == 200


def test_a_small_load_ends_and_the_same_seed_finds_the_same() -> None:
    first, second = (run(Case(load=SMALL)) for _ in range(2))

    assert first.lost == 0
    assert first.single
    assert first.single == second.single


def test_every_number_of_replicas_gets_the_same_runs_and_links_them_all() -> None:
    found = [run(Case(load=SMALL, replicas=number, is_shared=True)) for number in (1, 3)]

    assert [one.arrived for one in found] == [len(arrivals(SMALL))] * 2
    assert [one.lost + one.refused + one.over_limit for one in found] == [0, 0]
    assert found[0].notified == 0
    assert found[1].notified > 0


def test_as_many_calls_at_once_as_there_are_connections_are_taken_and_no_more() -> None:
    few, many = at_once(6_000, in_flight=MOST), at_once(6_000)

    assert (few.refused, few.lost) == (0, 0)
    assert many.refused > 0
    assert len(many.bulk) == 6_000 - many.refused


def test_a_portal_that_delivers_slowly_keeps_its_runs_apart() -> None:
    load = Load(portals=1, minutes=1, bulk_portals=1, bulk_runs=20, together=True, per_portal=10)

    came = [arrival.delivered_at for arrival in arrivals(load)]

    apart = [after - before for before, after in itertools.pairwise(came)]
    assert min(apart) == pytest.approx(0.1)


def test_a_backlog_uses_the_whole_pace_of_the_portal_and_no_more() -> None:
    sent = _drained(1_000, Bucket(rate=2.0, burst=50.0)).sent

    for n, at in enumerate(sent):
        within = [later - at for later in sent[n:]]
        assert all(count <= 50 + 2 * seconds for count, seconds in enumerate(within, 1))
    seconds = sent[-1] - sent[0]
    assert len(sent) >= 0.9 * (48 + 2 * seconds)


def test_a_pace_that_others_share_is_learned_from_few_refusals() -> None:
    portal = _drained(1_500, Bucket(rate=1.0, burst=25.0))  # another app has the other half

    refused = len(portal.sent) - portal.answered
    assert len(portal.linked) == 1_500
    assert 0 < refused < 0.25 * len(portal.sent)


def _drained(number: int, bucket: Bucket) -> SimPortal:
    async def story() -> SimPortal:
        replica = Replica(SQLITE, Server())
        dice = Random(1)  # noqa: S311 # repeatable
        portal = SimPortal(
            number=1, replica=replica, dice=dice, request=0.03, call=0.005, bucket=bucket
        )
        worker = Worker(replica, {1: portal})
        await asyncio.gather(*(worker.deliver(portal, new_run(n)) for n in range(1, number + 1)))
        await worker.close()
        return portal

    with simulated():
        return simulate(story())
