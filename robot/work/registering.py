"""Runs of our own that bring a portal's robots to what the code says."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy.engine import Connection

from robot.flows.catalogue import REGISTER, registrations
from robot.flows.register import is_current
from robot.logs import get_logger
from robot.settings import Settings
from robot.store import backlog, portals, robots, runs
from robot.store.database import Database
from robot.store.portals import Portal
from robot.store.runs import NewRun, Source
from robot.work import newrun

DAILY = timedelta(days=1)
DAILY_LOOKS_EVERY = 60.0  # seconds between two looks for portals whose day is over
DAILY_TOGETHER = 20  # portals at one look, so that not all are asked at once
ROBOT_PATH, EVENTS_PATH = "/bitrix24/robot", "/bitrix24/events"

log = get_logger()


def queue_registering(conn: Connection, portal: Portal, settings: Settings, *, user_id: int) -> int:
    """Queue the registering of a portal's robots, with the token of that administrator.

    Returns the run's number.
    """
    known = robots.registered(conn, portal.id)
    run = registering(portal, settings, user_id=user_id, known=known)
    return runs.record_one(conn, run)


def is_registered(conn: Connection, portal: Portal, settings: Settings) -> bool:
    """Whether the portal's robots are, as far as we know, as in the code."""
    wanted = registrations(
        handler=our_url(settings, ROBOT_PATH),
        user_id=portal.user_id,
        templates=portal.templates,
        activities=settings.activities,
        language=portal.language,
    )
    return is_current(robots.registered(conn, portal.id), wanted)


async def queue_differing(database: Database, settings: Settings) -> int:
    """At start: register anew where the code or our address has changed; returns how many."""
    differing = await database.write(lambda conn: _queue_differing(conn, settings))
    if differing:
        log.info("robots.differ", portals=differing)
    return differing


def _queue_differing(conn: Connection, settings: Settings) -> int:
    differing = [
        portal
        for portal in portals.listed(conn)
        if not portal.removed_at and not is_registered(conn, portal, settings)
    ]
    # Replicas that start together take turns at each portal: one of them queues.
    due = [portal for portal in differing if not backlog.waits_for(conn, portal.id, REGISTER)]
    for portal in due:
        queue_registering(conn, portal, settings, user_id=portal.user_id)
    return len(due)


async def queue_daily(database: Database, settings: Settings) -> int:
    """Once a day: read each portal's templates again, so that its robots offer the present ones.

    Portals that were all heard of at once are not all asked at once; returns how many are.
    """
    if not settings.public_url:
        return 0  # this process may not know it: others do
    return await database.write(lambda conn: _queue_daily(conn, settings))


def _queue_daily(conn: Connection, settings: Settings) -> int:
    due = robots.take_due(conn, every=DAILY, now=datetime.now(UTC), limit=DAILY_TOGETHER)
    found = [portal for one in due if (portal := portals.find(conn, one))]
    for portal in found:
        if not backlog.waits_for(conn, portal.id, REGISTER):
            queue_registering(conn, portal, settings, user_id=portal.user_id)
    return len(found)


def registering(
    portal: Portal,
    settings: Settings,
    *,
    user_id: int,
    known: Mapping[str, str],
    give_up_after: timedelta | None = None,
) -> NewRun:
    """The run that registers: `known` is robot -> fingerprint of its present registration."""
    return newrun.of_our_own(
        REGISTER,
        portal.id,
        source=Source.INSTALL,
        user_id=user_id,
        inputs={
            "handler": our_url(settings, ROBOT_PATH),
            "events": our_url(settings, EVENTS_PATH),
            "user_id": user_id,
            "known": dict(known),
            "activities": settings.activities,
            "language": portal.language,
        },
        give_up_after=give_up_after or settings.give_up_after,
    )


def our_url(settings: Settings, path: str) -> str:
    """One of our addresses, as Bitrix24 calls it."""
    return f"{settings.required_public_url()}{path}"
