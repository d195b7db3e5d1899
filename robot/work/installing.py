"""Registering while somebody looks on: the installer page, the app's page, the command line."""

import asyncio
import time
from dataclasses import replace
from datetime import timedelta
from functools import partial

from sqlalchemy.engine import Connection

from robot.flows.catalogue import REGISTER
from robot.settings import Settings
from robot.store import backlog, history, runs
from robot.store.database import Database
from robot.store.history import PastRun
from robot.store.portals import Portal
from robot.work.errands import Errands
from robot.work.registering import is_registered, registering

LOOKS_EVERY = 0.02  # seconds; a person waits for the page
LOOKS_AT_LEAST_EVERY = 0.2  # once it takes long: many may wait for a slow portal
# Some portals may not take robots before the installer is finished: tried again this much later.
AGAIN_AFTER = timedelta(seconds=15)
# Trying again changes nothing about these; a person must act.
NEEDS_A_PERSON = frozenset({"not_admin", "not_on_plan", "scope_missing"})


async def register_watched(
    errands: Errands, settings: Settings, portal: Portal, *, user_id: int, within: float
) -> PastRun | None:
    """Register the robots anew and wait for what comes of it; None where that takes longer.

    Where it fails for a passing reason it is done once more a little later.

    Raises:
        BusyError: that user has it registered over and over.
    """
    run = registering(portal, settings, user_id=user_id, known={})
    run_id = await errands.queue_watched(run)
    past = await decided(errands.database, run_id, within=within)
    is_over = past and (not past.failed or past.outputs["error_code"] in NEEDS_A_PERSON)
    if not is_over:
        again = registering(portal, settings, user_id=user_id, known={})
        await errands.database.write(
            lambda conn: runs.record_one(conn, replace(again, due_at=again.due_at + AGAIN_AFTER))
        )
    return past


async def register_again(
    errands: Errands, settings: Settings, portal: Portal, *, user_id: int, is_asked: bool
) -> int | None:
    """Have the robots registered anew with that administrator's access; returns the run's number.

    Where nobody asked for it, only if they differ from the code as far as we know: else None.
    """

    def queue(conn: Connection) -> int:
        backlog.take_turn(conn, portal.id)
        waiting = backlog.unfinished(conn, portal.id, REGISTER)
        run = registering(portal, settings, user_id=user_id, known={})
        return waiting or runs.record_one(conn, run)

    is_current = partial(is_registered, portal=portal, settings=settings)
    if not is_asked and await errands.database.read(is_current):
        return None
    run_id = await errands.database.write(queue)
    errands.wake(portal.id)
    return run_id


async def decided(database: Database, run_id: int, *, within: float) -> PastRun | None:
    """The run, once it has its outcome; None after `within` seconds."""
    ends_at, pause = time.monotonic() + within, LOOKS_EVERY
    while True:
        found = await database.read(lambda conn: history.by_ids(conn, [run_id]))
        if found and found[0].decided_at:
            return found[0]
        if time.monotonic() >= ends_at:
            return None
        await asyncio.sleep(pause)
        pause = min(pause * 1.2, LOOKS_AT_LEAST_EVERY)
