"""Runs of our own that bring a portal's robots to what the code says."""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy.engine import Connection

from robot.flows.catalogue import REGISTER, registrations
from robot.logs import get_logger
from robot.settings import Settings
from robot.store import backlog, portals, runs
from robot.store.database import Database
from robot.store.portals import Portal
from robot.store.runs import NewRun, Source
from robot.work import newrun

ROBOT_PATH, EVENTS_PATH = "/bitrix24/robot", "/bitrix24/events"

log = get_logger()


def queue_registering(conn: Connection, portal: Portal, settings: Settings, *, user_id: int) -> int:
    """Queue the registering of a portal's robots, with the token of that administrator.

    Returns the run's number.
    """
    known = portals.robots_registered(conn, portal.id)
    run = registering(portal, settings, user_id=user_id, known=known)
    return runs.record_one(conn, run)


def is_registered(conn: Connection, portal: Portal, settings: Settings) -> bool:
    """Whether the portal's robots are, as far as we know, as in the code."""
    wanted = registrations(handler=our_url(settings, ROBOT_PATH), user_id=portal.user_id)
    registered = portals.robots_registered(conn, portal.id)
    return all(registered.get(code) == fingerprint for code, fingerprint in wanted.items())


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
        },
        give_up_after=give_up_after or settings.give_up_after,
    )


def our_url(settings: Settings, path: str) -> str:
    """One of our addresses, as Bitrix24 calls it."""
    return f"{settings.required_public_url()}{path}"
