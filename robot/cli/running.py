"""`linkrobot serve`, `linkrobot sandbox`: programs that run until they are stopped."""

import asyncio
import errno
import os
import resource
import signal
import socket
import sys
import threading
import time
from contextlib import ExitStack, suppress
from types import FrameType
from typing import Annotated, Any

import typer
import uvicorn
from uvicorn.config import STARTUP_FAILURE

from robot.errors import SettingsError
from robot.logs import configure_logs, get_logger
from robot.settings import Settings, load_settings
from robot.store import schema
from robot.work.front import ALONE, Workers
from robot.work.opening import at_work, open_tools

# The sandbox has options of its own (`linkrobot sandbox --help`).
PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
# Bitrix24's connections to us, ours to the portals, and the database's; systemd gives 1,024.
OPEN_FILES = 16_384
# A stop, in seconds. The work has its own limit before (crew.STOPS_WITHIN).
LAST_CALLS = 0.2  # for requests of those who connected before the door was closed
ENDS_WITHIN = 2  # for what is being answered then
AT_THE_LATEST = 9.5  # the process ends, as if killed: what was answered is on disk

TOLD_EVERY = 60.0  # seconds
MANY_FILES = (
    "as many files are open as may be, so new calls wait: end idle connections, or raise the limit "
    "(ulimit -n, LimitNOFILE)"
)

log = get_logger()


NoWork = Annotated[
    bool, typer.Option("--no-work", help="Only receive; `linkrobot work` does the work elsewhere.")
]


def serve(no_work: NoWork = False) -> None:
    """The app: answers Bitrix24 and does the work. Settings come from LINKROBOT_… or .env."""
    _run("create_front" if no_work else "create_app", is_half=no_work)


def work() -> None:
    """Only the work, for PostgreSQL; /healthz, /readyz and /metrics at LINKROBOT_HOST and _PORT."""
    _run("create_worker", is_half=True)


def _run(factory: str, *, is_half: bool) -> None:
    settings = load_settings()
    settings.required_public_url()
    if is_half and not settings.is_shared:
        raise SettingsError(ALONE)
    configure_logs()
    asyncio.run(_look_before(settings))
    _allow_open_files()
    # After a clean stop uvicorn raises the signal once more, for the handler that stood before.
    signal.signal(signal.SIGTERM, lambda _signal, _frame: None)
    config = uvicorn.Config(
        f"handlers.app:{factory}",
        factory=True,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="handlers.connections:Connection",
        ws="none",
        proxy_headers=False,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=ENDS_WITHIN,
    )
    server = Server(config)
    with suppress(KeyboardInterrupt):  # raised once more after a clean stop by Ctrl+C
        server.run()
    if not server.started:
        raise typer.Exit(STARTUP_FAILURE)


class Server(uvicorn.Server):
    """Stops so that no call is lost: first the work ends, then the door, then the connections.

    uvicorn closes the door first, and connections on which no request has come yet. Whoever calls
    while the work ends is answered 200 once the call is on disk: the next start does it. Bitrix24
    never repeats a call that was answered 503, and a proxy that holds calls while nobody listens
    would pass a 503 on.
    """

    _looks_at = 0.0  # monotonic seconds: one line is enough for a while

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second; every second it looks whether anybody can still connect."""
        if counter % 10 == 0 and time.monotonic() >= self._looks_at and not _may_open_files():
            log.error("files.exhausted", remedy=MANY_FILES)
            self._looks_at = time.monotonic() + TOLD_EVERY
        return await super().on_tick(counter)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The order to stop; a second Ctrl+C does not wait."""
        if not self.should_exit:
            limit = threading.Timer(AT_THE_LATEST, _cut_off)
            limit.daemon = True
            limit.start()
        super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Within AT_THE_LATEST seconds, whatever hangs."""
        crew: Workers = self.lifespan.state["crew"]
        await crew.stop()
        await self._close_door()
        await asyncio.sleep(LAST_CALLS)
        await super().shutdown(sockets)

    async def _close_door(self) -> None:
        """Who has connected is let in: closing alone would break their connections off."""
        waiting: list[socket.socket] = []
        with ExitStack() as doors:
            for server in self.servers:
                listeners = [os.dup(listener.fileno()) for listener in server.sockets]
                server.close()
                for listener in listeners:
                    door = doors.enter_context(socket.socket(fileno=listener))
                    waiting += _connected(door)
        for connection in waiting:
            await asyncio.get_running_loop().connect_accepted_socket(self._protocol, connection)

    def _protocol(self) -> asyncio.Protocol:
        """As uvicorn makes one for each connection."""
        make: type[Any] = self.config.http_protocol_class
        made: asyncio.Protocol = make(
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
        return made


def _connected(door: socket.socket) -> list[socket.socket]:
    """Those who stand there already."""
    found: list[socket.socket] = []
    door.setblocking(False)
    with suppress(OSError):  # nobody more
        while True:
            found.append(door.accept()[0])
    return found


def _may_open_files() -> bool:
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
    except OSError as error:
        return error.errno not in (errno.EMFILE, errno.ENFILE)
    return True


def _cut_off() -> None:
    log.error("app.cut_off", reason="something did not end in time; the next start goes on with it")
    os._exit(1)


def sandbox(context: typer.Context) -> None:
    """A Bitrix24 portal on this machine, to try things out; --help shows its options."""
    # A program of its own: it shares no code with the app.
    os.execv(sys.executable, [sys.executable, "-m", "sandbox", *context.args])  # noqa: S606


async def _look_before(settings: Settings) -> None:
    """Open everything once, so that what is wrong is one sentence and not a server's traceback."""
    _try_port(settings)
    with at_work(settings):
        if not settings.is_shared:
            schema.look_through(settings.database_path)
        async with open_tools(settings):
            pass


def _allow_open_files() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _try_port(settings: Settings) -> None:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise SettingsError(
                f"Linkrobot cannot listen on {settings.host}, port {settings.port} "
                f"({error.strerror}). Stop the program that uses it, or set LINKROBOT_HOST and "
                "LINKROBOT_PORT."
            ) from None
