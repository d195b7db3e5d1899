# ruff: noqa: T201
"""What 10,000 portals need: `python -m bench.simulate`; what it means stands in docs/scaling.md.

All portals and all their runs are simulated; several replicas share them over one database.
"""

import argparse
import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from statistics import median

from bench.simulation.costs import HELD_MB, IDLE_MB
from bench.simulation.load import Load
from bench.simulation.measured import HEADER, measure
from bench.simulation.story import Case, Found, at_once, run
from robot.work.accept import TOGETHER

PROCESSES = 2
SEEDS = 3


def quantile(ordered: list[float], share: float) -> float:
    """A quantile, or 0.0 of nothing."""
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else 0.0


COLUMNS: dict[str, tuple[Callable[[Found], float], str]] = {
    "runs": (lambda found: found.arrived, ",.0f"),
    "core, average": (lambda found: found.core, ".0%"),
    "core, peak": (lambda found: found.used["core"], ".0%"),
    "commits/s": (lambda found: found.commits / found.seconds, ".0f"),
    "peak": (lambda found: found.commits_peak, ".0f"),
    "writers in use, peak": (lambda found: found.used["writer"], ".0%"),
    "log MB/s": (lambda found: found.log_mb, ".1f"),
    "requests in flight": (lambda found: found.most_in_flight, ".0f"),
    "answered p99 s": (lambda found: quantile(found.answered, 0.99), ".3f"),
    "single p50 s": (lambda found: quantile(found.single, 0.5), ".2f"),
    "p99": (lambda found: quantile(found.single, 0.99), ".2f"),
    "bulk p50 s": (lambda found: quantile(found.bulk, 0.5), ".1f"),
    "bulk p99": (lambda found: quantile(found.bulk, 0.99), ".1f"),
    "refused": (lambda found: found.refused, ",.0f"),
    "not linked": (lambda found: found.lost, ".0f"),
    "over the portal's limit": (lambda found: found.over_limit, ".0f"),
    "held runs, at most MB": (lambda found: IDLE_MB + HELD_MB * found.most_held, ".0f"),
}


def _row(name: str, found: list[Found]) -> str:
    cells = [format(median(map(read, found)), form) for read, form in COLUMNS.values()]
    first = sorted(found, key=lambda one: one.used[one.binds])[len(found) // 2]
    cells.append(f"{first.binds} ({first.used[first.binds]:.0%})")
    return f"| {name} | {' | '.join(cells)} |"


def tables(cases: list[Case], seeds: int) -> Iterator[str]:
    """Lines of a table: a row for each case, the medians over so many seeds."""
    yield f"| database, replicas | {' | '.join(COLUMNS)} | nearest to its limit |"
    yield "|---" * (len(COLUMNS) + 2) + "|"
    with ProcessPoolExecutor(PROCESSES) as pool:
        running = [
            [
                pool.submit(run, replace(case, load=replace(case.load, seed=seed)))
                for seed in range(1, seeds + 1)
            ]
            for case in cases
        ]
        for case, found in zip(cases, running, strict=True):
            yield _row(case.name, [one.result() for one in found])


def _options() -> argparse.Namespace:
    options = argparse.ArgumentParser(description=__doc__)
    for name, kind in Load.__annotations__.items():
        flag = f"--{name.replace('_', '-')}"
        if kind is bool:
            options.add_argument(flag, action="store_true")
        elif name != "seed":
            options.add_argument(flag, type=kind, default=getattr(Load(), name))
    options.add_argument("--replicas", type=int, nargs="*", default=[1, 2, 4, 8])
    options.add_argument("--seeds", type=int, default=SEEDS)
    options.add_argument("--group", type=int, default=TOGETHER)
    options.add_argument("--measure", action="store_true", help="count over the real app instead")
    options.add_argument("--database-url", default="", help="with --measure: a PostgreSQL")
    return options.parse_args()


def main() -> None:
    """Print the table."""
    options = vars(_options())
    replicas, seeds = options.pop("replicas"), options.pop("seeds")
    group = options.pop("group")
    is_measured, url = options.pop("measure"), options.pop("database_url")
    if is_measured:
        print(HEADER)
        for cost in asyncio.run(measure(url)):
            print(cost.line())
        return
    alone, load = at_once(1_000), Load(**options)
    print(f"1,000 runs at once: {alone.seconds:.2f} s, {alone.requests} requests", flush=True)
    alike = Case(load=load, group=group)
    cases = [alike, *(replace(alike, replicas=number, is_shared=True) for number in replicas)]
    for line in tables(cases, seeds):
        print(line, flush=True)


if __name__ == "__main__":
    main()
