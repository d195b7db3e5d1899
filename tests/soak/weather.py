"""What goes wrong at the portals of a soak: never anything that would make a robot say no."""

import random
from collections.abc import Sequence
from typing import Any

from tests.scenarios.sandbox_portal import ENABLING, LISTING, REPORTING, SandboxPortal

MOST_ILL = 4  # portals at once
_SERVER_ERROR = {"kind": "error", "error": "INTERNAL_SERVER_ERROR", "status": 500}
TROUBLES: Sequence[dict[str, Any]] = (
    {"kind": "slow", "seconds": 0.3, "times": 20},
    {"kind": "slow", "method": REPORTING, "seconds": 2, "times": 2},
    {"kind": "drop_before", "times": 2},
    {"kind": "drop_after", "method": ENABLING, "times": 2},
    {"kind": "drop_after", "method": REPORTING, "times": 2},
    {"kind": "cut", "times": 2},
    {"kind": "omit", "method": ENABLING, "times": 3},
    {"kind": "omit", "method": REPORTING, "times": 3},
    {"kind": "html", "status": 502, "times": 2},
    {"kind": "html", "status": 200, "method": LISTING, "times": 2},
    {"kind": "status", "status": 500, "times": 2},
    {**_SERVER_ERROR, "times": 5},
    {"kind": "html", "status": 503},  # until it is healed: an outage
    {"kind": "drop_before"},
    {"target": "oauth", "kind": "drop_before", "times": 1},
    {"target": "oauth", "kind": "status", "status": 502, "times": 1},
)
# How portals deliver, in turn.
MANNERS: Sequence[dict[str, Any]] = ({}, {"duplicate": True}, {"reorder": True}, {"delay": 0.2})
SAVED_LATE = 0.3  # seconds; a portal in five


class Weather:
    """Changes now and then."""

    def __init__(self, portals: Sequence[SandboxPortal], chance: random.Random) -> None:
        self._portals, self._chance = portals, chance
        self._ill: list[SandboxPortal] = []
        self.changes = 0
        for number, portal in enumerate(portals):
            if manner := MANNERS[number % len(MANNERS)]:
                portal.post("deliveries", **manner)
            if number % 5 == 0:
                portal.set(save_delay=SAVED_LATE)

    def change(self) -> None:
        """Something goes wrong somewhere; what went wrong long ago is healed."""
        self.changes += 1
        portal = self._chance.choice(self._portals)
        portal.post("faults", **{"target": "rest", **self._chance.choice(TROUBLES)})
        self._ill.append(portal)
        if len(self._ill) > MOST_ILL:
            self._ill.pop(0).heal()

    def expire_tokens(self) -> None:
        """All access tokens of one portal die."""
        self.changes += 1
        self._chance.choice(self._portals).post("tokens/expire")

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        for portal in self._portals:
            portal.heal()
