"""Accepting with durable storage, against the same server that does not store."""

import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

from bench.apps import linkrobot, postgres, process, slow_disk, stored
from bench.apps.linkrobot import environment, free_port
from bench.apps.postgres import Postgres
from bench.apps.process import Process
from bench.bench import Bench
from bench.cores import APP_CORE, LOAD_CORE, LoadMeter
from bench.figures import Line, middle, percentile, spread
from bench.portal.portal import INSTANT
from bench.sending import pressure
from bench.sending.client import Sender
from bench.sending.loads import Robot
from bench.sending.messages import installation
from bench.sending.pressure import Pressed

RATIO, SHARED_RATIO, SLOW_RATIO = 0.6, 0.5, 0.4
RATE, P99 = 400.0, 0.015  # requests per second; seconds
UNSTORED, STORED, SLOW, WHOLE = "not stored", "stored", "stored, slow disk", "the whole app"
SHARED = "stored, PostgreSQL"


@dataclass(slots=True, kw_only=True)
class Subject:
    """One of the servers, and what was found."""

    process: Process
    robot: Robot
    runs_stored: Callable[[], int]
    saturated: list[Pressed] = field(default_factory=list)
    steady: list[Pressed] = field(default_factory=list)
    load: float = 0.0  # highest share that the load used of its core
    app: list[float] = field(default_factory=list)  # share that the app used of its own
    server: Postgres | None = None
    server_shares: list[float] = field(default_factory=list)  # of the load's core


async def stored_or_not(bench: Bench) -> dict[str, Subject]:
    """All servers run all the time; the rounds go round."""
    seconds = bench.number(5, 1)
    slow = slow_disk.environment(bench.folder)
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(postgres.running(cores={LOAD_CORE}))
        subjects = {
            UNSTORED: await stack.enter_async_context(_variant(bench, {"STORES": "no"})),
            STORED: await stack.enter_async_context(_variant(bench, {})),
            SHARED: await stack.enter_async_context(_variant(bench, {}, server)),
            SLOW: await stack.enter_async_context(_variant(bench, slow)),
            WHOLE: await stack.enter_async_context(_whole(bench)),
        }
        for n in range(bench.repeats):
            for name, subject in subjects.items():
                await _round(bench, subject, seconds, is_whole=name == WHOLE)
            rates = ", ".join(
                f"{name} {subject.saturated[-1].rate:.0f}/s"
                for name, subject in subjects.items()
                if subject.saturated
            )
            bench.say(f"accepting {n + 1}/{bench.repeats}: {rates}")
        for name in (STORED, SHARED, SLOW):
            _check_stored(name, subjects[name])
    return subjects


async def stored_row(bench: Bench) -> list[Line]:
    """The row."""
    subjects = await stored_or_not(bench)
    plain = middle([found.rate for found in subjects[UNSTORED].saturated])
    return [
        _rate_line(UNSTORED, subjects[UNSTORED], plain, reach=None),
        _rate_line(STORED, subjects[STORED], plain, reach=RATIO),
        _rate_line(SHARED, subjects[SHARED], plain, reach=SHARED_RATIO),
        _rate_line(SLOW, subjects[SLOW], plain, reach=SLOW_RATIO),
        _latency_line(STORED, subjects[STORED], is_promised=True),
        _latency_line(SHARED, subjects[SHARED], is_promised=False),
        _latency_line(SLOW, subjects[SLOW], is_promised=False),
        _latency_line(WHOLE, subjects[WHOLE], is_promised=False),
    ]


async def _round(bench: Bench, subject: Subject, seconds: float, *, is_whole: bool) -> None:
    bench.site.portal.begin(INSTANT)
    meter, cpu = LoadMeter().start(), subject.process.cpu_seconds()
    server_cpu = subject.server.cpu_seconds() if subject.server else 0.0
    if not is_whole:
        found = await pressure.saturate(subject.robot, seconds=seconds)
        subject.app.append((subject.process.cpu_seconds() - cpu) / found.seconds)
        if subject.server:
            share = (subject.server.cpu_seconds() - server_cpu) / found.seconds
            subject.server_shares.append(share)
        subject.saturated.append(found)
        subject.load = max(subject.load, meter.share())
        await process.is_quiet(subject.process)
    subject.steady.append(await pressure.at_rate(subject.robot, rate=RATE, seconds=2 * seconds))
    await process.is_quiet(subject.process, within=60)


