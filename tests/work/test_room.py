"""Memory is bounded over all portals, and shared fairly."""

import pytest

from robot.work.room import HELD_AT_LEAST, HELD_FOR_ONE, Room


@pytest.mark.parametrize(
    ("portals", "share"),
    [
        pytest.param(1, HELD_FOR_ONE, id="one portal has a limit of its own"),
        pytest.param(40, HELD_FOR_ONE, id="a few portals"),
        pytest.param(100, 200, id="many share what there is"),
        pytest.param(5_000, HELD_AT_LEAST, id="very many still make sensible batches"),
    ],
)
def test_portals_share_what_there_is(portals: int, share: int) -> None:
    room = Room(20_000)
    room.portals = portals

    assert room.share() == share


def test_no_more_runs_are_held_than_allowed_however_portals_come() -> None:
    room = Room(20_000)
    for portals in range(1, 2_001):
        room.portals = portals
        room.held += room.beginning()

    assert room.held <= 20_000 + 2_000  # one each, so that every portal goes on
