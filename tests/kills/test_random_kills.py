"""SIGKILL at random moments of a stream of deals: none is lost, none gets another's link.

`make soak` does the same for longer: 100 kills over 2,000 runs.
"""

import random
import time

from tests.kills.deals import Deal, Way, faults, faults_in_database, look_at, move, unfinished
from tests.kills.lives import MortalApp
from tests.scenarios.sandbox_portal import SandboxPortal
from tests.scenarios.waiting import until

KILLS, DEALS_FOR_EACH = 5, 20
LONGEST = 0.4  # seconds from the move to the kill


def test_a_hundred_runs_survive_five_kills_at_random_moments(
    app: MortalApp, portals: list[SandboxPortal]
) -> None:
    seed = time.time_ns()
    chance = random.Random(seed)  # noqa: S311 # no secret
    for portal in portals[:2]:
        portal.fault("slow", "batch", seconds=0.1)
    deals: list[Deal] = []
    for _ in range(KILLS):
        for _ in range(4):
            way = chance.choice(list(Way))
            deals += move(chance.choice(portals), way, DEALS_FOR_EACH // 4)
        time.sleep(chance.uniform(0, LONGEST))  # the moment is what chance is for
        app.kill()
        app.live()

    until(lambda: not unfinished(deals, only_accepted=True), what="what was answered")
    seen = look_at(deals)
    for deal in deals:
        if not seen[deal.portal].is_accepted(deal):
            deal.portal.post("deliveries/again", workflow_id=deal.workflow)
    until(lambda: not unfinished(deals) and app.is_idle(), what="all is done")

    assert faults(deals) == [], f"seed {seed}"
    assert faults_in_database(app, deals) == [], f"seed {seed}"
