"""Whether a second replica on one PostgreSQL gets more done, and what binds.

One replica has a core nearly to itself. With two everything shares both cores: the replicas,
PostgreSQL, portals and load. So the CPU time of each is what tells.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace

from bench.apps import linkrobot, postgres, process
from bench.apps.linkrobot import Linkrobot
from bench.apps.postgres import Postgres
from bench.bench import Bench
from bench.cores import APP_CORE, LOAD_CORE
from bench.figures import Line, middle, spread
from bench.portal import site
from bench.portal.portal import NO_LIMITS, Portal, Run
from bench.portal.site import Site
from bench.sending import loads
from bench.sending.loads import CONNECTIONS, Balancer, Calls

PORTALS = 100
FASTER = 1.6
DISTANT = replace(NO_LIMITS, request=0.1)
BOTH = (APP_CORE, LOAD_CORE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What one round came to. CPU is seconds a run, of all cores."""

    rate: float  # runs per second, from the first call to the last report
    replicas: float
    server: float
    bench: float  # portals and load
    requests: float  # HTTP requests a run

    @property
    def cpu(self) -> float:
        """Of everything together."""
        return self.replicas + self.server + self.bench


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Replicas on a database of their own."""

    apps: list[Linkrobot]
    server: Postgres
    site: Site

    async def measure(self, runs_each: int) -> Done:
        """So many runs for each portal at once, until all are reported."""
        for portal in self.site.portals:
            portal.begin(DISTANT)
        for app in self.apps:
            await process.is_quiet(app.process)
        robot = Balancer([app.robot for app in self.apps])
        before, began = self._cpu(), time.monotonic()
        runs = await _at_once(robot, self.site.portals, runs_each)
        if refused := [run.status for run in runs if run.status != 200]:
            raise RuntimeError(f"of {len(runs)} calls these were not answered 200: {refused}")
        await loads.all_reported(runs, within=300)
        seconds, used = time.monotonic() - began, self._cpu()
        _check(self.site.portals, runs)
        replicas, server, bench = (
            (now - then) / len(runs) for now, then in zip(used, before, strict=True)
        )
        requests = sum(portal.tally.requests for portal in self.site.portals)
        return Done(
            rate=len(runs) / seconds,
            replicas=replicas,
            server=server,
            bench=bench,
            requests=requests / len(runs),
        )

    def _cpu(self) -> tuple[float, float, float]:
        replicas = sum(app.process.cpu_seconds() for app in self.apps)
        return replicas, self.server.cpu_seconds(), time.process_time()


async def two_against_one(bench: Bench) -> list[Line]:
    """The rounds alternate."""
    runs_each = bench.number(40, 10)
    folder = bench.fresh("portals")
    folder.mkdir()
    done: dict[int, list[Done]] = {1: [], 2: []}
    async with AsyncExitStack() as stack:
        served = await stack.enter_async_context(site.serving(folder, portals=PORTALS))
        server = await stack.enter_async_context(postgres.running(cores=set(BOTH)))
        for portal in served.portals:
            portal.begin(NO_LIMITS)
        settings = {
            number: await stack.enter_async_context(_replicas(bench, served, server, number))
            for number in done
        }
        for n in range(-1, 2 * bench.repeats):  # the first round only warms everything
            for number, setting in settings.items():
                found = await setting.measure(runs_each)
                if n >= 0:
                    done[number].append(found)
                bench.say(f"replicas {n + 1}/{2 * bench.repeats}: {number}: {_told(found)}")
    return [_one_line(done[1], runs_each), _two_line(done, runs_each)]


@asynccontextmanager
async def _replicas(
    bench: Bench, served: Site, server: Postgres, number: int
) -> AsyncIterator[Setting]:
    """The first on the app's core, the second on the other one."""
    folders = [bench.fresh("replica") for _ in range(number)]
    async with linkrobot.replicas(
        served,
        folders,
        {**linkrobot.NO_PACE, **server.settings()},
        portals=served.portals,
        cores=[{core} for core in BOTH[:number]],
    ) as apps:
        yield Setting(apps=apps, server=server, site=served)


async def _at_once(robot: Calls, portals: Sequence[Portal], runs_each: int) -> list[Run]:
    """A deal of each portal in turn; returns when every call was answered."""
    free, runs = asyncio.Semaphore(CONNECTIONS), list[Run]()

    async def call(portal: Portal, run: Run) -> None:
        async with free:
            await robot.call(portal, run)

    async with asyncio.TaskGroup() as group:
        for _ in range(runs_each):
            for portal in portals:
                runs.append(portal.new_run())
                group.create_task(call(portal, runs[-1]))
    return runs


def _check(portals: Sequence[Portal], runs: Sequence[Run]) -> None:
    """Every deal has its own link."""
    whose = {token: portal for portal in portals for token in portal.runs}
    wrong = sum(not whose[run.event_token].is_right(run) for run in runs)
    if wrong:
        raise RuntimeError(f"{wrong} of {len(runs)} runs have no link or a wrong one")


def _told(done: Done) -> str:
    """A round, its CPU as shares of one core."""
    shares = (part * done.rate for part in (done.replicas, done.server, done.bench))
    replicas, server, bench = (f"{share:.0%}" for share in shares)
    return (
        f"{done.rate:.0f} runs/s; replicas {replicas}, PostgreSQL {server}, portals and load "
        f"{bench} of a core"
    )


def _shares(done: Sequence[Done]) -> str:
    """In the middle, and what a run costs each of them."""
    parts = {
        "replicas": [(one.replicas, one.rate) for one in done],
        "PostgreSQL": [(one.server, one.rate) for one in done],
        "portals and load": [(one.bench, one.rate) for one in done],
    }
    return ", ".join(
        f"{name} {middle([cpu * rate for cpu, rate in found]):.0%} "
        f"({middle([cpu for cpu, _ in found]) * 1000:.1f} ms a run)"
        for name, found in parts.items()
    )


def _one_line(done: Sequence[Done], runs_each: int) -> Line:
    return Line(
        row="replicas",
        what=f"{PORTALS} portals at 100 ms a request, {runs_each} runs each at once: one replica",
        figure=spread([one.rate for one in done], "runs/s", 0),
        how=f"on a core of its own; of one core used: {_shares(done)}; "
        f"{middle([one.requests for one in done]):.2f} requests a run",
    )


def _two_line(done: dict[int, list[Done]], runs_each: int) -> Line:
    ones, twos = done[1], done[2]
    ratio = middle([two.rate / one.rate for one, two in zip(ones, twos, strict=True)])
    return Line(
        row="replicas",
        what=f"{PORTALS} portals at 100 ms a request, {runs_each} runs each at once: two replicas",
        figure=f"{spread([two.rate for two in twos], 'runs/s', 0)}, {ratio:.2f} x one replica",
        reach=f"at least {FASTER} x, or shown what binds",
        reached=ratio >= FASTER,
        how=f"a core each, shared with all else; of one core used: {_shares(twos)}; "
        f"{middle([two.cpu * two.rate for two in twos]):.0%} of 200 % altogether; {_bound(done)}; "
        f"{middle([two.requests for two in twos]):.2f} requests a run",
    )


def _bound(done: dict[int, list[Done]]) -> str:
    """What both cores could do without a pause, against a replica that has a whole core."""
    alone = middle([one.replicas for one in done[1]])
    now = 2 * alone / middle([two.cpu for two in done[2]])
    alike = 2 * alone / middle([one.cpu for one in done[1]])
    return (
        f"at this CPU a run both cores can do at most {now:.2f} x what one replica does on a whole "
        f"core, at the CPU a run of one replica {alike:.2f} x"
    )
