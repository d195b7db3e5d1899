"""Whether a long history makes a run dearer."""

import asyncio
import shutil
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from bench.apps import linkrobot, process, stored
from bench.apps.linkrobot import Linkrobot
from bench.bench import Bench
from bench.figures import Line, middle
from bench.portal.portal import INSTANT
from bench.sending import loads

FINISHED = 1_000_000
DEARER = 1.3
# With little history the pages that are needed are few and warm after the first bursts.
WARM_UP = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one run costs, from the call to the report, with a portal that takes no time."""

    wall: float  # seconds
    cpu: float  # seconds of the whole app
    database: float  # seconds of its database threads


async def a_million(bench: Bench) -> list[Line]:
    """The same bursts on an empty store and on one with a million finished runs."""
    number, together = bench.number(FINISHED, 5_000), bench.number(1_000, 100)
    short, long = bench.fresh("short"), bench.fresh("long")
    bench.site.portal.begin(INSTANT)
    async with linkrobot.running(bench.site, short) as app:
        await _burst(bench, app, 1)
    shutil.copytree(short, long)
    await asyncio.to_thread(stored.copy_last_run, long, number)
    finished = stored.counted(long, "finished_at IS NOT NULL")
    size = (long / stored.DATABASE).stat().st_size / 2**20
    costs: dict[Path, list[Cost]] = {short: [], long: []}
    async with AsyncExitStack() as stack:
        apps = {
            folder: await stack.enter_async_context(
                linkrobot.running(bench.site, folder, portals=[], settings=linkrobot.NO_PACE)
            )
            for folder in costs
        }
        for n in range(WARM_UP + 2 * bench.repeats):
            for folder, app in apps.items():
                cost = await _burst(bench, app, together)
                if n >= WARM_UP:
                    costs[folder].append(cost)
    bench.say(f"history: {finished} finished runs, {size:.0f} MB")
    return [_line(costs[short], costs[long], finished, together, size)]


async def _burst(bench: Bench, app: Linkrobot, together: int) -> Cost:
    bench.site.portal.begin(INSTANT)
    await process.is_quiet(app.process)
    cpu, database = app.process.cpu_seconds(), app.process.other_threads_seconds()
    began = time.monotonic()
    runs = await loads.burst(app.robot, bench.site.portal, together)
    await loads.all_reported(runs, within=120)
    wall = time.monotonic() - began
    await process.is_quiet(app.process)
    if any(not bench.site.portal.is_right(run) for run in runs):
        raise RuntimeError("a run has no link or a wrong one")
    return Cost(
        wall=wall / together,
        cpu=(app.process.cpu_seconds() - cpu) / together,
        database=(app.process.other_threads_seconds() - database) / together,
    )


def _line(short: list[Cost], long: list[Cost], finished: int, together: int, size: float) -> Line:
    parts, worst = [], 0.0
    for name, of in (("time", "wall"), ("CPU", "cpu"), ("CPU of the database threads", "database")):
        without = middle([getattr(cost, of) for cost in short])
        with_history = middle([getattr(cost, of) for cost in long])
        ratio = with_history / without
        worst = max(worst, ratio)
        parts.append(f"{name} {with_history * 1e6:.0f} to {without * 1e6:.0f} µs ({ratio:.2f} x)")
    return Line(
        row="history",
        what=f"accepting, claiming and finishing a run with {finished} finished runs stored, "
        "against an empty store",
        figure="; ".join(parts),
        reach=f"at most {DEARER} x, each of the three",
        reached=worst <= DEARER,
        how=f"bursts of {together} at a portal that takes no time, alternating, "
        f"{len(short)} each; {size:.0f} MB",
    )
