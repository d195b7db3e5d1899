"""How long a start takes with much left to do."""

import asyncio
import time
from pathlib import Path

from bench.apps import linkrobot, stored
from bench.apps.linkrobot import free_port
from bench.bench import Bench
from bench.figures import Line, middle, spread
from bench.portal.portal import NO_LIMITS, Behaviour
from bench.sending import loads
from bench.sending.client import Sender

UNFINISHED = 100_000
READY_WITHIN = 2.0  # seconds
BLOCKED = Behaviour(rate=None, operating=None, refuses="OVERLOAD_LIMIT")


async def with_a_backlog(bench: Bench) -> list[Line]:
    """From starting the program to `/readyz` answering 200; and with an empty store."""
    portal, number = bench.site.portal, bench.number(UNFINISHED, 2_000)
    empty, full = bench.fresh("empty"), bench.fresh("full")
    portal.begin(NO_LIMITS)
    async with linkrobot.running(bench.site, empty):
        pass
    async with linkrobot.running(bench.site, full) as app:
        portal.begin(BLOCKED)
        await loads.burst(app.robot, portal, 1)
    await asyncio.to_thread(stored.copy_last_run, full, number - 1)
    unfinished = stored.counted(full, "finished_at IS NULL")
    seconds: dict[Path, list[float]] = {empty: [], full: []}
    for n in range(bench.repeats):
        for folder, found in seconds.items():
            found.append(await _start(bench, folder))
        bench.say(f"start {n + 1}/{bench.repeats}: {[each[-1] for each in seconds.values()]}")
    return [
        Line(
            row="start",
            what=f"start with {unfinished} unfinished runs, until ready",
            figure=f"{spread(seconds[full], 's')}; "
            f"with an empty store {middle(seconds[empty]):.2f} s",
            reach=f"under {READY_WITHIN:.0f} s",
            reached=middle(seconds[full]) < READY_WITHIN and unfinished == number,
            how="from starting the process to /readyz 200; copies of a real run, one portal",
        )
    ]


async def _start(bench: Bench, folder: Path) -> float:
    sender = Sender("127.0.0.1", free_port())
    began = time.monotonic()
    app = await linkrobot.start(bench.site, folder, sender, {})
    try:
        while await sender.get("/readyz") != 200:
            app.process.check()
            await asyncio.sleep(0.005)
        return time.monotonic() - began
    finally:
        sender.close()
        await app.process.stop()
