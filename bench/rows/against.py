"""Linkrobot beside what a user would run instead."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from bench.apps import comparisons, linkrobot
from bench.apps.comparisons import COMPARISONS
from bench.bench import Bench
from bench.cores import LoadMeter
from bench.figures import Came, Line, came_of, middle, spread
from bench.portal.portal import LIGHT, NO_LIMITS
from bench.rows.bursts import BUCKET_EMPTIES
from bench.sending import loads
from bench.sending.loads import Robot

OURS = "Linkrobot"
# Where the portal has no limits: as many requests in flight as the comparisons may have.
AT_ONCE = {"PORTAL_PARALLEL": "20"}
DEFAULT = "Linkrobot, its default of 4 requests in flight"
WITHIN = 2.0  # seconds for a burst of 60
QUIET = 10.0  # seconds without a request: nothing more will come
TOGETHER = 20  # runs in flight
# A comparison that answered has done what it will do; Linkrobot works after its answer.
PATIENCE = {OURS: 30.0, DEFAULT: 30.0}


async def sixty(bench: Bench) -> list[Line]:
    """A burst of 60, documented limits."""
    found: dict[str, list[Came]] = {}
    for n in range(bench.repeats):
        for name in (OURS, *(comparison.name for comparison in COMPARISONS)):
            async with _one(bench, name, has_limits=True) as robot:
                came = await _burst_of_sixty(bench, robot)
            found.setdefault(name, []).append(came)
            bench.say(
                f"sixty {n + 1}/{bench.repeats}: {name}: {came.seconds:.2f} s, {came.counted}"
            )
    return [_sixty_line(name, came) for name, came in found.items()]


async def links(bench: Bench) -> list[Line]:
    """300 runs, 20 in flight, no limits."""
    number = bench.number(300, 60)
    found: dict[str, list[Came]] = {}
    shares: dict[str, float] = {}
    async with AsyncExitStack() as stack:
        robots = {
            name: await stack.enter_async_context(_one(bench, name, has_limits=False))
            for name in (OURS, DEFAULT, *(comparison.name for comparison in COMPARISONS))
        }
        for n in range(bench.repeats):
            for name, robot in robots.items():
                bench.site.portal.begin(NO_LIMITS)
                meter = LoadMeter().start()
                runs = await loads.in_flight(
                    robot,
                    bench.site.portal,
                    number,
                    together=TOGETHER,
                    patience=PATIENCE.get(name, 0.1),
                )
                shares[name] = max(shares.get(name, 0.0), meter.share())
                came = came_of(bench.site.portal, runs)
                found.setdefault(name, []).append(came)
                bench.say(f"links {n + 1}/{bench.repeats}: {name}: {came.seconds:.2f} s")
    return _links_lines(number, found, shares)


async def _burst_of_sixty(bench: Bench, robot: Robot) -> Came:
    portal = bench.site.portal
    portal.begin(LIGHT)
    runs = await loads.burst(robot, portal, 60)
    await loads.over(portal, runs, quiet=QUIET, within=120)
    return came_of(portal, runs)


@asynccontextmanager
async def _one(bench: Bench, name: str, *, has_limits: bool) -> AsyncIterator[Robot]:
    if name in PATIENCE:
        bench.site.portal.begin(LIGHT if has_limits else NO_LIMITS)
        pace = linkrobot.NO_PACE if name == DEFAULT else linkrobot.NO_PACE | AT_ONCE
        settings = {} if has_limits else pace
        async with linkrobot.running(bench.site, bench.fresh("ours"), settings=settings) as app:
            await loads.until(lambda: False, within=BUCKET_EMPTIES)
            yield app.robot
        return
    comparison = next(one for one in COMPARISONS if one.name == name)
    folder = bench.fresh(comparison.folder.name)
    async with comparisons.running(comparison, bench.site, folder, has_limits=has_limits) as other:
        yield other.robot


def _sixty_line(name: str, found: list[Came]) -> Line:
    seconds = middle([came.seconds for came in found])
    ours = name == OURS
    return Line(
        row="sixty",
        what=f"a burst of 60, documented limits, light: {name}",
        figure=f"{middle([60 - came.hung for came in found]):.0f} linked, "
        f"{middle([came.hung for came in found]):.0f} hung, last link after "
        f"{spread([came.seconds for came in found], 's')}; {found[0].counted}",
        reach=f"60 answered, in under {WITHIN:.0f} s" if ours else "",
        reached=(all(came.is_right for came in found) and seconds < WITHIN) if ours else None,
        how="the first repeat's counts" if len(found) > 1 else "",
    )


def _links_lines(number: int, found: dict[str, list[Came]], shares: dict[str, float]) -> list[Line]:
    rates = {
        name: middle([len(came.times) / came.seconds for came in repeats])
        for name, repeats in found.items()
    }
    times = {
        name: middle([middle(came.times) for came in repeats]) for name, repeats in found.items()
    }
    best_rate = max(rate for name, rate in rates.items() if name not in PATIENCE)
    best_time = min(time for name, time in times.items() if name not in PATIENCE)
    lines = []
    for name, repeats in found.items():
        ours = name == OURS
        lines.append(
            Line(
                row="links",
                what=f"{number} runs, {TOGETHER} in flight, no limits, light: {name}",
                figure=f"{rates[name]:.0f} links/s, median time to link {times[name] * 1000:.0f} "
                f"ms; {repeats[0].counted}",
                reach="more links/s than every comparison, time to link not above their best"
                if ours
                else "",
                reached=_is_best(repeats, rates[name] > best_rate, times[name] <= best_time)
                if ours
                else None,
                how=f"portal and load used {shares[name]:.0%} of their core"
                + (f"; {AT_ONCE}" if ours else ""),
            )
        )
    return lines


def _is_best(found: list[Came], *is_better: bool) -> bool:
    return all(is_better) and all(came.is_right for came in found)
