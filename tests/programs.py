"""The real programs as processes: a sandbox portal and the app (warm.py). Nothing is faked."""

import json
import os
import random
import resource
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import httpx2 as httpx

from tests import warm
from tests.scenarios.sandbox_portal import SandboxPortal
from tests.scenarios.waiting import PATIENCE, until

LINKROBOT = str(Path(sys.executable).with_name("linkrobot"))
CLIENT_ID, CLIENT_SECRET = "local.0123456789abcd.12345678", "made-up-secret-of-the-app"
# Below those that the system gives to whoever asks for none of his own; all tests ask for theirs.
PORTS = (11_000, 32_000)
Done: TypeAlias = "subprocess.CompletedProcess[str]"


def free_port() -> int:
    """A port that nobody uses right now, nor gets from the system before it is used here."""
    while True:
        port = random.randrange(*PORTS)  # noqa: S311 # no secret
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class Sandbox:
    """The sandbox process with its portals; each test takes a portal of its own."""

    def __init__(self, ready: dict[str, Any]) -> None:
        self.oauth = str(ready["oauth"])
        self._unused = list(zip(ready["portals"], ready["member_ids"], strict=True))
        self.certificate = ready["certificate"]  # to be trusted, with https
        trusted: Any = ssl.create_default_context(cafile=self.certificate)
        self._http = httpx.Client(timeout=60, trust_env=False, verify=trusted)

    def portal(self) -> SandboxPortal:
        """A portal that nothing has happened in yet."""
        assert self._unused, "start the sandbox with more portals"
        url, member_id = self._unused.pop()
        return SandboxPortal(url, member_id, self._http)

    def close(self) -> None:
        """Close the connections to the control plane."""
        self._http.close()


@contextmanager
def running_sandbox(*words: str, portals: int = 1, https: bool = False) -> Iterator[Sandbox]:
    """Start the sandbox, with more of its options; stop it at the end."""
    command = [sys.executable, "-m", "sandbox", "--portals", str(portals), *words]
    command += ["--port", "0", "--oauth-port", "0", *(["--https"] if https else [])]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        with closing(Sandbox(json.loads(process.stdout.readline()))) as sandbox:
            yield sandbox
    finally:
        process.terminate()
        process.wait(60)
        process.stdout.close()


class Process(Protocol):
    """What an App needs of its process."""

    pid: int

    def poll(self) -> int | None: ...

    def send_signal(self, sig: int) -> None: ...

    def wait(self, timeout: float) -> int: ...


