"""Runs that a command wants done at installed portals.

Every call to a portal is its lease holder's: while the app runs, it does the errand; else the
command works on the data folder itself. With PostgreSQL it works as one more replica: what
another one holds is done there, and the rest here.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from sqlalchemy.engine import Connection

from robot.errors import BusyError, RobotError
from robot.settings import Settings
from robot.store import backlog, history, runs
from robot.store.database import Database
from robot.store.history import PastRun
from robot.store.runs import NewRun
from robot.work.crew import Crew
from robot.work.opening import AlreadyRunningError, at_work, open_database, open_tools

LOOKS_EVERY = 0.1  # seconds
GIVE_UP_AFTER = timedelta(minutes=2)  # a person waits
WATCHED_AT_ONCE = 10  # of one kind, for one person in many tabs
TOGETHER = 500  # rows asked for at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Errands:
    """How a command gets runs done."""

    database: Database
    wake: Callable[[int], None]

    async def queue(self, new: Sequence[NewRun]) -> list[int]:
        """Write the runs down and have them done; their numbers."""
        ids = await self.database.write(lambda conn: [runs.record_one(conn, run) for run in new])
        for portal_id in {run.portal_id for run in new}:
            self.wake(portal_id)
        return ids

    async def queue_watched(self, run: NewRun) -> int:
        """The same for a run whose outcome one person waits for.

        Raises:
            BusyError: more of them wait on that person's behalf than a person asks for.
        """

        def write(conn: Connection) -> int:
            backlog.take_turn(conn, run.portal_id)
            waiting = backlog.number_like(conn, run)
            if waiting >= WATCHED_AT_ONCE:
                raise BusyError(f"{waiting} runs {run.code} wait for employee {run.user_id}")
            return runs.record_one(conn, run)

        run_id = await self.database.write(write)
        self.wake(run.portal_id)
        return run_id

    async def outcomes(self, ids: Sequence[int]) -> AsyncIterator[PastRun]:
        """Each of these runs once it has its outcome; waits for all of them."""
        missing = list(ids)
        while missing:
            done = await self.decided(missing[:TOGETHER])
            for run in done:
                yield run
            known = {run.id for run in done}
            missing = [run_id for run_id in missing if run_id not in known]
            await asyncio.sleep(LOOKS_EVERY if missing else 0)

    async def decided(self, ids: Sequence[int]) -> list[PastRun]:
        """Those of these runs that have their outcome by now."""
        found = await self.database.read(partial(history.by_ids, ids=ids))
        return [run for run in found if run.decided_at or run.finished_at]

    async def forget(self, ids: Sequence[int]) -> None:
        """These runs were of interest to nobody but the command."""
        for start in range(0, len(ids), TOGETHER):
            some = ids[start : start + TOGETHER]
            await self.database.write(partial(history.drop, ids=some))


@asynccontextmanager
async def open_errands(settings: Settings) -> AsyncIterator[Errands]:
    """Through the running app, or by working here."""
    async with AsyncExitStack() as stack:
        try:
            stack.enter_context(at_work(settings))
        except AlreadyRunningError:
            database = await stack.enter_async_context(open_database(settings))
            yield Errands(database=database, wake=lambda _portal_id: None)  # its sweep sees them
            return
        tools = await stack.enter_async_context(open_tools(settings))
        crew = Crew(tools)
        try:
            async with asyncio.TaskGroup() as group:
                work = group.create_task(crew.run())
                await asyncio.sleep(0)  # the crew is there before it is woken
                yield Errands(database=tools.database, wake=crew.wake)
                await crew.stop()
                work.cancel()
        except* RobotError as errors:
            refused = errors.exceptions[0]
        else:
            return
    raise refused