def _check_stored(name: str, subject: Subject) -> None:
    """What was answered 200 is on disk."""
    answered = sum(found.answered for found in (*subject.saturated, *subject.steady))
    on_disk = subject.runs_stored()
    if on_disk < answered:
        raise RuntimeError(f"{name}: {answered} answered, {on_disk} stored")


@asynccontextmanager
async def _variant(
    bench: Bench, extra: Mapping[str, str], server: Postgres | None = None
) -> AsyncIterator[Subject]:
    port, folder = free_port(), bench.fresh("accepting")
    sender = Sender("127.0.0.1", port)
    settings, count = dict[str, str](), partial(stored.counted, folder, "TRUE")
    if server:
        settings = server.settings()
        count = partial(server.counted, settings, "TRUE")
    started = await process.start(
        [sys.executable, "-m", "bench.variants.accepting"],
        folder=folder,
        environment=environment(bench.site, folder, port, settings) | dict(extra),
        cores={APP_CORE},
    )
    try:
        await process.answers(sender, "/readyz", started)
        body = installation(bench.site, bench.site.portal)
        if await sender.send(sender.message("/bitrix24/install", body)) != 200:
            raise RuntimeError(f"it was not installed:\n{started.log.read_text()[-2000:]}")
        robot = Robot(site=bench.site, sender=sender, path="/bitrix24/robot")
        yield Subject(process=started, robot=robot, runs_stored=count, server=server)
    finally:
        sender.close()
        await started.stop()


@asynccontextmanager
async def _whole(bench: Bench) -> AsyncIterator[Subject]:
    folder = bench.fresh("whole")
    bench.site.portal.begin(INSTANT)
    async with linkrobot.running(bench.site, folder, settings=linkrobot.NO_PACE) as app:
        count = partial(stored.counted, folder, "TRUE")
        yield Subject(process=app.process, robot=app.robot, runs_stored=count)


def _rate_line(name: str, subject: Subject, plain: float, *, reach: float | None) -> Line:
    rates = [found.rate for found in subject.saturated]
    ratio = middle(rates) / plain
    refused = sum(found.refused for found in subject.saturated)
    p99 = middle([percentile(found.latencies, 0.99) for found in subject.saturated])
    beside = "" if reach is None else f", {ratio:.2f} of it not stored"
    return Line(
        row="accepting",
        what=f"accepting, {pressure.CONNECTIONS} connections: {name}",
        figure=f"{spread(rates, 'requests/s', 0)}{beside}; 99th percentile {p99 * 1000:.0f} ms; "
        f"{refused} refused",
        reach="" if reach is None else f"at least {reach} of it",
        reached=None if reach is None else ratio >= reach and not refused,
        how=f"the app used {middle(subject.app):.0%} of its core, the load at most "
        f"{subject.load:.0%} of the other{_beside(subject)}",
    )


def _beside(subject: Subject) -> str:
    if not subject.server_shares:
        return ""
    return f", and PostgreSQL {middle(subject.server_shares):.0%} (fsync on; by its socket)"


def _latency_line(name: str, subject: Subject, *, is_promised: bool) -> Line:
    found = [percentile(each.latencies, 0.99) * 1000 for each in subject.steady]
    half = middle([middle(each.latencies) for each in subject.steady]) * 1000
    refused = sum(each.refused for each in subject.steady)
    return Line(
        row="accepting",
        what=f"accepting, {RATE:.0f} requests per second: {name}",
        figure=f"99th percentile {spread(found, 'ms', 1)}, median {half:.1f} ms; {refused} refused",
        reach=f"at most {P99 * 1000:.0f} ms" if is_promised else "",
        reached=middle(found) <= P99 * 1000 and not refused if is_promised else None,
        how="open loop, counted from the moment that each was due"
        + ("; its runs are worked off meanwhile, on the same core" if name == WHOLE else ""),
    )
