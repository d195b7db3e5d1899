"""Look at everything that an operator can get wrong, in the order in which it should be mended.

Nothing is changed at a portal, and here only our own tokens: each portal's are renewed once.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx2 as httpx
from sqlalchemy.engine import URL, Connection

from robot.errors import SettingsError
from robot.portal.network import open_client
from robot.settings import Settings
from robot.store import expiry, history, portals, unverified
from robot.store.check_value import open_vault
from robot.store.portals import Portal
from robot.work import renewing
from robot.work.checks import address, asking, machine, servers, stored
from robot.work.checks.finding import Finding, State, refused, well
from robot.work.errands import open_errands
from robot.work.opening import is_running, open_database


async def examine(settings: Settings, *, open_files: int) -> Sequence[Finding]:
    """Every check; `open_files` is the most that a process of ours may have."""
    found = [
        well("settings", "They can be read."),
        *machine.look(settings, open_files=open_files),
        *await _outside(settings),
    ]
    if settings.is_shared or settings.data_dir.is_dir():
        database = await asyncio.to_thread(_database, settings.database)
        found.append(database)
        if database.state is not State.FAILED:
            found += await _inside(settings)
    return found


def _database(place: Path | URL) -> Finding:
    return stored.server(place) if isinstance(place, URL) else stored.database(place)


async def _outside(settings: Settings) -> list[Finding]:
    """The public address and the authorization servers."""
    url = settings.public_url
    # Our own address gets no secret of ours; from here it may well be a private one.
    trusted = frozenset({*settings.private_portals, *([url] if url else [])})
    async with open_client(loopback=settings.is_local, private_hosts=trusted) as http:
        asked = asyncio.gather(*(servers.ask(http, one) for one in settings.auth_servers))
        of_address = await _address(http, settings)
        return [*of_address, *servers.judge(await asked)]


async def _address(http: httpx.AsyncClient, settings: Settings) -> list[Finding]:
    try:
        url = settings.required_public_url()
    except SettingsError as error:
        return [refused(address.NAME, error)]
    is_up = settings.is_shared or is_running(settings.data_dir)
    seen = await address.ask(http, url)
    return address.judge(url, seen, is_running=is_up, now=datetime.now(UTC))


async def _inside(settings: Settings) -> list[Finding]:
    """What the database holds; then each portal itself."""
    async with open_database(settings) as database:
        try:
            keys = [key.get_secret_value() for key in settings.secret_keys]
            await open_vault(database, keys, settings.data_dir)
        except SettingsError as error:
            return [refused("key", error)]
        found, installed = await database.read(lambda conn: _stored(conn, settings))
    named = [portal for portal in installed if stored.is_named(settings, portal)]
    if named and settings.public_url:
        async with open_errands(settings) as errands:
            found += await asking.ask(errands, settings, named)
    async with open_database(settings) as database:  # by now, access may have been renewed
        found += await database.read(lambda conn: _links(conn, settings))
    return found


def _links(conn: Connection, settings: Settings) -> list[Finding]:
    """Links that should have ended, or that may not end when they should."""
    installed = {portal.id: portal for portal in portals.listed(conn) if not portal.removed_at}
    late = expiry.count_overdue(conn, before=datetime.now(UTC) - expiry.OVERDUE_AFTER)
    found = [
        replace(stored.overdue(installed[one], number), portal=installed[one].host)
        for one, number in late.items()
        if one in installed
    ]
    with_ends = expiry.with_ends(conn)
    ending = [portal for one, portal in installed.items() if one in with_ends]
    return found + [
        replace(stored.not_renewable(portal), portal=portal.host)
        for portal in ending
        if not renewing.is_proven(settings, portal)
    ]


def _stored(conn: Connection, settings: Settings) -> tuple[list[Finding], list[Portal]]:
    """What the database tells without asking anybody, and the installed portals."""
    now = datetime.now(UTC)
    installed = [portal for portal in portals.listed(conn) if not portal.removed_at]
    found = [
        well("key", "It opens the database."),
        stored.keys(settings, installed),
        stored.unverified(unverified.waiting(conn)),
    ]
    late = [one for one in history.waiting(conn) if stored.has_waited(one, now)]
    hosts = {portal.member_id: portal.host for portal in installed}
    found += [
        replace(stored.waiting(one, now), portal=hosts.get(one.member_id, "")) for one in late
    ]
    found += [
        replace(stored.not_named(portal), portal=portal.host)
        for portal in installed
        if not stored.is_named(settings, portal)
    ]
    return found, installed
