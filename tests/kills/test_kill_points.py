"""SIGKILL at every point of a run's way: between each commit, request and answer and the next one.

After it the run ends right, once; so it does when the same call comes again.
"""

from collections.abc import Callable
from functools import partial

import pytest

from tests.kills.deals import (
    Deal,
    Way,
    faults,
    faults_in_database,
    is_over,
    look,
    move,
    move_off,
    unfinished,
)
from tests.kills.lives import MortalApp
from tests.scenarios.sandbox_portal import ENABLING, LISTING, REPORTING, SandboxPortal
from tests.scenarios.waiting import until

# Every run passes these.
ALWAYS = {"a commit", REPORTING}
Begin = Callable[[MortalApp, SandboxPortal], Deal]


def named(_app: MortalApp, portal: SandboxPortal) -> Deal:
    return move(portal, Way.NAMED)[0]


def latest(_app: MortalApp, portal: SandboxPortal) -> Deal:
    return move(portal, Way.LATEST)[0]


def off(app: MortalApp, portal: SandboxPortal) -> Deal:
    """Turned on by a run before, so that its link stands in our database."""
    (deal,) = move(portal, Way.LATEST)
    until(lambda: is_over(deal) and app.is_idle(), what="the link is on")
    return move_off(deal)


# Way -> how a deal begins it, the robot's call whose points are passed, what is among them.
WAYS: dict[str, tuple[Begin, int, set[str]]] = {
    "turn on the named document": (named, 1, {"batch"}),
    "turn on the latest document": (latest, 1, {LISTING, ENABLING}),
    "turn off": (off, 2, {LISTING, ENABLING, "batch"}),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_run_survives_a_kill_at_every_point_of_its_way(
    way: str, app: MortalApp, portal: SandboxPortal
) -> None:
    begin, call, passes = WAYS[way]
    deals: list[Deal] = []
    for number, point in points(app, portal, begin, call):
        app.live(call, number, point)
        until(app.is_idle, what="the run before is done")
        deals.append(begin(app, portal))
        app.dies_before(partial(is_over, deals[-1]))

    app.live()
    until(app.is_idle, what="the last run is done")
    assert unfinished(deals) == deals[:1], "only the first was killed before it was stored"
    assert unfinished(deals, only_accepted=True) == []
    again(app, deals)

    assert faults(deals) == []
    assert faults_in_database(app, deals) == []
    ends = {f"after {what}" for what in ALWAYS | passes | {"the 200"}}
    assert {"before a commit", *ends} <= set(app.killed_at())


def points(app: MortalApp, portal: SandboxPortal, begin: Begin, call: int) -> list[tuple[int, str]]:
    """All that one run passes: which time, and what.

    Between the end of one thing and the beginning of the next nothing is done, so one of the two
    points stands for both.
    """
    app.stop()
    app.live(call)
    deal = begin(app, portal)
    assert not app.dies_before(partial(is_over, deal))
    passed = app.passed()
    return [
        (passed[: place + 1].count(name), name)
        for place, name in enumerate(passed)
        if place == 0 or name.startswith("after ")
    ]


def again(app: MortalApp, deals: list[Deal]) -> None:
    """The same calls once more: what was never stored is done, nothing else happens."""
    for deal in deals:
        deal.portal.post("deliveries/again", workflow_id=deal.workflow)
    first, last = deals[0], deals[-1]
    assert first.portal is last.portal
    until(
        lambda: all(len(look(first.portal).answers[deal.workflow]) == 2 for deal in deals),
        what="all calls are repeated",
    )
    until(lambda: not unfinished(deals) and app.is_idle(), what="all is done")
