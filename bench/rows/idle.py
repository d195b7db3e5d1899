"""One run on an idle system: what Linkrobot adds to the portal's two requests.

With PostgreSQL the calls go in turn to two replicas, so each run is another one's than the last.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bench.apps import linkrobot, postgres
from bench.apps.linkrobot import Linkrobot
from bench.bench import Bench
from bench.cores import APP_CORE, LOAD_CORE
from bench.figures import Line, middle, percentile
from bench.portal.portal import NO_LIMITS, Portal, Run
from bench.sending import loads
from bench.sending.loads import Balancer, Calls

ADDED, SHARED_ADDED = 0.006, 0.015  # seconds
REST = 0.2  # seconds between two runs
# Does one run, and returns it once it was reported.
Do = Callable[[], Awaitable[Run]]


@dataclass(slots=True)
class Found:
    """What was measured. Times are seconds."""

    times: list[float] = field(default_factory=list)
    added: list[float] = field(default_factory=list)  # to the time that the two requests took
    nominal: list[float] = field(default_factory=list)  # to what they should have taken
    requests: set[int] = field(default_factory=set)

    async def measure(self, portal: Portal, do: Do) -> None:
        """One run on a system at rest."""
        await asyncio.sleep(REST)
        portal.begin(NO_LIMITS)
        run = await do()
        await loads.until(lambda: not portal.in_flight, within=1)
        self.requests.add(portal.tally.requests)
        self.times.append(run.time_to_link)
        self.added.append(run.time_to_link - portal.tally.took)
        self.nominal.append(run.time_to_link - portal.tally.busy)

    def told(self, values: list[float]) -> str:
        """In milliseconds."""
        return f"{middle(values) * 1000:.1f} ms"


async def one(bench: Bench) -> list[Line]:
    """Runs one after the other, each on a system at rest; the bare ones between them."""
    portal, ours, shared, bare = bench.site.portal, Found(), Found(), Found()
    portal.begin(NO_LIMITS)
    async with (
        linkrobot.running(bench.site, bench.fresh("idle"), settings=linkrobot.NO_PACE) as app,
        _two(bench) as replicas,
        _bare(bench) as do_bare,
    ):
        do, do_shared = _doing(app.robot, portal), _doing(Balancer(_robots(replicas)), portal)
        cpu, shared_cpu = _cpu([app]), _cpu(replicas)
        for _ in range(bench.number(20, 5) * bench.repeats):
            await ours.measure(portal, do)
            await shared.measure(portal, do_shared)
            await bare.measure(portal, do_bare)
        cpu = (_cpu([app]) - cpu) / len(ours.times)
        shared_cpu = (_cpu(replicas) - shared_cpu) / len(shared.times)
    bench.say(
        f"idle: added {ours.told(ours.added)}, on PostgreSQL {shared.told(shared.added)}, "
        f"bare {bare.told(bare.added)}"
    )
    return [_ours_line(ours, cpu), _shared_line(shared, shared_cpu), _bare_line(bare, ours)]


def _doing(robot: Calls, portal: Portal) -> Do:
    async def do() -> Run:
        (run,) = await loads.burst(robot, portal, 1)
        await loads.all_reported([run], within=10)
        return run

    return do


def _robots(replicas: list[Linkrobot]) -> list[loads.Robot]:
    return [app.robot for app in replicas]


def _cpu(apps: list[Linkrobot]) -> float:
    return sum(app.process.cpu_seconds() for app in apps)


@asynccontextmanager
async def _two(bench: Bench) -> AsyncIterator[list[Linkrobot]]:
    """Replicas on the app's core, PostgreSQL on the portal's."""
    folders = [bench.fresh("idle"), bench.fresh("idle")]
    async with postgres.running(cores={LOAD_CORE}) as server:
        settings = {**linkrobot.NO_PACE, **server.settings()}
        async with linkrobot.replicas(
            bench.site,
            folders,
            settings,
            portals=[bench.site.portal],
            cores=[{APP_CORE}, {APP_CORE}],
        ) as apps:
            yield apps


@asynccontextmanager
async def _bare(bench: Bench) -> AsyncIterator[Do]:
    """The bare variant at work, on the app's core."""
    site, portal, folder = bench.site, bench.site.portal, bench.fresh("bare")
    folder.mkdir()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.variants.bare"),
        *(str(folder), portal.host, str(site.certificate), portal.access_token),
        cwd=linkrobot.PROJECT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    os.sched_setaffinity(process.pid, {APP_CORE})
    assert process.stdin  # noqa: S101 # for mypy
    assert process.stdout  # noqa: S101 # for mypy
    to_it, from_it = process.stdin, process.stdout

    async def do() -> Run:
        run = portal.new_run()
        to_it.write(f"{run.event_token} {run.document_id}\n".encode())
        run.sent_at = float(await asyncio.wait_for(from_it.readline(), 10))
        return run

    try:
        yield do
    finally:
        to_it.close()
        await process.wait()


def _ours_line(found: Found, cpu: float) -> Line:
    return Line(
        row="idle",
        what="one run on an idle system, light",
        figure=f"{found.told(found.times)} to the report, of them {found.told(found.added)} "
        f"beside the time that the portal's two requests took (95th percentile "
        f"{percentile(found.added, 0.95) * 1000:.1f} ms)",
        reach=f"the time of its two requests + {ADDED * 1000:.0f} ms",
        reached=middle(found.added) <= ADDED and found.requests == {2},
        how=f"{len(found.times)} runs, {'/'.join(map(str, sorted(found.requests)))} requests each; "
        f"TLS on kept connections; {cpu * 1000:.1f} ms of CPU a run; {found.told(found.nominal)} "
        "beside the 75 ms that the requests should take (the portal's timers are late)",
    )


def _shared_line(found: Found, cpu: float) -> Line:
    return Line(
        row="idle",
        what="one run on an idle system, light: two replicas on PostgreSQL",
        figure=f"{found.told(found.times)} to the report, of them {found.told(found.added)} "
        f"beside the time that the portal's two requests took (95th percentile "
        f"{percentile(found.added, 0.95) * 1000:.1f} ms)",
        reach=f"the time of its two requests + {SHARED_ADDED * 1000:.0f} ms",
        reached=middle(found.added) <= SHARED_ADDED and found.requests == {2},
        how=f"{len(found.times)} runs, {'/'.join(map(str, sorted(found.requests)))} requests each, "
        f"in turn to the two replicas, both on the app's core, PostgreSQL (fsync on) on the "
        f"portal's; {cpu * 1000:.1f} ms of CPU a run, both replicas' rest included",
    )


def _bare_line(bare: Found, ours: Found) -> Line:
    return Line(
        row="idle",
        what="the least that it can be: two durable commits and two requests, by bare sqlite3 and "
        "sockets",
        figure=f"{bare.told(bare.added)} beside the time that the requests took; Linkrobot adds "
        f"{(middle(ours.added) - middle(bare.added)) * 1000:.1f} ms to that",
        how=f"in turn with Linkrobot's runs; {bare.told(bare.nominal)} beside 75 ms",
    )
