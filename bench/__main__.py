"""`python -m bench [ROW...] [--repeats N] [--quick]`"""

import argparse
import asyncio
import gc
import sys
import tempfile
import time
from pathlib import Path

import uvloop
from rich.console import Console

from bench import cores, results
from bench.apps.comparisons import COMPARISONS
from bench.bench import Bench, Measure
from bench.figures import Line
from bench.portal import site
from bench.rows import (
    accepting,
    against,
    broker,
    bursts,
    fairness,
    history,
    idle,
    memory,
    replicas,
    starting,
)

ROWS: dict[str, Measure] = {
    "burst": bursts.light,
    "heavy": bursts.heavy,
    "operating": bursts.operating,
    "sixty": against.sixty,
    "links": against.links,
    "idle": idle.one,
    "accepting": accepting.stored_row,
    "fairness": fairness.the_others,
    "memory": memory.resident,
    "history": history.a_million,
    "start": starting.with_a_backlog,
    "replicas": replicas.two_against_one,
    "broker": broker.lost,
}
WITH_COMPARISONS = {"sixty", "links"}
REPEATS = 3
WIDTH = 160  # characters, where the output is no terminal
QUIET = 0.05  # share of all cores that something else may use before a row


def main() -> int:
    """Measure, show, write; status 1 where something was not reached."""
    options = _options()
    names = options.rows or list(ROWS)
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    if WITH_COMPARISONS & set(names):
        for comparison in COMPARISONS:
            console.print(f"[dim]environment of {comparison.name}")
            comparison.make()
    cores.pin_the_load()
    lines = uvloop.run(_measure(names, options, console))
    console.rule("all rows")
    results.show(console, lines)
    return int(any(line.reached is False for line in lines))


async def _measure(names: list[str], options: argparse.Namespace, console: Console) -> list[Line]:
    """Each row by itself, so that one that fails leaves the others their figures."""
    lines: list[Line] = []
    with tempfile.TemporaryDirectory(prefix="linkrobot-bench-") as folder:
        async with site.serving(Path(folder)) as served:
            bench = Bench(
                site=served,
                folder=Path(folder),
                repeats=1 if options.quick else options.repeats,
                is_quick=options.quick,
                say=lambda text: console.print(f"[dim]{text}", highlight=False),
            )
            gc.freeze()
            for name in names:
                lines += await _row(name, bench, options, console)
    return lines


async def _row(
    name: str, bench: Bench, options: argparse.Namespace, console: Console
) -> list[Line]:
    began = time.monotonic()
    noise = await asyncio.to_thread(cores.others_share)
    if noise > QUIET:
        console.print(f"[red]{name}: the machine is busy ({noise:.0%}); the figures will be off")
    try:
        found = await ROWS[name](bench)
    except Exception:
        console.print_exception()
        return [Line(row=name, what="it failed", figure="", reach="a figure", reached=False)]
    results.show(console, found)
    console.print(f"[dim]{name} took {time.monotonic() - began:.0f} s", highlight=False)
    if not options.quick:
        # No thread is needed: nothing is being measured now.
        command = f"python -m bench {name} --repeats {options.repeats}"
        made = results.Made(command=command, others_share=noise if noise > QUIET else 0.0)
        await asyncio.to_thread(results.write, name, found, made, list(ROWS))
    return found


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="What is promised, measured."
    )
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"one of {', '.join(ROWS)}; all")
    parser.add_argument("--repeats", type=int, default=REPEATS)
    parser.add_argument("--quick", action="store_true", help="small, once, nothing is written")
    options = parser.parse_args()
    unknown = set(options.rows) - set(ROWS)
    if unknown:
        parser.error(f"unknown row {', '.join(sorted(unknown))}; there are {', '.join(ROWS)}")
    return options


if __name__ == "__main__":
    sys.exit(main())
