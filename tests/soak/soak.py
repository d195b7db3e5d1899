"""The soak itself: a stream of deals under kills, then one without, with the app watched."""

import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from robot.portal.pools import KEEPALIVE_EXPIRY
from tests.kills.deals import (
    ENDED_WELL,
    Deal,
    Way,
    faults,
    faults_in_database,
    is_over,
    look_at,
    move,
    place_robots,
    unfinished,
)
from tests.programs import App, Sandbox
from tests.scenarios.waiting import until
from tests.soak.weather import Weather

KILLS_PER_MINUTE, RUNS_PER_KILL = 10, 20
ALIVE = 1.0  # seconds, at most, from the deals' move to the kill
STEP = 1.0  # seconds between two moves of the stream without kills
WARM_UP = 0.2  # of that stream, before memory is measured for the first time
QUIET_WITHIN = 240.0  # seconds: pauses after an outage, and 60 s before links are turned off
# Runs whose report was taken right before a kill are looked for in vain for five minutes.
ENDINGS = (*ENDED_WELL, None)
_UNDECIDED = "SELECT count(*) FROM runs WHERE outcome IS NULL"
_UNREPORTED = "SELECT count(*) FROM runs WHERE finished_at IS NULL AND first_report_at IS NULL"
_WAITING = "SELECT * FROM runs WHERE finished_at IS NULL LIMIT 20"
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What the process holds."""

    memory_mb: float  # resident
    descriptors: int


@dataclass(slots=True, kw_only=True)
class Found:
    """What came out."""

    runs: int = 0
    accepted: int = 0  # answered with 200 at the first delivery
    refused: int = 0  # not answered with 200 though nobody killed the app
    kills: int = 0
    troubles: int = 0
    hung: int = 0
    wrong: list[str] = field(default_factory=list)
    before: Usage = Usage(memory_mb=0, descriptors=0)
    after: Usage = Usage(memory_mb=0, descriptors=0)


class Soak:
    """Portals, an app and the deals of its stream."""

    def __init__(
        self, app: App, sandbox: Sandbox, *, portals: int, chance: random.Random, say: Say
    ) -> None:
        self._app, self._chance, self._say = app, chance, say
        self._portals = [sandbox.portal() for _ in range(portals)]
        for portal in self._portals:
            app.install_at(portal)
            place_robots(portal)
        self._weather = Weather(self._portals, chance)
        self._deals: list[Deal] = []
        self._undisturbed_from = 0  # the number of the first deal after the kills
        self.found = Found()

    def with_kills(self, kills: int) -> None:
        """Deals arrive, and the app is killed at a random moment; again and again."""
        for number in range(1, kills + 1):
            self._arrive(RUNS_PER_KILL)
            if self._chance.random() < 0.5:
                self._weather.change()
            time.sleep(self._chance.uniform(0, ALIVE))
            self._app.kill()
            self._app.start()
            self.found.kills = number
            if number % KILLS_PER_MINUTE == 0:
                self._say(f"{number} kills, {len(self._deals)} runs")

    def without_kills(self, seconds: float) -> None:
        """The same stream, and what the process holds after a while and at the end."""
        self._undisturbed_from = len(self._deals)
        self._stream(seconds * WARM_UP)
        self.found.before = self._usage()
        self._stream(seconds * (1 - WARM_UP))
        self.found.after = self._usage()

    def end(self) -> Found:
        """Every deal as it stands at the end."""
        self._say("looking at every run")
        found, deals = self.found, self._deals
        seen = look_at(deals)
        refused = [deal for deal in deals if not seen[deal.portal].is_accepted(deal)]
        for deal in refused:
            deal.portal.post("deliveries/again", workflow_id=deal.workflow)
        found.runs, found.accepted = len(deals), len(deals) - len(refused)
        found.refused = len([deal for deal in refused if deal in deals[self._undisturbed_from :]])
        found.troubles = self._weather.changes
        self._rest()
        found.hung = len(unfinished(deals))
        found.wrong = faults(deals) + faults_in_database(self._app, deals, endings=ENDINGS)
        return found

    def _arrive(self, number: int) -> None:
        for _ in range(4):
            portal, way = self._chance.choice(self._portals), self._chance.choice(list(Way))
            self._deals += move(portal, way, number // 4)

    def _stream(self, seconds: float) -> None:
        ends_at = time.monotonic() + seconds
        while time.monotonic() < ends_at:
            self._arrive(self._chance.randint(4, 24))
            chance = self._chance.random()
            if chance < 0.3:
                self._weather.change()
            elif chance < 0.35:
                self._weather.expire_tokens()
            time.sleep(STEP)
        self._say(f"{len(self._deals)} runs")

    def _usage(self) -> Usage:
        """At rest, after one run at each portal: old connections are closed by then."""
        self._rest()
        time.sleep(KEEPALIVE_EXPIRY + 1)
        for portal in self._portals:
            self._deals += move(portal, Way.LATEST)
            until(partial(is_over, self._deals[-1]), what="one run at a portal")
        return usage(self._app.pid)

    def _rest(self) -> None:
        self._weather.clear()
        try:
            until(self._is_quiet, within=QUIET_WITHIN, what="everything is reported")
        except AssertionError as error:
            waiting = unfinished(self._deals, only_accepted=True)
            error.add_note(f"runs: {self._app.rows(_WAITING)}\ndeals: {waiting}")
            raise

    def _is_quiet(self) -> bool:
        if self._app.rows(_UNDECIDED) != [(0,)] or self._app.rows(_UNREPORTED) != [(0,)]:
            return False
        return not unfinished(self._deals, only_accepted=True)


def usage(pid: int) -> Usage:
    """As the kernel says."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    resident = next(line for line in status if line.startswith("VmRSS:"))
    return Usage(
        memory_mb=int(resident.split()[1]) / 1024,
        descriptors=len(os.listdir(f"/proc/{pid}/fd")),
    )