class App:
    """`linkrobot serve` as a process of its own, with a data folder that survives it."""

    def __init__(self, folder: Path, oauth: str, **settings: str) -> None:
        self.folder = folder
        self.executable = ""  # the command itself, where a fork would not show what it does
        self._process: Process | None = None
        self._http = httpx.Client(trust_env=False, timeout=PATIENCE)
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "LINKROBOT_DATA_DIR": str(folder),
            "LINKROBOT_AUTH_SERVERS": oauth,
            "LINKROBOT_CLIENT_ID": CLIENT_ID,
            "LINKROBOT_CLIENT_SECRET": CLIENT_SECRET,
        }
        self.move_to(free_port())
        self.environment |= {f"LINKROBOT_{name}": value for name, value in settings.items()}

    def move_to(self, port: int) -> None:
        """From its next start on it is reached there."""
        self.url = f"http://127.0.0.1:{port}"
        self.environment["LINKROBOT_PORT"] = str(port)
        self.environment["LINKROBOT_PUBLIC_URL"] = self.url

    @property
    def log(self) -> str:
        """All that it logged so far."""
        return (self.folder / "log").read_text(encoding="utf-8")

    @property
    def pid(self) -> int:
        """The process that serves."""
        assert self._process
        return self._process.pid

    def start(self) -> "App":
        """Start it and wait until it is ready."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._process = self._launch()
        until(self._is_ready, what="the app is ready")
        return self

    def _launch(self) -> Process:
        return self.linkrobot("serve")

    def linkrobot(self, *words: str) -> Process:
        """Start a command that goes on; it writes into the app's log."""
        if self.executable:
            return self.program([self.executable, *words])
        with (self.folder / "log").open("ab") as log:
            return warm.start(words, env=self.environment, cwd=self.folder, stdout=log, stderr=log)

    def program(self, command: list[str], **streams: Any) -> "subprocess.Popen[bytes]":
        """Start a program that reads the app's settings; it writes into the app's log."""
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                command,
                env=self.environment,
                cwd=self.folder,  # no .env of the developer's
                **{"stderr": log, "stdout": log, **streams},
            )

    def has_died(self) -> bool:
        """Whether the process has ended by itself, or by a kill of its own."""
        return self._process is None or self._process.poll() is not None

    def _is_ready(self) -> bool:
        assert self._process
        assert self._process.poll() is None, self.log
        try:
            return self.get("/readyz").status_code == 200
        except httpx.HTTPError:
            return False

    def kill(self) -> None:
        """kill -9."""
        self._end(signal.SIGKILL)

    def stop(self, *, within: float = PATIENCE) -> int:
        """A clean stop; its exit status."""
        return self._end(signal.SIGTERM, within)

    def interrupt(self) -> int:
        """Ctrl+C; its exit status."""
        return self._end(signal.SIGINT)

    def begin_stop(self) -> None:
        """Order a clean stop; `stop` waits for its end."""
        assert self._process
        self._process.send_signal(signal.SIGTERM)

    @contextmanager
    def limited(self, what: int, soft: int) -> Iterator[None]:
        """Meanwhile the running process has that resource limit."""
        assert self._process
        before = resource.prlimit(self._process.pid, what)
        resource.prlimit(self._process.pid, what, (soft, before[1]))
        try:
            yield
        finally:
            resource.prlimit(self._process.pid, what, before)

    def _end(self, sign: signal.Signals, within: float = PATIENCE) -> int:
        assert self._process
        self._process.send_signal(sign)
        status = self._process.wait(within)
        self._process = None
        return status

    def end(self) -> None:
        """Whatever state it is in."""
        self._http.close()
        if self._process:
            self._end(signal.SIGTERM)

    def command(self, *words: str, stdin: str = "", **settings: str) -> Done:
        """Run a command of linkrobot on the same data folder."""
        self.folder.mkdir(parents=True, exist_ok=True)
        env = {**self.environment, **settings}
        return warm.run(words, env=env, cwd=self.folder, stdin=stdin, timeout=PATIENCE)

    def json(self, *words: str) -> Any:
        """What a command prints with --json."""
        done = self.command(*words, "--json")
        assert done.stdout, done.stderr
        return json.loads(done.stdout)

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What its database holds, for what no command shows."""
        with closing(sqlite3.connect(self.folder / "linkrobot.sqlite", timeout=10)) as database:
            return database.execute(query, values).fetchall()

    def post(self, path: str, body: bytes, **headers: str) -> httpx.Response:
        """A form POST to one of its addresses."""
        content_type = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._http.post(self.url + path, content=body, headers=content_type | headers)

    def get(self, path: str, **headers: str) -> httpx.Response:
        """One of its pages."""
        return self._http.get(self.url + path, headers=headers)

    def offer_to(self, portal: SandboxPortal, **fields: Any) -> dict[str, Any]:
        """Add the app to a portal as an administrator does: what the app answered."""
        form = {
            "install_url": f"{self.environment['LINKROBOT_PUBLIC_URL']}/bitrix24/install",
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            **fields,
        }
        return dict(portal.post("apps/install", **form))

    def install_at(self, portal: SandboxPortal, **fields: Any) -> dict[str, Any]:
        """Add the app to a portal, and wait until its robots, activities and events are there."""
        answer = self.offer_to(portal, **fields)
        until(lambda: is_complete(portal), what="registered")
        return answer


def is_complete(portal: SandboxPortal) -> bool:
    """Whether everything that the app registers is registered there."""
    return [len(portal.get("state")[kind]) for kind in ("robots", "events")] == [4, 3]
