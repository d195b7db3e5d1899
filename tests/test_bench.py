"""The bench still runs: its portal keeps time and limits, and a tiny burst through the real app."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path

from bench.apps import linkrobot
from bench.figures import came_of
from bench.portal.limits import OperatingRule
from bench.portal.portal import ENABLE, INSTANT, LIGHT, NO_LIMITS, Portal
from bench.portal.rest import Exchange
from bench.portal.site import serving
from bench.portal.wire import Answer, Request
from bench.rows.bursts import own_time_with_resets
from bench.sending import loads


def test_a_tiny_burst_is_measured_through_the_real_app(tmp_path: Path) -> None:
    async def measured() -> None:
        async with serving(tmp_path, portals=1) as site:
            site.portal.begin(INSTANT)
            async with linkrobot.running(site, tmp_path / "app", settings=linkrobot.NO_PACE) as app:
                site.portal.begin(INSTANT)
                runs = await loads.burst(app.robot, site.portal, 5)
                await loads.all_reported(runs, within=60)
        came = came_of(site.portal, runs)
        assert came.is_right, came.counted
        assert came.requests >= 2
        assert len(came.times) == 5

    asyncio.run(measured())


def test_the_portal_takes_the_time_it_says_and_batched_calls_come_one_after_the_other() -> None:
    async def asked() -> tuple[float, Portal]:
        portal = _portal()
        portal.begin(replace(NO_LIMITS, request=0.02, call=0.01))
        began = time.monotonic()
        await _batch(portal, calls=3)
        return time.monotonic() - began, portal

    seconds, portal = asyncio.run(asked())

    assert seconds >= 0.045
    assert abs(portal.tally.busy - 0.05) < 1e-6
    assert portal.tally.calls == 3


def test_a_full_bucket_is_refused_and_counted() -> None:
    async def asked() -> list[int]:
        portal = _portal()
        portal.begin(replace(LIGHT, request=0, call=0, burst=2))
        answers = [await _batch(portal, calls=1) for _ in range(3)]
        assert portal.tally.over_limit == 1
        return [answer.status for answer in answers]

    assert asyncio.run(asked()) == [200, 200, 503]


def test_a_method_over_its_operating_time_is_refused_inside_the_batch() -> None:
    rule = OperatingRule(limit=0.02, counted_from=0.001)

    async def asked() -> Answer:
        portal = _portal()
        portal.begin(replace(NO_LIMITS, request=0, call=0.01, operating=rule))
        return await _batch(portal, calls=3)

    answer = asyncio.run(asked())

    assert answer.status == 200
    assert b"OPERATION_TIME_LIMIT" in answer.body


def test_the_portals_own_time_includes_waiting_for_the_reset() -> None:
    behaviour = replace(NO_LIMITS, request=0, call=0, methods={ENABLE: 1.0})
    rule = OperatingRule(limit=8, window=60, basket=6, counted_from=0.1)

    seconds = own_time_with_resets(behaviour, rule, number=12, requests=1, began_at=600.0)

    assert 60 <= seconds < 65  # 8 s of work in 2 s, then nothing until the first basket leaves


def _portal() -> Portal:
    return Portal(0, "127.0.0.1", 1)


async def _batch(portal: Portal, *, calls: int) -> Answer:
    commands = "&".join(f"cmd[c{n}]={ENABLE}%3Fid%3D{n}" for n in range(calls))
    request = Request(
        host=portal.host,
        path="/rest/batch",
        query="",
        content_type="application/x-www-form-urlencoded",
        bearer="",
        body=f"auth={portal.access_token}&halt=0&{commands}".encode(),
    )
    return await Exchange(portal).answer(request)
