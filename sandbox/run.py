"""Puts the sandbox together and runs it until it is told to stop."""

import asyncio
import json
import signal
import socket
import sys
import tempfile
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

import httpx2 as httpx

from sandbox import certificate, oauth, portal_app, serving
from sandbox.courier import Courier, make_client
from sandbox.replay.player import begin_when_ready
from sandbox.replay.recording import Recording
from sandbox.site import Sites
from sandbox.world import World, make_portals

# Addresses that a portal may be renamed to are in the certificate from the start.
RENAME_HOSTS = [f"127.0.0.{last}" for last in range(1, 256)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The command line."""

    host: str = "127.0.0.1"
    port: int = 8100
    oauth_port: int = 8101
    portals: int = 1
    https: bool = False
    quiet: bool = False
    recording: Recording | None = None  # to be replayed
    replay_speed: float = 1.0


def run(options: Options) -> None:
    """Serve until told to stop.

    Raises:
        OSError: an address is taken or not this machine's.
    """
    sockets = _bind(options)
    with tempfile.TemporaryDirectory(prefix="bitrix24-sandbox-") as folder:
        pem = Path(folder) / "certificate.pem" if options.https else None
        if pem:
            certificate.write(pem, [*_hosts(options), *RENAME_HOSTS])
        asyncio.run(_run(options, sockets, pem))


def _hosts(options: Options) -> list[str]:
    first = ip_address(options.host)
    return [str(first + number) for number in range(options.portals)]


def _bind(options: Options) -> "_Sockets":
    return _Sockets(
        portals=serving.bind(_hosts(options), options.port),
        oauth=serving.bind([options.host], options.oauth_port),
    )


async def _run(options: Options, sockets: "_Sockets", pem: Path | None) -> None:
    """Serve until SIGTERM or SIGINT; then all work under way is given up."""
    stop = _stop_signal()
    async with make_client() as client, asyncio.TaskGroup() as servers:
        listener = serving.Listener(servers, pem)
        work = servers.create_task(_serve(options, listener, sockets, client))
        await stop.wait()
        work.cancel()
        listener.stop()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sockets:
    """All bound before anything is served, so that a taken port ends the start."""

    portals: list[socket.socket]
    oauth: list[socket.socket]

    @property
    def port(self) -> int:
        return int(self.portals[0].getsockname()[1])

    @property
    def oauth_port(self) -> int:
        return int(self.oauth[0].getsockname()[1])


def _stop_signal() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


async def _serve(
    options: Options, listener: serving.Listener, sockets: _Sockets, client: httpx.AsyncClient
) -> None:
    """Deliveries and timers live in a task group of their own, which ends with this task."""
    scheme = "https" if listener.certificate else "http"

    async def open_address(host: str, port: int) -> None:
        await listener.serve(portals, serving.bind([host], port))

    async with asyncio.TaskGroup() as tasks:
        world = World(
            oauth_host=options.host,
            oauth_port=sockets.oauth_port,
            scheme=scheme,
            portals=make_portals(options.host, sockets.port, scheme, options.portals),
            courier=Courier(client=client, tasks=tasks),
            open_address=open_address,
            drop_connection=listener.drop,
            recording=options.recording,
            replay_speed=options.replay_speed,
        )
        sites = Sites(world)
        portals = portal_app.create(sites)
        await listener.serve(portals, sockets.portals)
        await listener.serve(oauth.create(world), sockets.oauth)
        _tell_ready(world, listener.certificate)
        if not options.quiet:
            _tell_board(world)
        if world.recording:
            speed = world.replay_speed
            tasks.create_task(begin_when_ready(sites.first, world.recording, speed=speed))
        try:
            await asyncio.Event().wait()
        finally:
            for portal in world.portals:
                portal.journal.end()


def _tell_ready(world: World, pem: Path | None) -> None:
    """One line of JSON on stdout: where everything is."""
    ready = {
        "portal": world.portals[0].url,
        "portals": [portal.url for portal in world.portals],
        "oauth": world.oauth_url,
        "member_ids": [portal.member_id for portal in world.portals],
        "certificate": str(pem) if pem else None,
    }
    sys.stdout.write(json.dumps(ready) + "\n")
    sys.stdout.flush()


def _tell_board(world: World) -> None:
    """For people, on stderr: programs read the line of JSON."""
    first, *more = world.portals
    others = f" (each of the {len(more)} other portals has one, too)" if more else ""
    sys.stderr.write(f"The board, for your browser: {first.url}/{others}\n")
