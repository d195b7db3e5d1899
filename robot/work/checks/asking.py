"""Have each portal looked at by its own worker, by a run of ours."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.engine import Connection

from robot.flows.catalogue import CHECK
from robot.settings import Settings
from robot.store.history import PastRun
from robot.store.portals import Portal
from robot.store.runs import NewRun, Source
from robot.work import newrun
from robot.work.checks import portal as judging
from robot.work.checks.finding import Finding
from robot.work.errands import Errands
from robot.work.registering import EVENTS_PATH, is_registered, our_url

GIVE_UP_AFTER = timedelta(seconds=30)  # a person waits
LONGER = timedelta(seconds=0.1)  # for each portal
TAKEN_UP_WITHIN = timedelta(seconds=15)


async def ask(errands: Errands, settings: Settings, portals: Sequence[Portal]) -> list[Finding]:
    """Ask all of them at once, and wait for what comes of it."""
    within = GIVE_UP_AFTER + LONGER * len(portals)
    new = [looking(portal, settings, within, source=Source.COMMAND) for portal in portals]
    ids = await errands.queue(new)
    done = await _done(errands, ids, within + TAKEN_UP_WITHIN)
    await errands.forget(ids)

    def as_in_code(conn: Connection) -> set[int]:
        return {portal.id for portal in portals if is_registered(conn, portal, settings)}

    registered = await errands.database.read(as_in_code)
    return [
        finding
        for run_id, portal in zip(ids, portals, strict=True)
        for finding in judge(
            portal,
            done.get(run_id),
            is_as_in_code=portal.id in registered,
            is_renewable=bool(settings.credentials),
            in_designer=settings.activities,
        )
    ]


def looking(
    portal: Portal, settings: Settings, give_up_after: timedelta, *, source: Source
) -> NewRun:
    """The run that looks at a portal, with the access of whoever registered its robots."""
    return newrun.of_our_own(
        CHECK,
        portal.id,
        source=source,
        user_id=portal.user_id,
        inputs={"events": our_url(settings, EVENTS_PATH)},
        give_up_after=give_up_after,
    )


async def _done(errands: Errands, ids: Sequence[int], within: timedelta) -> dict[int, PastRun]:
    done = {}
    try:
        async with asyncio.timeout(within.total_seconds()):
            async for run in errands.outcomes(ids):
                done[run.id] = run
    except TimeoutError:
        pass  # what is missing is told
    return done


def judge(
    portal: Portal,
    run: PastRun | None,
    *,
    is_as_in_code: bool,
    is_renewable: bool,
    in_designer: bool,
) -> Sequence[Finding]:
    """What came of that run; None: nobody took it up."""
    if run is None:
        return [judging.not_taken_up(portal)]
    if not run.outputs:
        return []  # the app was removed there meanwhile
    if run.failed:
        return [judging.not_asked(portal, run.outputs["error_text"])]
    return judging.judge(
        portal,
        run.outputs,
        is_as_in_code=is_as_in_code,
        is_renewable=is_renewable,
        in_designer=in_designer,
    )
