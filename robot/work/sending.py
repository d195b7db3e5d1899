"""One portal's requests: filled with calls that are ready, sent at its pace, answers kept.

Knows no runs and no database; the drain feeds the answers to the flows.
"""

import asyncio
import time
from collections.abc import Sequence
from itertools import count

from sqlalchemy.exc import SQLAlchemyError

from robot.errors import OutcomeUnknownError, PortalError
from robot.logs import get_logger
from robot.portal.session import Session
from robot.protocol.answers import Answer
from robot.store.leases import LeaseLostError
from robot.store.portals import Portal
from robot.store.trouble import explain
from robot.work.lease import Lease
from robot.work.ready import Ready, ReadyCalls
from robot.work.traffic import FULL_BUCKET, NOT_THE_PORTAL, Traffic

# Each question of a request has a limit of its own; this one is against bugs.
LONGEST = 600.0  # seconds
OVERLOADED = "OVERLOAD_LIMIT"
UNBLOCK = "Bitrix24 blocked this portal's REST API by hand: ask its support to lift that"
# What a request's calls were answered, or why it came to nothing as a whole.
Landed = tuple[Sequence[Ready], Sequence[Answer | PortalError] | PortalError]

log = get_logger()


class Sending:
    """The requests of one portal's worker."""

    def __init__(
        self,
        portal: Portal,
        session: Session,
        traffic: Traffic,
        lease: Lease,
        *,
        changed: asyncio.Event,
    ) -> None:
        self._portal = portal
        self._session = session
        self._traffic = traffic
        self._lease = lease
        self._changed = changed  # set when a request is over
        self._landed: list[Landed] = []
        self.next_at: float | None = None  # when something may be sent, in monotonic seconds

    def landed(self) -> list[Landed]:
        """The requests that were over since the last look."""
        landed, self._landed = self._landed, []
        return landed

    def send(self, calls: ReadyCalls, group: asyncio.TaskGroup) -> None:
        """Send what is ready, as far as the portal's pace allows."""
        self.next_at = None
        while self._traffic.has_room() and len(calls):
            now = time.monotonic()
            wait = max(self._traffic.wait(now), self._traffic.hold(len(calls), now))
            batch = [] if wait else self._take(calls, now)
            if not batch:
                self.next_at = now + wait if wait else self._later(calls, now)
                return
            to_portal = batch[0].call.method not in NOT_THE_PORTAL
            self._traffic.departed(now, to_portal=to_portal)
            group.create_task(self._request(batch, sent_at=now))

    def _take(self, calls: ReadyCalls, now: float) -> list[Ready]:
        return calls.take(self._traffic.next_load(now), now=now, hides_from=self._lease.hides_from)

    def _later(self, calls: ReadyCalls, now: float) -> float | None:
        """When something that waits for a time may be sent."""
        times = (
            self._traffic.next_at(now),
            calls.next_at(now=now, hides_from=self._lease.hides_from),
        )
        return min((at for at in times if at is not None), default=None)

    async def _request(self, batch: list[Ready], *, sent_at: float) -> None:
        calls, tries = [ready.call for ready in batch], count()

        def may_send() -> None:
            self._lease.may_send()
            if next(tries):
                self._traffic.departed_again(time.monotonic())

        try:
            async with asyncio.timeout(LONGEST):
                results = await self._session.request(
                    calls, user_id=batch[0].user_id, may_send=may_send
                )
        except PortalError as error:
            self._failed(batch, error, sent_at)
        except LeaseLostError:
            raise
        except SQLAlchemyError as error:
            reason = explain(error)
            log.error("request.not_made", portal=self._portal.id, reason=reason)  # noqa: TRY400
            self._failed(batch, _our_own(), sent_at)
        except Exception:
            # Our own bug: it must hold up these calls only.
            log.exception("request.crashed", portal=self._portal.id, calls=len(batch))
            self._failed(batch, _our_own(), sent_at)
        else:
            self._traffic.arrived(by_portal=calls[0].method not in NOT_THE_PORTAL)
            self._learn(batch, results)
            self._landed.append((batch, results))
        self._changed.set()

    def _failed(self, batch: Sequence[Ready], error: PortalError, sent_at: float) -> None:
        if error.code == OVERLOADED:
            log.error("portal.blocked", member_id=self._portal.member_id, remedy=UNBLOCK)
        elif error.code != FULL_BUCKET:
            log.warning(
                "request.failed",
                member_id=self._portal.member_id,
                calls=len(batch),
                error_code=error.code,
                reason=error.text,
            )
        now = time.monotonic()
        self._traffic.failed(error, now, sent_at=sent_at)
        if isinstance(error, OutcomeUnknownError) and error.method not in NOT_THE_PORTAL:
            tickets = [ready.ticket for ready in batch if ready.ticket]
            self._traffic.overran(tickets, now - sent_at)
        self._learn(batch, [error] * len(batch))
        self._landed.append((batch, error))

    def _learn(self, batch: Sequence[Ready], results: Sequence[Answer | PortalError]) -> None:
        now, unix = time.monotonic(), time.time()
        for ready, result in zip(batch, results, strict=True):
            if ready.ticket:
                self._traffic.learn(ready.ticket, result, now=now, unix=unix)


def _our_own() -> OutcomeUnknownError:
    return OutcomeUnknownError("batch", "", "Linkrobot itself failed")
