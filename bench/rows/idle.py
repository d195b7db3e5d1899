"""One run on an idle system: what Linkrobot adds to the portal's two requests."""

from bench.apps import linkrobot
from bench.bench import Bench
from bench.figures import Line, middle, percentile
from bench.portal.portal import NO_LIMITS
from bench.sending import loads

ADDED = 0.006  # seconds


async def one(bench: Bench) -> list[Line]:
    """Runs one after the other, each on a system at rest."""
    portal, times, added, requests = bench.site.portal, list[float](), list[float](), set[int]()
    portal.begin(NO_LIMITS)
    async with linkrobot.running(
        bench.site, bench.fresh("idle"), settings=linkrobot.NO_PACE
    ) as app:
        cpu = app.process.cpu_seconds()
        for _ in range(bench.number(20, 5) * bench.repeats):
            portal.begin(NO_LIMITS)
            runs = await loads.burst(app.robot, portal, 1)
            await loads.all_reported(runs, within=10)
            await loads.until(lambda: False, within=0.2)
            requests.add(portal.tally.requests)
            times.append(runs[0].time_to_link)
            added.append(runs[0].time_to_link - portal.tally.busy)
        cpu = (app.process.cpu_seconds() - cpu) / len(times)
    bench.say(f"idle: {middle(times) * 1000:.1f} ms, added {middle(added) * 1000:.1f} ms")
    return [
        Line(
            row="idle",
            what="one run on an idle system, light",
            figure=f"{middle(times) * 1000:.1f} ms to the report, of them "
            f"{middle(added) * 1000:.1f} ms beside the portal's requests "
            f"(95th percentile {percentile(added, 0.95) * 1000:.1f} ms)",
            reach=f"the time of its two requests + {ADDED * 1000:.0f} ms",
            reached=middle(added) <= ADDED and requests == {2},
            how=f"{len(times)} runs, {'/'.join(map(str, sorted(requests)))} requests each; "
            f"TLS on kept connections; {cpu * 1000:.1f} ms of CPU a run",
        )
    ]
