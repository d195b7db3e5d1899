"""Many deals at once, with the limits of a cloud portal."""

import time
from dataclasses import replace
from heapq import heapify, heappop, heappush

from bench.apps import linkrobot
from bench.bench import Bench
from bench.cores import LoadMeter
from bench.figures import Came, Line, came_of, middle, spread
from bench.portal.limits import Operating, OperatingRule
from bench.portal.portal import ENABLE, GET, HEAVY_LINKS, LIGHT, REPORT, Behaviour
from bench.sending import loads

PARALLEL = 4  # PORTAL_PARALLEL, the default
BATCH_SECONDS = 20.0  # no request may take longer
SLOWER, FASTER = 1.3, 60  # than the portal's own time; than one call after the other
# The portal of the operating row: everything that limits the method is a tenth.
SCALED = OperatingRule().scaled(10)
TENTH = replace(HEAVY_LINKS, methods={ENABLE: 0.030}, operating=SCALED)
# Registering took some of the bucket, in the app's picture of it; it leaks out.
BUCKET_EMPTIES = 2.5  # seconds


async def light(bench: Bench) -> list[Line]:
    """1,000 runs at once, light calls."""
    number = bench.number(1_000, 200)
    found, notes = await _repeat(bench, "burst", LIGHT, number, within=120)
    own = [own_time(came, LIGHT) for came in found]
    seconds = [came.seconds for came in found]
    ratio = middle([came.seconds / mine for came, mine in zip(found, own, strict=True)])
    lone = (2 * number - LIGHT.burst) / 2
    times = lone / middle(seconds)
    most = max(came.requests / (1.5 * came.portal_calls / 50 + 5) for came in found)
    row = "burst"
    return [
        Line(
            row=row,
            what=f"{number} runs at once, documented limits, light",
            figure=f"{spread(seconds, 's')}, {ratio:.2f} x the portal's own {middle(own):.2f} s",
            reach=f"at most {SLOWER} x the portal's own time",
            reached=ratio <= SLOWER,
            how=notes,
        ),
        Line(
            row=row,
            what="the same, against one call per request",
            figure=f"{times:.0f} x faster than the {lone:.0f} s that the rate allows",
            reach=f"at least {FASTER} x faster",
            reached=times >= FASTER,
            how=f"({2 * number} - {LIGHT.burst:.0f}) / 2 s, calculated",
        ),
        right(row, found, "0 hung, 0 wrong, no QUERY_LIMIT_EXCEEDED"),
        Line(
            row=row,
            what="HTTP requests for that",
            figure=f"{middle([came.requests for came in found]):.0f} for "
            f"{middle([came.portal_calls for came in found]):.0f} calls",
            reach="at most 1.5 x calls / 50 + 5",
            reached=most <= 1,
        ),
    ]


async def heavy(bench: Bench) -> list[Line]:
    """1,000 runs at once, 300 ms for each link."""
    number = bench.number(1_000, 60)
    found, notes = await _repeat(bench, "heavy", HEAVY_LINKS, number, within=400)
    own = [own_time(came, HEAVY_LINKS) for came in found]
    what = f"{number} runs at once, documented limits, heavy (300 ms a link)"
    return _long("heavy", what, found, own, notes)


async def operating(bench: Bench) -> list[Line]:
    """3,000 runs that exceed the method's operating time, all of it scaled down tenfold."""
    number = bench.number(3_000, 1_800)
    began: list[float] = []
    found, notes = await _repeat(bench, "operating", TENTH, number, within=400, began=began)
    own = [
        own_time_with_resets(TENTH, SCALED, number=number, requests=came.requests, began_at=at)
        for came, at in zip(found, began, strict=True)
    ]
    what = f"{number} runs at once, beyond the operating time (a tenth of everything)"
    return _long("operating", what, found, own, notes)


def own_time(came: Came, behaviour: Behaviour) -> float:
    """Seconds that the portal needs for what it was asked, or that its rate imposes."""
    rate = behaviour.rate or float("inf")
    return max(came.busy / PARALLEL, (came.requests - behaviour.burst) / rate)


def own_time_with_resets(
    behaviour: Behaviour, rule: OperatingRule, *, number: int, requests: int, began_at: float
) -> float:
    """The same where a method is blocked between: played through by the portal's own rules.

    Enabling goes first while it may, reports meanwhile; each call bears its share of the requests'
    own time. `began_at` is a Unix time, since the window's baskets are.
    """
    limit = Operating(rule=rule)
    share = requests * behaviour.request / (2 * number)
    enabling = behaviour.seconds(ENABLE) + behaviour.seconds(GET) + share
    free, end = [began_at] * PARALLEL, began_at
    heapify(free)
    to_enable, to_report = number, 0
    while to_enable or to_report:
        now = heappop(free)
        if to_enable and not limit.is_blocked(now):
            done = now + enabling
            limit.add(behaviour.seconds(ENABLE), done)
            to_enable, to_report = to_enable - 1, to_report + 1
        elif to_report:
            done = now + behaviour.seconds(REPORT) + share
            to_report -= 1
        else:
            heappush(free, limit.reset_at(now))
            continue
        heappush(free, done)
        end = max(end, done)
    return end - began_at


def right(row: str, found: list[Came], reach: str) -> Line:
    """Whether every deal went on, in every repeat."""
    return Line(
        row=row,
        what="each deal got its own link",
        figure="; ".join(dict.fromkeys(came.counted for came in found)),
        reach=reach,
        reached=all(came.is_right and not came.over_limit for came in found),
    )


def _long(row: str, what: str, found: list[Came], own: list[float], notes: str) -> list[Line]:
    ratio = middle([came.seconds / mine for came, mine in zip(found, own, strict=True)])
    longest = max(came.longest for came in found)
    return [
        Line(
            row=row,
            what=what,
            figure=f"{spread([came.seconds for came in found], 's', 1)}, "
            f"{ratio:.2f} x the portal's own {middle(own):.1f} s",
            reach=f"at most {SLOWER} x the portal's own time",
            reached=ratio <= SLOWER,
            how=notes,
        ),
        Line(
            row=row,
            what="the longest request of it",
            figure=f"{longest:.1f} s",
            reach=f"at most {BATCH_SECONDS:.0f} s",
            reached=longest <= BATCH_SECONDS,
        ),
        right(row, found, "0 hung, 0 wrong"),
    ]


async def _repeat(
    bench: Bench,
    name: str,
    behaviour: Behaviour,
    number: int,
    *,
    within: float,
    began: list[float] | None = None,
) -> tuple[list[Came], str]:
    """A fresh app each time, since its picture of the portal's bucket outlives a burst."""
    portal, found, shares = bench.site.portal, [], []
    for n in range(bench.repeats):
        portal.begin(behaviour)
        async with linkrobot.running(bench.site, bench.fresh(name)) as app:
            await loads.until(lambda: False, within=BUCKET_EMPTIES)
            portal.begin(behaviour)
            meter = LoadMeter().start()
            if began is not None:
                began.append(time.time())
            runs = await loads.burst(app.robot, portal, number)
            await loads.all_reported(runs, within=within)
            shares.append(meter.share())
        found.append(came_of(portal, runs))
        bench.say(f"{name} {n + 1}/{bench.repeats}: {found[-1].seconds:.2f} s, {found[-1].counted}")
        if portal.tally.over_operating:
            bench.say(f"  {portal.tally.over_operating} calls answered OPERATION_TIME_LIMIT")
    return found, f"portal and load used {max(shares):.0%} of their core"
