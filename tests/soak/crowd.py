"""The soak of many replicas: a stream of deals without troubles, one with them, and its end."""

import random
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.kills.deals import (
    Deal,
    Way,
    faults,
    faults_in_database,
    look_at,
    move,
    place_robots,
    unfinished,
)
from tests.scenarios.sandbox_portal import ENABLING, SandboxPortal
from tests.scenarios.waiting import until
from tests.soak.fleet import Balancer, Fate, Replica
from tests.soak.soak import ENDINGS, QUIET_WITHIN

CALM = 0.2  # of all runs: they come while nothing goes wrong
GROUP = 5  # deals that move at once
BURST = 40  # in the calm stream: more than a portal gets through with one request
PER_SECOND = 25  # runs, while things go wrong: so that there are many kills
SAID_EVERY = 250  # runs
_OPEN = (
    "SELECT count(*) FROM runs WHERE outcome IS NULL"
    " OR (finished_at IS NULL AND first_report_at IS NULL)"
)
_WAITING = "SELECT id, portal_id, state, due_at, note FROM runs WHERE finished_at IS NULL LIMIT 20"


@dataclass(slots=True, kw_only=True)
class Found:
    """What came out."""

    calm: int = 0  # runs while nothing went wrong
    calm_refused: int = 0
    in_flight: int = 0  # the most at one portal meanwhile
    in_flight_later: int = 0  # the same over all of the time
    runs: int = 0
    accepted: int = 0  # answered with 200 at the first delivery
    seconds: float = 0.0  # of the stream with troubles
    accepted_hung: int = 0  # of those: before anything was delivered again
    hung: int = 0
    wrong: list[str] = field(default_factory=list)


class Crowd:
    """Portals, replicas, and the deals of the stream."""

    def __init__(
        self,
        replicas: list[Replica],
        portals: list[SandboxPortal],
        chance: random.Random,
        say: Callable[[str], None],
    ) -> None:
        self._replicas, self._portals = replicas, portals
        self._chance, self._say = chance, say
        self._deals: list[Deal] = []
        self._begun: dict[SandboxPortal, int] = {}  # where the calm stream begins in the journal
        self.found = Found()
        for portal in portals:
            replicas[0].install_at(portal)
            place_robots(portal)
            portal.set(rate=None)
            portal.fault("slow", "batch", seconds=0.2)
            portal.fault("slow", ENABLING, seconds=0.1)

    def calm(self, runs: int) -> None:
        """Nothing goes wrong: how many requests are under way at a portal at once?"""
        self._begun = {portal: portal.get("journal")["last"] for portal in self._portals}
        while len(self._deals) < runs:
            self._arrive(BURST)
        self._rest()
        self.found.calm, self.found.calm_refused = len(self._deals), len(self._refused())
        self.found.in_flight = self._most_in_flight()

    def troubled(self, runs: int, fate: Fate, *, pauses: int, outages: int) -> None:
        """The rest of the stream, while replicas die, one is paused, and the database goes."""
        began, first = time.monotonic(), len(self._deals)
        orders = _spread([fate.pause] * pauses + [fate.restart_database] * outages, first, runs)
        fate.begin()
        try:
            while (done := len(self._deals)) < runs:
                self._arrive(GROUP)
                ahead = (len(self._deals) - first) / PER_SECOND - (time.monotonic() - began)
                time.sleep(max(ahead, 0))
                for at in [at for at in orders if at <= done]:
                    orders.pop(at)()
                if done // SAID_EVERY != len(self._deals) // SAID_EVERY:
                    self._say(f"{len(self._deals)} runs, {fate.kills} kills")
        finally:
            fate.end()
        self.found.seconds = time.monotonic() - began

    def end(self, balancer: Balancer) -> Found:
        """Every deal as it stands at the end."""
        found, deals = self.found, self._deals
        self._say(f"all have come; {balancer.broken} calls broke off; waiting for the rest")
        for replica in self._replicas:
            until(replica.is_ready, within=60, what="a replica is ready")
        self._rest()
        found.accepted_hung = len(unfinished(deals, only_accepted=True))
        refused = self._refused()
        self._say(f"{len(refused)} calls are delivered again")
        for deal in refused:
            deal.portal.post("deliveries/again", workflow_id=deal.workflow)
        if refused:
            until(lambda: not self._refused(), within=60, what="all are answered with 200")
            self._rest()
        found.runs, found.accepted = len(deals), len(deals) - len(refused)
        found.in_flight_later = self._most_in_flight()
        found.hung = len(unfinished(deals))
        found.wrong = faults(deals)
        found.wrong += faults_in_database(self._replicas[0], deals, endings=ENDINGS)
        return found

    def _arrive(self, number: int) -> None:
        portal, way = self._chance.choice(self._portals), self._chance.choice(list(Way))
        self._deals += move(portal, way, number)

    def _most_in_flight(self) -> int:
        return max(
            most_at_once(event for event in portal.journal("rest.request") if event["n"] > begun)
            for portal, begun in self._begun.items()
        )

    def _refused(self) -> list[Deal]:
        seen = look_at(self._deals)
        return [deal for deal in self._deals if not seen[deal.portal].is_accepted(deal)]

    def _are_answered(self) -> bool:
        seen = look_at(self._deals)
        return all(seen[deal.portal].answers[deal.workflow] for deal in self._deals)

    def _rest(self) -> None:
        until(self._are_answered, within=60, what="all calls are answered")
        try:
            until(self._is_quiet, within=QUIET_WITHIN, what="everything is reported")
        except AssertionError as error:
            waiting = unfinished(self._deals, only_accepted=True)
            error.add_note(f"runs: {self._replicas[0].rows(_WAITING)}\ndeals: {waiting[:20]}")
            raise

    def _is_quiet(self) -> bool:
        if self._replicas[0].rows(_OPEN) != [(0,)]:
            return False
        return not unfinished(self._deals, only_accepted=True)


def _spread(acts: list[Callable[[], None]], first: int, last: int) -> dict[int, Callable[[], None]]:
    """After which run each of them happens: at equal distances."""
    step = (last - first) // (len(acts) + 1)
    return {first + step * number: act for number, act in enumerate(acts, 1)}


def most_at_once(requests: Iterable[dict[str, Any]]) -> int:
    """How many of these were under way at the same moment, at most."""
    changes: list[tuple[float, int]] = []
    for request in requests:
        # `ms` is rounded to a tenth; one that ends where the next begins is not at once with it.
        changes += [(request["at"], -1), (request["at"] - request["ms"] / 1000 + 0.0002, 1)]
    now = most = 0
    for _, change in sorted(changes):
        now += change
        most = max(most, now)
    return most
