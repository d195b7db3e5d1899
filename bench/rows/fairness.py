"""One portal's trouble beside 49 others that have none."""

import asyncio
from contextlib import suppress
from dataclasses import replace

from bench.apps import linkrobot
from bench.bench import Bench
from bench.cores import LoadMeter
from bench.figures import Line, middle, percentile
from bench.portal.portal import LIGHT, Behaviour
from bench.sending import loads

SLOWER = 1.3
ALONE = "without the fiftieth"
# What the fiftieth does; each of them with 2,000 runs waiting.
TROUBLES: dict[str, Behaviour | None] = {
    ALONE: None,
    "2,000 runs waiting there": LIGHT,
    "blocked there (OVERLOAD_LIMIT)": replace(LIGHT, refuses="OVERLOAD_LIMIT"),
    "silent there (no answer to any request)": replace(LIGHT, is_silent=True),
}


async def the_others(bench: Bench) -> list[Line]:
    """The time to link of 49 portals with one run per second each."""
    times: dict[str, list[list[float]]] = {name: [] for name in TROUBLES}
    missing: dict[str, int] = dict.fromkeys(TROUBLES, 0)
    shares: list[float] = []
    busy: dict[str, list[float]] = {name: [] for name in TROUBLES}
    for n in range(bench.repeats):
        for name, behaviour in TROUBLES.items():
            found, lost, share, app_share = await _measure(bench, behaviour)
            busy[name].append(app_share)
            times[name].append(found)
            missing[name] += lost
            shares.append(share)
            bench.say(
                f"fairness {n + 1}/{bench.repeats}: {name}: median {middle(found) * 1000:.0f} ms, "
                f"95th percentile {percentile(found, 0.95) * 1000:.0f} ms, {lost} missing"
            )
    return [_line(name, times, missing, (middle(busy[name]), max(shares))) for name in TROUBLES]


async def _measure(
    bench: Bench, behaviour: Behaviour | None
) -> tuple[list[float], int, float, float]:
    """Times to link of the 49, how many have none or a wrong one, and how busy the cores were."""
    *others, troubled = bench.site.portals
    for portal in bench.site.portals:
        portal.begin(LIGHT)
    async with linkrobot.running(
        bench.site, bench.fresh("fairness"), portals=bench.site.portals
    ) as app:
        await loads.steady(app.robot, others, seconds=3)  # warm
        await loads.until(lambda: False, within=2)
        meter = LoadMeter().start()
        async with asyncio.TaskGroup() as group:
            if behaviour:
                troubled.behave(behaviour)
                number = bench.number(2_000, 200)
                backlog = group.create_task(loads.burst(app.robot, troubled, number))
                with suppress(TimeoutError):
                    async with asyncio.timeout(30):
                        await asyncio.shield(backlog)
            cpu, seconds = app.process.cpu_seconds(), bench.number(20, 5)
            runs = await loads.steady(app.robot, others, seconds=seconds)
            app_share = (app.process.cpu_seconds() - cpu) / seconds
        await loads.all_reported(runs, within=10)
        share = meter.share()
    right = [
        run
        for portal in others
        for run in runs
        if run.event_token in portal.runs and portal.is_right(run)
    ]
    return [run.time_to_link for run in right], len(runs) - len(right), share, app_share


def _line(
    name: str,
    times: dict[str, list[list[float]]],
    missing: dict[str, int],
    shares: tuple[float, float],
) -> Line:
    mine, alone = times[name], times[ALONE]
    medians = [middle(found) for found in mine]
    late = middle([percentile(found, 0.95) for found in mine])
    ratio = middle(medians) / middle([middle(found) for found in alone])
    late_ratio = late / middle([percentile(found, 0.95) for found in alone])
    is_alone = name == ALONE
    against = "" if is_alone else f" ({ratio:.2f} x and {late_ratio:.2f} x)"
    return Line(
        row="fairness",
        what=f"49 portals with one run per second each: {name}",
        figure=f"time to link {middle(medians) * 1000:.0f} ms, 95th percentile "
        f"{late * 1000:.0f} ms{against}; {missing[name]} without their link",
        reach="" if is_alone else f"at most {SLOWER} x (the median)",
        reached=None if is_alone else ratio <= SLOWER and not missing[name],
        how=f"a fresh app each; it used {shares[0]:.0%} of its core, portal and load up to "
        f"{shares[1]:.0%} of theirs",
    )
