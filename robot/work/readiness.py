"""Whether runs can be stored: found out by storing something, at most once a second."""

import asyncio
import time

from sqlalchemy.exc import SQLAlchemyError

from robot.store.database import Database, leave_mark
from robot.store.trouble import explain

# What /readyz answers: doctor knows Linkrobot by it. The reason names the machine's folders, so it
# is for the log and not for whoever asks.
READY, STOPPING = "ready", "stopping"
NOT_READY = "nothing can be stored; the log says why"
FRESH = 1.0  # seconds for which an answer holds: whoever asks costs no more than that
ANSWERS_WITHIN = 2.0  # seconds
TAKES_LONG = "The database does not take anything for seconds: it is locked, or its disk is slow."


class Readiness:
    """Asked by whoever watches the app."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._looking: asyncio.Future[str] | None = None
        self._looked_at = 0.0  # monotonic seconds

    async def trouble(self) -> str:
        """Why nothing can be stored right now; empty where it can."""
        if self._looking is None or self._is_stale(self._looking):
            self._looking = asyncio.ensure_future(self._look())
        await asyncio.wait([self._looking], timeout=ANSWERS_WITHIN)
        return self._looking.result() if self._looking.done() else TAKES_LONG

    def _is_stale(self, looking: "asyncio.Future[str]") -> bool:
        return looking.done() and time.monotonic() - self._looked_at >= FRESH

    async def _look(self) -> str:
        try:
            await self._database.write(leave_mark)
        except SQLAlchemyError as error:
            return explain(error)
        finally:
            self._looked_at = time.monotonic()
        return ""
