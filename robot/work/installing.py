"""Registering while somebody looks on: the installer page, the app's page, the command line."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from robot.store import history, runs
from robot.store.database import Database
from robot.store.history import PastRun
from robot.store.portals import Portal
from robot.work.registering import is_registered, registering
from robot.work.tools import Tools

LOOKS_EVERY = 0.02  # seconds; a person waits for the page
# Some portals may not take robots before the installer is finished: tried again this much later.
AGAIN_AFTER = timedelta(seconds=15)
# Trying again changes nothing about these; a person must act.
NEEDS_A_PERSON = frozenset({"not_admin", "not_on_plan", "scope_missing"})


async def register_watched(
    tools: Tools,
    wake: Callable[[int], None],
    portal: Portal,
    *,
    user_id: int,
    within: float,
) -> PastRun | None:
    """Register the robots anew and wait for what comes of it; None where that takes longer.

    Where it fails for a passing reason it is done once more a little later.
    """
    run = registering(portal, tools.settings, user_id=user_id, known={})
    run_id = await tools.database.write(lambda conn: runs.record_one(conn, run))
    wake(portal.id)
    past = await decided(tools.database, run_id, within=within)
    is_over = past and (not past.failed or past.outputs["error_code"] in NEEDS_A_PERSON)
    if not is_over:
        again = registering(portal, tools.settings, user_id=user_id, known={})
        await tools.database.write(
            lambda conn: runs.record_one(conn, replace(again, due_at=again.due_at + AGAIN_AFTER))
        )
    return past


async def needs_registering(tools: Tools, portal: Portal) -> bool:
    """Whether the portal's robots differ from the code, as far as we know."""
    return await tools.database.read(lambda conn: not is_registered(conn, portal, tools.settings))


async def decided(database: Database, run_id: int, *, within: float) -> PastRun | None:
    """The run, once it has its outcome; None after `within` seconds."""
    for _ in range(max(round(within / LOOKS_EVERY), 1)):
        found = await database.read(lambda conn: history.by_ids(conn, [run_id]))
        if found and found[0].decided_at:
            return found[0]
        await asyncio.sleep(LOOKS_EVERY)
    return None
