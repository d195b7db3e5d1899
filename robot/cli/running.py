"""`linkrobot serve`, `linkrobot sandbox`: programs that run until they are stopped."""

import asyncio
import os
import resource
import signal
import socket
import sys

import typer
import uvicorn

from robot.errors import SettingsError
from robot.logs import configure_logs
from robot.settings import Settings, load_settings
from robot.work.opening import open_tools, working_alone

# The sandbox has options of its own (`linkrobot sandbox --help`).
PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
# Bitrix24's connections to us, ours to the portals, and the database's; systemd gives 1,024.
OPEN_FILES = 16_384
# uvicorn lets requests that are being answered end within this, in seconds.
ENDS_WITHIN = 5


def serve() -> None:
    """The app: answers Bitrix24 and does the work. Settings come from LINKROBOT_… or .env."""
    settings = load_settings()
    settings.required_public_url()
    configure_logs()
    asyncio.run(_look_before(settings))
    _allow_open_files()
    # After a clean stop uvicorn raises the signal once more, for the handler that stood before.
    signal.signal(signal.SIGTERM, lambda _signal, _frame: None)
    uvicorn.run(
        "handlers.app:create_app",
        factory=True,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=ENDS_WITHIN,
    )


def sandbox(context: typer.Context) -> None:
    """A Bitrix24 portal on this machine, to try things out; --help shows its options."""
    # A program of its own: it shares no code with the app.
    os.execv(sys.executable, [sys.executable, "-m", "sandbox", *context.args])  # noqa: S606


async def _look_before(settings: Settings) -> None:
    """Open everything once, so that what is wrong is one sentence and not a server's traceback."""
    _try_port(settings)
    with working_alone(settings.data_dir):
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
