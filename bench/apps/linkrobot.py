"""Linkrobot as its users start it, with a data folder of its own.

`python -m robot serve` is `linkrobot serve`, of the tree that the bench stands in.
"""

import os
import socket
import sys
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from bench.apps import process
from bench.apps.process import Process
from bench.cores import APP_CORE
from bench.portal.portal import Portal
from bench.portal.site import CLIENT_ID, CLIENT_SECRET, Site
from bench.sending.client import Sender
from bench.sending.loads import Robot, until
from bench.sending.messages import CODE, installation

PROJECT = Path(__file__).parents[2]
NO_PACE = {"PORTAL_RATE": "100000", "PORTAL_BURST": "100000"}  # where the portal has no limits


class Linkrobot:
    """The running app."""

    def __init__(self, site: Site, sender: Sender, running: Process) -> None:
        self.process, self.sender = running, sender
        self.robot = Robot(site=site, sender=sender, path="/bitrix24/robot")
        self._site = site

    async def install_at(self, portals: Sequence[Portal]) -> None:
        """Have it installed there, as Bitrix24 does when an administrator saves the app."""
        for portal in portals:
            portal.robots.clear()
        for portal in portals:
            body = installation(self._site, portal)
            status = await self.sender.send(self.sender.message("/bitrix24/install", body))
            if status != 200:
                raise RuntimeError(f"installing was answered {status}")
        if not await until(
            lambda: all(CODE in portal.robots for portal in portals), within=30 + len(portals)
        ):
            raise RuntimeError("the robots were not registered in time")


def environment(site: Site, folder: Path, port: int, settings: Mapping[str, str]) -> dict[str, str]:
    """All that the app reads: nothing of the developer's own settings."""
    url = f"http://127.0.0.1:{port}"
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "PYTHONPATH": str(PROJECT),
        "SSL_CERT_FILE": str(site.certificate),
        "LINKROBOT_PUBLIC_URL": url,
        "LINKROBOT_PORT": str(port),
        "LINKROBOT_DATA_DIR": str(folder),
        "LINKROBOT_AUTH_SERVERS": site.oauth,
        "LINKROBOT_CLIENT_ID": CLIENT_ID,
        "LINKROBOT_CLIENT_SECRET": CLIENT_SECRET,
        **{f"LINKROBOT_{name}": value for name, value in settings.items()},
    }


@asynccontextmanager
async def running(
    site: Site,
    folder: Path,
    *,
    portals: Sequence[Portal] | None = None,
    settings: Mapping[str, str] | None = None,
) -> AsyncIterator[Linkrobot]:
    """Have it run meanwhile, installed at these portals (the first one by default)."""
    sender = Sender("127.0.0.1", free_port())
    app = await start(site, folder, sender, settings or {})
    try:
        await process.answers(sender, "/readyz", app.process)
        await app.install_at([site.portal] if portals is None else portals)
        await process.is_quiet(app.process)
        yield app
    finally:
        sender.close()
        await app.process.stop()


@asynccontextmanager
async def replicas(
    site: Site,
    folders: Sequence[Path],
    settings: Mapping[str, str],
    *,
    portals: Sequence[Portal],
    cores: Sequence[Collection[int]],
) -> AsyncIterator[list[Linkrobot]]:
    """As many as there are folders, on one database, each on its cores."""
    senders = [Sender("127.0.0.1", free_port()) for _ in folders]
    shared = {**settings, "PUBLIC_URL": senders[0].url}
    apps: list[Linkrobot] = []
    try:
        for folder, sender, own in zip(folders, senders, cores, strict=True):
            apps.append(await start(site, folder, sender, shared, cores=own))
            await process.answers(sender, "/readyz", apps[-1].process)
        await apps[0].install_at(portals)
        for app in apps:
            await process.is_quiet(app.process)
        yield apps
    finally:
        for app in apps:
            app.sender.close()
            await app.process.stop()


async def start(
    site: Site,
    folder: Path,
    sender: Sender,
    settings: Mapping[str, str],
    *,
    cores: Collection[int] = (APP_CORE,),
) -> Linkrobot:
    """Start it; it is not ready yet when this returns."""
    port = int(sender.url.rpartition(":")[2])
    started = await process.start(
        [sys.executable, "-m", "robot", "serve"],
        folder=folder,
        environment=environment(site, folder, port, settings),
        cores=set(cores),
    )
    return Linkrobot(site, sender, started)


def free_port() -> int:
    """A port that nobody uses right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
