"""Listening addresses of the sandbox: explicit loopback addresses, never all of them."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

BACKLOG = 2048
TRIES = 20  # ports to try where one must be free at several addresses


class _Server(uvicorn.Server):
    """Tells when it is ready; signals are the process's business, not each server's."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Listener:
    """All servers of the process."""

    def __init__(self, tasks: asyncio.TaskGroup, certificate: Path | None) -> None:
        self._tasks = tasks
        self.certificate = certificate
        self._servers: list[_Server] = []

    async def serve(self, app: ASGIApp, sockets: list[socket.socket]) -> None:
        """Answer on these sockets from now on; returns once the server has started."""
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            lifespan="off",
            ws="none",
            server_header=False,
            timeout_keep_alive=75,  # seconds, as web servers before PHP have it
            timeout_graceful_shutdown=1,
            ssl_certfile=self.certificate,
        )
        server = _Server(config)
        self._servers.append(server)
        self._tasks.create_task(server.serve(sockets))
        await server.ready.wait()

    def stop(self) -> None:
        for server in self._servers:
            server.should_exit = True

    def drop(self, client: tuple[str, int] | None) -> None:
        """Close the connection of this client, without an answer."""
        for server in self._servers:
            for connection in list(server.server_state.connections):
                transport = getattr(connection, "transport", None)
                if getattr(connection, "client", None) == client and transport:
                    transport.abort()


def bind(hosts: list[str], port: int) -> list[socket.socket]:
    """One socket per host, all at one port; port 0 takes one that is free at all.

    Raises:
        OSError: a port is taken.
    """
    for _ in range(TRIES - 1 if port == 0 else 0):
        try:
            return _bind(hosts, port)
        except OSError:
            continue
    return _bind(hosts, port)


def _bind(hosts: list[str], port: int) -> list[socket.socket]:
    sockets: list[socket.socket] = []
    try:
        for host in hosts:
            sockets.append(_listen(host, port))
            port = sockets[0].getsockname()[1]
    except OSError:
        for opened in sockets:
            opened.close()
        raise
    return sockets


def _listen(host: str, port: int) -> socket.socket:
    # The protocol must be named: asyncio turns Nagle's delay (40 ms) off only then.
    opened = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((host, port))
        opened.listen(BACKLOG)
    except OSError:
        opened.close()
        raise
    return opened
