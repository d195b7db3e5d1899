"""A tiny simulation keeps what the real code promises."""

from bench.simulation.load import Load
from bench.simulation.story import Case, at_once, run

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
