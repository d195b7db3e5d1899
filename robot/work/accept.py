"""Many runs, one commit: what came while a commit was under way shares the next one.

No timer: a run that comes alone is written at once. Bitrix24 is answered only after the commit,
and the portal's worker is woken after it, never inside it. A portal that nobody works on is taken
in the same transaction, so that its work starts at once. As many wait as the server has
connections, each of which brings one at a time; Bitrix24 would not come back.
"""

import asyncio
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from robot.errors import BusyError
from robot.logs import get_logger
from robot.store import portals, runs
from robot.store.database import Database
from robot.store.portals import Portal, Recognised
from robot.store.runs import NewRun
from robot.store.sqlite import BUSY_MS
from robot.store.trouble import concerns_database, explain, passes_soon
from robot.work.claims import Claims
from robot.work.front import Workers

TOGETHER = 200  # runs in one transaction
# While one commit takes longer than a locked database is waited for, nobody else is kept waiting.
SLOW = 2 * BUSY_MS / 1000  # seconds
# A PostgreSQL that is restarted is back within this time; Bitrix24 waits, it would not come again.
WAITS_FOR_SERVER, TRIES_AGAIN_AFTER = 5.0, 0.2  # seconds

log = get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """A portal, and the user of it whose token proved a message."""

    portal: Portal
    user_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A robot's call, read; it becomes a run once its portal is recognised."""

    member_id: str
    application_token: str
    run: Callable[[int], NewRun]  # for the portal with that id
    has_tokens: bool = True  # whose they are can be asked
    proven: Proven | None = None  # where the message was verified


# What is to be stored, and what its request waits for: the portal's id, None where it is unknown.
Waiting: TypeAlias = "tuple[Delivery, asyncio.Future[int | None]]"


class Accept:
    """Writes deliveries down, many at a time."""

    def __init__(self, database: Database, crew: Workers) -> None:
        self._database = database
        self._crew = crew
        self._waiting: list[Waiting] = []
        self._came = asyncio.Event()
        self._began_at: float | None = None  # monotonic seconds, of the transaction under way
        self._is_closed = False
        self._is_down = False  # the server could not be reached the last time

    async def put(self, delivery: Delivery) -> bool:
        """Write the run down, once; False where the portal does not know the message's token.

        Raises:
            BusyError: it is not stored.
        """
        if self._is_closed:
            raise BusyError("stopping")
        if self._is_slow():
            raise BusyError("too much is waiting to be stored")
        stored = asyncio.get_running_loop().create_future()
        self._waiting.append((delivery, stored))
        self._came.set()
        return await stored is not None

    def _is_slow(self) -> bool:
        return time.monotonic() - (self._began_at or math.inf) > SLOW

    async def run(self) -> None:
        """Write until closed."""
        try:
            while not self._is_closed or self._waiting:
                await self._came.wait()
                group = self._waiting[:TOGETHER]
                del self._waiting[:TOGETHER]
                if not self._waiting and not self._is_closed:
                    self._came.clear()
                if group:
                    await self._store(group)
        finally:
            # Nobody writes any more: whoever still waits must not wait for ever.
            self._is_closed = True
            _refuse(self._waiting)

    def close(self) -> None:
        """Take nothing more; what waits is still written."""
        self._is_closed = True
        self._came.set()

    async def _store(self, group: Sequence[Waiting]) -> None:
        claims = self._crew.claims()
        try:
            found = await self._record([delivery for delivery, _ in group], claims)
        except Exception as error:
            await self._store_failed(group, error)
            return
        except asyncio.CancelledError:
            _refuse(group)
            raise
        self._crew.go(claims, {portal_id for portal_id in found if portal_id is not None})
        for (_, stored), portal_id in zip(group, found, strict=True):
            if not stored.done():  # its request may have been given up
                stored.set_result(portal_id)

    async def _record(self, deliveries: Sequence[Delivery], claims: Claims) -> list[int | None]:
        """Each delivery's portal. A server that is being started again is waited for, once.

        What may be on disk already (only the answer to the commit was lost) is stored once all the
        same: runs are known by their event tokens.
        """
        until = time.monotonic() + (0.0 if self._is_down else WAITS_FOR_SERVER)
        while True:
            self._began_at = time.monotonic()
            try:
                found = await self._database.write(lambda conn: _record(conn, deliveries, claims))
            except SQLAlchemyError as error:
                self._is_down = passes_soon(error)
                if not self._is_down or self._is_closed or time.monotonic() >= until:
                    raise
            else:
                self._is_down = False
                return found
            finally:
                self._began_at = None
            await asyncio.sleep(TRIES_AGAIN_AFTER)

    async def _store_failed(self, group: Sequence[Waiting], error: Exception) -> None:
        """One by one, so that a delivery that cannot be stored harms no other.

        Where the database itself is in trouble (locked, full), each would only wait for it again.
        """
        if len(group) > 1 and not concerns_database(error):
            for one in group:
                await self._store([one])
            return
        log.error("run.not_stored", runs=len(group), reason=explain(error))
        _refuse(group)


def _refuse(group: Sequence[Waiting]) -> None:
    for _, stored in group:
        if not stored.done():
            stored.set_exception(BusyError("the database does not take it"))


def _record(conn: Connection, deliveries: Sequence[Delivery], claims: Claims) -> list[int | None]:
    """Store what comes from a portal that we know; each delivery's portal, or None."""
    known = portals.recognise(conn, {delivery.member_id for delivery in deliveries})
    new = [_new(delivery, known.get(delivery.member_id, [])) for delivery in deliveries]
    runs.record(conn, [run for run in new if run])
    found = [run.portal_id if run else None for run in new]
    claims.take(conn, dict.fromkeys(portal_id for portal_id in found if portal_id is not None))
    return found


def _new(delivery: Delivery, known: Sequence[Recognised]) -> NewRun | None:
    """The delivery's run; None where it is not known to come from that portal.

    An application token that browsers have seen proves only that it is somebody of the portal:
    then the run has no user until it is known whose tokens it brought (see proving.py).
    """
    if proven := delivery.proven:
        if all(one.portal_id != proven.portal.id for one in known):
            return None  # it was removed meanwhile
        run = delivery.run(proven.portal.id)
        own_only = proven.portal.has_page
        return replace(run, user_id=proven.user_id, own_tokens_only=own_only)
    found = portals.recognised(known, delivery.application_token)
    if found is None:
        return None
    if not found.has_page:
        return delivery.run(found.portal_id)
    if not delivery.has_tokens:
        return None
    return replace(delivery.run(found.portal_id), user_id=None, own_tokens_only=True)
