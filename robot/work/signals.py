"""Waking the other replicas: whose portal it is looks at once, and not with its next sweep."""

import asyncio
from collections.abc import Callable, Collection
from functools import partial

from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import SQLAlchemyError

from robot.logs import get_logger
from robot.store import leases, signals
from robot.store.database import Database
from robot.store.signals import WHOEVER_WORKS, CutOffError, channel_of
from robot.store.trouble import explain

LISTENS_AGAIN_AFTER = 1.0  # seconds

log = get_logger()


class Signals:
    """To and from the other replicas on one database."""

    def __init__(self, database: Database, server: URL, owner: str, *, name: str) -> None:
        self._database = database
        self._server = server
        self._name = name  # of the connection that listens: others see it
        self._channels = (WHOEVER_WORKS, channel_of(owner))
        self._unsent: set[int] = set()
        self._has_some = asyncio.Event()

    def tell(self, portal_id: int) -> None:
        """There is something to do for that portal: its holder is to look, or whoever works."""
        self._unsent.add(portal_id)
        self._has_some.set()

    async def send(self) -> None:
        """Send what is to be told, for ever; what came meanwhile goes together."""
        while True:
            await self._has_some.wait()
            self._has_some.clear()
            unsent, self._unsent = self._unsent, set()
            try:
                await self._database.write(partial(_send, portal_ids=unsent))
            except SQLAlchemyError as error:
                log.warning("signals.not_sent", reason=explain(error))  # their sweep finds it

    async def listen(self, wake: Callable[[int], None]) -> None:
        """Hear what is told to this replica, for ever; what was missed is the sweep's."""
        while True:
            try:
                async for portal_ids in signals.received(
                    self._server, self._channels, name=self._name
                ):
                    for portal_id in portal_ids:
                        wake(portal_id)
            except CutOffError as error:
                log.warning("signals.cut_off", reason=str(error))
            await asyncio.sleep(LISTENS_AGAIN_AFTER)


def _send(conn: Connection, portal_ids: Collection[int]) -> None:
    told: dict[str, list[int]] = {}
    for portal_id, owner in leases.owners(conn, portal_ids).items():
        told.setdefault(channel_of(owner) if owner else WHOEVER_WORKS, []).append(portal_id)
    for channel, ids in told.items():
        signals.send(conn, channel, ids)
