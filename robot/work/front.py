"""`linkrobot serve --no-work`: runs are stored here, and worked on by other replicas."""

import asyncio
from collections.abc import Awaitable, Callable, Collection

from robot.errors import SettingsError
from robot.work.claims import Claims
from robot.work.crew import Crew
from robot.work.tools import Tools

ALONE = (
    "With SQLite one process receives and works: `linkrobot serve`. To split them, set "
    "LINKROBOT_DATABASE_URL to a PostgreSQL server: postgresql://user:password@host/name."
)


class Front:
    """Stands where the crew does; takes no portal, and tells those who work."""

    def __init__(self, tools: Tools) -> None:
        if tools.signals is None:
            raise SettingsError(ALONE)
        self._tools = tools
        self._signals = tools.signals
        self._stopping = asyncio.Event()

    @property
    def is_stopping(self) -> bool:
        """The order to stop has come."""
        return self._stopping.is_set()

    def wake(self, portal_id: int) -> None:
        """There is, or may be, something to do for that portal."""
        self._signals.tell(portal_id)

    def claims(self) -> Claims:
        """Nothing is taken."""
        return Claims(self._tools, busy=None, room=0)

    def go(self, _claims: Claims, portal_ids: Collection[int]) -> None:
        """Runs of these portals were stored."""
        for portal_id in portal_ids:
            self._signals.tell(portal_id)

    def paces(self) -> dict[int, float]:
        """Known to those who work."""
        return {}

    async def run(self, _verify_kept: Callable[[], Awaitable[object]] | None = None) -> None:
        """Tell of what was stored, until cancelled; and be seen by the other replicas."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._signals.send())
            group.create_task(self._signals.listen(lambda _portal_id: None))

    async def stop(self) -> None:
        """From now on it is not ready."""
        self._stopping.set()


Workers = Crew | Front
