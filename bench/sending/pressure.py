"""As many calls as an app takes, or a steady number of them: how long each answer takes."""

import asyncio
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from bench.portal.portal import Run
from bench.sending.loads import Robot
from bench.sending.messages import robot_call

CONNECTIONS = 32  # that always have a call under way
_TOKEN = "0" * 32  # stands for the part of the event token that differs


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """What came of it."""

    answered: int  # with 200
    refused: int  # with anything else
    seconds: float
    latencies: list[float]  # seconds

    @property
    def rate(self) -> float:
        """Requests per second."""
        return self.answered / self.seconds


async def saturate(robot: Robot, *, seconds: float) -> Pressed:
    """A closed loop over all connections."""
    message, found, refused = _messages(robot), list[float](), 0
    began = time.monotonic()

    async def one_after_the_other() -> None:
        nonlocal refused
        while (sent_at := time.monotonic()) < began + seconds:
            if await robot.sender.send(message()) == 200:
                found.append(time.monotonic() - sent_at)
            else:
                refused += 1

    async with asyncio.TaskGroup() as group:
        for _ in range(CONNECTIONS):
            group.create_task(one_after_the_other())
    took = time.monotonic() - began
    return Pressed(answered=len(found), refused=refused, seconds=took, latencies=found)


async def at_rate(robot: Robot, *, rate: float, seconds: float) -> Pressed:
    """An open loop: each call has its moment, and its latency counts from then on."""
    message, found, refused = _messages(robot), list[float](), 0
    began = time.monotonic()

    async def send(due_at: float) -> None:
        nonlocal refused
        if await robot.sender.send(message()) == 200:
            found.append(time.monotonic() - due_at)
        else:
            refused += 1

    async with asyncio.TaskGroup() as group:
        for n in range(round(rate * seconds)):
            due_at = began + n / rate
            if due_at > time.monotonic():
                await asyncio.sleep(due_at - time.monotonic())
            group.create_task(send(due_at))
    took = time.monotonic() - began
    return Pressed(answered=len(found), refused=refused, seconds=took, latencies=found)


def _messages(robot: Robot) -> Callable[[], bytes]:
    """A real call each time, with an event token of its own; made in a microsecond."""
    run = Run(
        event_token=f"664fa13bbbb410.99176768|A40364_79843_85254_57332|{_TOKEN}", document_id=7
    )
    body = robot_call(robot.site, robot.site.portal, run)
    whole = robot.sender.message(robot.path, body)
    before, after = whole.split(_TOKEN.encode())
    return lambda: before + secrets.token_hex(16).encode() + after
