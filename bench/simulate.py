# ruff: noqa: T201
"""What 10,000 portals need: `python -m bench.simulate`; what it means stands in docs/scaling.md.

One of N like replicas is simulated, with its share of the portals, drawn at random.
"""

import argparse
import asyncio
import itertools
import random
import time
from dataclasses import dataclass

from bench.simulation.clock import simulate
from bench.simulation.costs import Costs
from bench.simulation.measured import HEADER, measure
from bench.simulation.work import Worker, new_run, simulated
from bench.simulation.world import Replica, SimPortal


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """The busiest minutes of a month's last day. Assumed, all of it."""

    portals: int = 10_000
    runs_per_day: float = 60.0  # of a portal, on average
    peak_hour: float = 0.15  # of a day's runs: one time zone for all, the worst case
    skew: float = 1.0  # sizes follow 1 / rank ** skew
    minutes: int = 10
    bulk_portals: float = 0.02  # move many deals within the hour
    bulk_runs: int = 1_000
    together: bool = False  # all of these in the first second instead
    seed: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What came of one replica."""

    replica: Replica
    seconds: float  # until the last link
    single: list[float]  # seconds to the link
    bulk: list[float]
    lost: int


def arrivals(load: Load, replicas: int) -> list[tuple[float, int, bool]]:
    """When, at which portal, and whether as part of a bulk move; one replica's share."""
    dice = random.Random(load.seed)  # noqa: S311 # repeatable
    sizes = [1 / rank**load.skew for rank in range(1, load.portals + 1)]
    scale = load.runs_per_day * load.portals * load.peak_hour / sum(sizes) / 3600
    span, found = load.minutes * 60.0, []
    for portal, size in enumerate(sizes):
        if dice.randrange(replicas):
            continue
        at = dice.expovariate(size * scale)
        while at < span:
            found.append((at, portal, False))
            at += dice.expovariate(size * scale)
        if dice.random() < load.bulk_portals:
            begins = dice.random() if load.together else dice.random() * 3600
            if begins < span:
                found += [(begins + dice.random(), portal, True) for _ in range(load.bulk_runs)]
    return sorted(found)


async def _run(load: Load, costs: Costs, coming: list[tuple[float, int, bool]]) -> Found:
    replica = Replica(costs=costs)
    worker, dice = Worker(replica), random.Random(load.seed)  # noqa: S311
    portals: dict[int, SimPortal] = {}
    came: list[tuple[SimPortal, str, float, bool]] = []
    began = time.monotonic()
    for (at, number, is_bulk), run_id in zip(coming, itertools.count(1), strict=False):
        await asyncio.sleep(max(began + at - time.monotonic(), 0.0))
        if number not in portals:
            portals[number] = SimPortal(
                number=number, replica=replica, dice=dice, request=0.03, call=0.005
            )
        came.append((portals[number], f"{run_id}", began + at, is_bulk))
        worker.deliver(portals[number], new_run(run_id))
    while pending := {task for task in worker.tasks if not task.done()}:
        await asyncio.wait(pending)
    for task in worker.tasks:
        task.result()
    times: dict[bool, list[float]] = {False: [], True: []}
    for portal, event, at, is_bulk in came:
        if event in portal.linked:
            times[is_bulk].append(portal.linked[event] - at)
    return Found(
        replica=replica,
        seconds=time.monotonic() - began,
        single=sorted(times[False]),
        bulk=sorted(times[True]),
        lost=len(came) - sum(map(len, times.values())),
    )


def run(load: Load, costs: Costs, coming: list[tuple[float, int, bool]]) -> Found:
    """Simulate these runs on one replica."""
    with simulated():
        return simulate(_run(load, costs, coming))


def quantile(ordered: list[float], share: float) -> float:
    """A quantile, or 0.0 of nothing."""
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else 0.0


def burst(number: int = 1_000) -> Found:
    """The bench's row `burst`: so many runs at once at one portal."""
    return run(Load(), Costs(), [(0.0, 0, True)] * number)


def _row(replicas: int, found: Found, span: float) -> str:
    done = len(found.single) + len(found.bulk)
    return (
        f"| {replicas} | {done * replicas / span:.0f} | {found.replica.busy / found.seconds:.0%} "
        f"| {found.replica.commits * replicas / found.seconds:.0f} "
        f"| {found.replica.requests * replicas / found.seconds:.0f} "
        f"| {found.replica.most_requests} "
        f"| {quantile(found.single, 0.5):.2f} / {quantile(found.single, 0.99):.2f} "
        f"| {quantile(found.bulk, 0.5):.1f} / {quantile(found.bulk, 0.99):.1f} "
        f"| {found.replica.refused} | {found.lost} |"
    )


def main() -> None:
    """Print the tables."""
    options = argparse.ArgumentParser(description=__doc__)
    for name, kind in Load.__annotations__.items():
        default = getattr(Load(), name)
        flag = f"--{name.replace('_', '-')}"
        if kind is bool:
            options.add_argument(flag, action="store_true")
        else:
            options.add_argument(flag, type=kind, default=default)
    options.add_argument("--replicas", type=int, nargs="*", default=[1, 2, 4, 8])
    options.add_argument("--measure", action="store_true", help="count over the real app instead")
    options.add_argument("--database-url", default="", help="with --measure: a PostgreSQL")
    given = vars(options.parse_args())
    is_measured, url = given.pop("measure"), given.pop("database_url")
    if is_measured:
        print(HEADER)
        for cost in asyncio.run(measure(url)):
            print(cost.line())
        return
    counts = given.pop("replicas")
    load, alone = Load(**given), burst()
    print(
        f"1,000 runs at once: {alone.seconds:.2f} s, {alone.replica.requests} requests", flush=True
    )
    print(
        "| replicas | runs/s arriving | CPU of each | commits/s, all | requests/s, all | "
        "in flight, each | single p50 / p99 s | bulk p50 / p99 s | 503s | not linked |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    for count in counts:
        found = run(load, Costs(), arrivals(load, count))
        print(_row(count, found, load.minutes * 60.0), flush=True)


if __name__ == "__main__":
    main()
