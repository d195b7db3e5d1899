"""What a restart and a failing portal cost: Bitrix24's official template over RabbitMQ, and ours.

The template queues each call in a broker (see comparisons/broker.mjs for where each fact stands).
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from bench.apps import linkrobot, postgres, rabbitmq
from bench.bench import Bench
from bench.cores import LOAD_CORE
from bench.figures import Line
from bench.portal.portal import NO_LIMITS, Portal, Run
from bench.sending import loads

FAILING = replace(NO_LIMITS, refuses="INTERNAL_SERVER_ERROR")
FAILS_FOR = 40.0  # seconds; the template's five tries, 6 s apart, are over after 24 s
AFTERWARDS = 20.0  # seconds that the template is given once the portal answers again
OURS_WITHIN = 300.0  # seconds
FAILED = 20  # calls while the portal fails
NOT_HERE = "not measured: no rabbitmq-server on this machine (apt-get install rabbitmq-server)"
RESTART, OUTAGE = (
    "calls queued, then the {0} is restarted",
    f"calls while the portal fails for {FAILS_FOR:.0f} s",
)


async def lost(bench: Bench) -> list[Line]:
    """The template first, where there is a broker."""
    if not rabbitmq.is_installed():
        template = [Line(row="broker", what="the official template", figure=NOT_HERE)]
    else:
        template = [await _template_restart(bench), await _template_outage(bench)]
    async with postgres.running(cores={LOAD_CORE}) as server:
        ours = [await _our_restart(bench, server), await _our_outage(bench, server)]
    return template + ours


async def _template_restart(bench: Bench) -> Line:
    """As the template publishes, and as a control with messages that are persistent."""
    portal, number = bench.site.portal, bench.number(200, 50)
    left: dict[bool, int] = {}
    for persistent in (False, True):
        portal.begin(NO_LIMITS)
        runs = [portal.new_run() for _ in range(number)]
        async with rabbitmq.prepared(bench.site, bench.fresh("broker")) as broker:
            running = await broker.start()
            await broker.publish(portal, runs, persistent=persistent)
            queued, *_ = await broker.counts()
            if queued != number:
                raise RuntimeError(f"{queued} of {number} were queued")
            await running.stop()
            running = await broker.start()
            left[persistent], *_ = await broker.counts()
            await running.stop()
    bench.say(f"broker: after a restart {left} of {number} are left (by persistence)")
    return Line(
        row="broker",
        what=f"{number} {RESTART.format('broker')}: the official template",
        figure=f"{number - left[False]} of {number} lost",
        how="a clean stop and start; its queues are durable, its messages are not persistent; "
        f"were they, {number - left[True]} would be lost",
    )


async def _template_outage(bench: Bench) -> Line:
    portal = bench.site.portal
    portal.begin(FAILING)
    runs = [portal.new_run() for _ in range(FAILED)]
    async with rabbitmq.prepared(bench.site, bench.fresh("broker")) as broker:
        running = await broker.start()
        consumer = await broker.run(broker.script("consume"))
        await broker.publish(portal, runs, persistent=False)
        await asyncio.sleep(FAILS_FOR)
        portal.behave(NO_LIMITS)
        await asyncio.sleep(AFTERWARDS)
        waiting, delayed, failed = await broker.counts()
        (control,) = later = [portal.new_run()]
        await broker.publish(portal, later, persistent=False)
        await loads.all_reported(later, within=10)
        if not portal.is_right(control):
            raise RuntimeError("the template does not work even where the portal does")
        await consumer.stop()
        await running.stop()
    bench.say(f"broker: {waiting} wait, {delayed} are delayed, {failed} have failed for good")
    return Line(
        row="broker",
        what=f"{FAILED} {OUTAGE}: the official template",
        figure=f"{_unanswered(runs)} of {FAILED} workflows never answered",
        how=f"{failed} lie in the queue of the failed ones, which nothing reads; a call after the "
        "outage got its link",
    )


async def _our_restart(bench: Bench, server: postgres.Postgres) -> Line:
    portal, number = bench.site.portal, bench.number(200, 50)
    portal.begin(NO_LIMITS)
    settings = {**linkrobot.NO_PACE, **server.settings()}
    async with linkrobot.running(bench.site, bench.fresh("ours"), settings=settings) as app:
        portal.begin(FAILING)
        runs = await loads.burst(app.robot, portal, number)
        _all_taken(runs)
        await asyncio.to_thread(server.restart)
        stored = server.counted(settings, "finished_at IS NULL AND code = 'linkrobot_enable'")
        portal.behave(NO_LIMITS)
        await loads.all_reported(runs, within=OURS_WITHIN)
    bench.say(f"broker: ours after a restart: {stored} of {number} unfinished are stored")
    return _our_line(
        portal,
        runs,
        f"{number} {RESTART.format('database')}",
        "a clean stop and start of PostgreSQL",
    )


async def _our_outage(bench: Bench, server: postgres.Postgres) -> Line:
    portal = bench.site.portal
    portal.begin(NO_LIMITS)
    settings = {**linkrobot.NO_PACE, **server.settings()}
    async with linkrobot.running(bench.site, bench.fresh("ours"), settings=settings) as app:
        portal.begin(FAILING)
        runs = await loads.burst(app.robot, portal, FAILED)
        _all_taken(runs)
        await asyncio.sleep(FAILS_FOR)
        portal.behave(NO_LIMITS)
        await loads.all_reported(runs, within=OURS_WITHIN)
    return _our_line(portal, runs, f"{FAILED} {OUTAGE}", "the portal answers again afterwards")


def _our_line(portal: Portal, runs: Sequence[Run], what: str, how: str) -> Line:
    unanswered, right = _unanswered(runs), sum(portal.is_right(run) for run in runs)
    last = max((run.time_to_link for run in runs if run.reported_at is not None), default=0.0)
    return Line(
        row="broker",
        what=f"{what}: Linkrobot on PostgreSQL",
        figure=f"{unanswered} of {len(runs)} workflows never answered, {right} with their own link",
        reach="0 never answered, each with its link",
        reached=not unanswered and right == len(runs),
        how=f"{how}; the last one answered {last:.0f} s after its call",
    )


def _all_taken(runs: Sequence[Run]) -> None:
    refused = [run.status for run in runs if run.status != 200]
    if refused:
        raise RuntimeError(f"of {len(runs)} calls these were not answered 200: {refused}")


def _unanswered(runs: Sequence[Run]) -> int:
    return sum(run.reported_at is None for run in runs)
