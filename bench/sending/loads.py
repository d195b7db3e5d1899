"""How calls come: all at once, so many in flight, or at a steady rate; and when all is over."""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Protocol

from bench.portal.portal import Portal, Run
from bench.portal.site import Site
from bench.sending.client import NO_ANSWER, Sender
from bench.sending.messages import robot_call

CONNECTIONS = 100  # of the queue server to one app
LOOKS_EVERY = 0.02  # seconds
ANSWER_WITHIN = 150.0  # seconds; how long the real queue server waits is not known


class Calls(Protocol):
    """Where a portal's calls go."""

    async def call(self, portal: Portal, run: Run) -> None:
        """The portal calls the robot; returns with the handler's answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Robot:
    """An app's handler, and the site whose portals call it."""

    site: Site
    sender: Sender
    path: str

    async def call(self, portal: Portal, run: Run) -> None:
        """The portal calls the robot; returns with the handler's answer."""
        message = self.sender.message(self.path, robot_call(self.site, portal, run))
        run.sent_at = time.monotonic()
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                run.status = await self.sender.send(message)
        except TimeoutError:
            run.status = NO_ANSWER
        run.answered_at = time.monotonic()


class Balancer:
    """Several replicas, each call to the next one."""

    def __init__(self, robots: Sequence[Robot]) -> None:
        self._turns = cycle(robots)

    async def call(self, portal: Portal, run: Run) -> None:
        """To whose turn it is."""
        await next(self._turns).call(portal, run)


async def burst(robot: Calls, portal: Portal, number: int) -> list[Run]:
    """So many deals reach the stage at once; returns when every call was answered."""
    free = asyncio.Semaphore(CONNECTIONS)
    runs = [portal.new_run() for _ in range(number)]

    async def call(run: Run) -> None:
        async with free:
            await robot.call(portal, run)

    async with asyncio.TaskGroup() as group:
        for run in runs:
            group.create_task(call(run))
    return runs


async def in_flight(
    robot: Robot, portal: Portal, number: int, *, together: int, patience: float
) -> list[Run]:
    """A new deal comes when another has got its link, or not got it `patience` s after a 200."""
    runs = [portal.new_run() for _ in range(number)]
    coming = iter(runs)

    async def one_after_the_other() -> None:
        for run in coming:
            await robot.call(portal, run)
            try:
                async with asyncio.timeout(patience):
                    await run.reported.wait()
            except TimeoutError:
                continue

    async with asyncio.TaskGroup() as group:
        for _ in range(together):
            group.create_task(one_after_the_other())
    return runs


async def steady(
    robot: Robot, portals: Sequence[Portal], *, seconds: float, every: float = 1.0
) -> list[Run]:
    """One run for each portal every second, their moments spread evenly."""
    runs: list[Run] = []
    began = time.monotonic()

    async with asyncio.TaskGroup() as group:
        for n in range(round(seconds / every) * len(portals)):
            await asyncio.sleep(began + n * every / len(portals) - time.monotonic())
            portal = portals[n % len(portals)]
            run = portal.new_run()
            runs.append(run)
            group.create_task(robot.call(portal, run))
    return runs


async def all_reported(runs: Iterable[Run], *, within: float) -> None:
    """Wait until every run has its report, `within` seconds at most."""
    await until(lambda: all(run.reported_at is not None for run in runs), within=within)


async def over(portal: Portal, runs: Sequence[Run], *, quiet: float, within: float) -> None:
    """Wait until all is reported, or until the portal has heard nothing for `quiet` seconds."""

    def is_over() -> bool:
        if all(run.reported_at is not None for run in runs):
            return True
        return not portal.in_flight and time.monotonic() - portal.tally.last_at > quiet

    await until(is_over, within=within)


async def until(look: Callable[[], bool], *, within: float) -> bool:
    """Whether it came true in time."""
    ends_at = time.monotonic() + within
    while not look():
        if time.monotonic() > ends_at:
            return False
        await asyncio.sleep(LOOKS_EVERY)
    return True
