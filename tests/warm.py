"""`linkrobot` as a fork of a program that has its libraries loaded: `python -m tests.warm`.

Loading them takes a second of a processor, and tests start hundreds. A fork is a process with an
environment, a folder, streams and an end of its own, as the command is; what the command itself
adds (that it is there, and loads) is shown by those that are started without this.
"""

import atexit
import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

ORDER_BYTES = 100_000  # at most: arguments and environment
NEEDED = (
    "robot.cli",
    "handlers.app",
    "alembic.command",
    "anyio._backends._asyncio",
    "psycopg",
    "uvicorn.lifespan.on",
    "uvicorn.loops.uvloop",
    "uvicorn.protocols.http.httptools_impl",
)
TERMINAL = {"PATH", "HOME", "LANG", "LC_ALL"}  # what of our environment decides how libraries load


class Fork:
    """A started `linkrobot`."""

    def __init__(self, told: int) -> None:
        self._told = os.fdopen(told, "rb", buffering=0)
        self.pid = int(self._told.readline())
        self._status: int | None = None

    def poll(self) -> int | None:
        """Its exit status, once it has ended; as subprocess.Popen has it."""
        return self._look(0)

    def wait(self, timeout: float) -> int:
        """So many seconds at most."""
        status = self._look(timeout)
        if status is None:
            raise subprocess.TimeoutExpired("linkrobot", timeout)
        return status

    def send_signal(self, sig: int) -> None:
        if self._look(0) is None:
            os.kill(self.pid, sig)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _look(self, seconds: float) -> int | None:
        if self._status is None and select.select([self._told], [], [], seconds)[0]:
            self._status = int(self._told.readline())
            self._told.close()
        return self._status


def start(
    words: Sequence[str],
    *,
    env: dict[str, str],
    cwd: Path,
    stdout: IO[bytes],
    stderr: IO[bytes],
    stdin: IO[bytes] | None = None,
) -> Fork:
    """Run that command; as subprocess.Popen has it."""
    told, tells = os.pipe()
    order = json.dumps([words, env, str(cwd)]).encode()
    with Path(os.devnull).open("rb") as nothing:
        streams = [stream.fileno() for stream in (stdin or nothing, stdout, stderr)]
        socket.send_fds(_program(), [order], [*streams, tells])
    os.close(tells)
    return Fork(told)


def run(
    words: Sequence[str], *, env: dict[str, str], cwd: Path, stdin: str, timeout: float
) -> "subprocess.CompletedProcess[str]":
    """Run that command to its end; as subprocess.run has it."""
    with TemporaryFile() as typed, TemporaryFile() as shown, TemporaryFile() as errors:
        typed.write(stdin.encode())
        typed.seek(0)
        process = start(words, env=env, cwd=cwd, stdin=typed, stdout=shown, stderr=errors)
        try:
            status = process.wait(timeout)
        finally:
            process.kill()
        for stream in (shown, errors):
            stream.seek(0)
        told = shown.read().decode(), errors.read().decode()
    return subprocess.CompletedProcess(words, status, *told)


@cache
def _program() -> socket.socket:
    """Orders go in here; it ends with this process."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    environment = {name: value for name, value in os.environ.items() if name in TERMINAL}
    program = subprocess.Popen(
        [sys.executable, "-m", "tests.warm"],
        stdin=its.fileno(),
        stdout=subprocess.DEVNULL,
        env=environment,
        cwd=Path(__file__).parents[1],
    )
    its.close()

    def end() -> None:
        ours.close()
        program.wait(60)

    atexit.register(end)
    return ours


def load() -> None:
    """All that any command needs."""
    for module in NEEDED:
        import_module(module)
    gc.freeze()


def obey(orders: socket.socket) -> list[str]:
    """Fork for each order; returns the command's words, in the process that is to run it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever waits for a fork ends by himself
    while True:
        order, ends, _, _ = socket.recv_fds(orders, ORDER_BYTES, 4)
        if not order:
            os._exit(0)
        if os.fork() == 0:
            orders.close()
            return _become(json.loads(order), ends)
        for end in ends:
            os.close(end)


def _become(order: Any, ends: list[int]) -> list[str]:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    *streams, tells = ends
    pid = os.fork()
    if pid:
        for end in (*streams, 0):
            os.close(end)
        os.write(tells, f"{pid}\n".encode())
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        os.write(tells, f"{status}\n".encode())
        os._exit(0)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.close(tells)
    for number, end in enumerate(streams):
        os.dup2(end, number)
        os.close(end)
    words, environment, folder = order
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    return list(words)


if __name__ == "__main__":
    load()
    with socket.socket(fileno=os.dup(0)) as told:
        sys.argv = ["linkrobot", *obey(told)]
    from robot.cli import main

    main()
