"""A tiny simulation keeps what the real code promises."""

from bench.simulate import Load, arrivals, burst, run
from bench.simulation.costs import Costs


def test_a_simulated_burst_is_linked_whole_and_never_refused() -> None:
    found = burst(200)

    assert (found.lost, found.replica.refused) == (0, 0)
    assert len(found.bulk) == 200
    assert found.seconds < 60


def test_a_small_load_ends_and_the_same_seed_finds_the_same() -> None:
    load = Load(portals=50, minutes=2, bulk_portals=0.1, bulk_runs=50, together=True)

    first, second = (run(load, Costs(), arrivals(load, 1)) for _ in range(2))

    assert first.lost == 0
    assert first.single
    assert first.single == second.single
