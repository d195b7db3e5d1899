"""The two programs of the demo: a sandbox portal and the app, as processes on loopback."""

import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx2 as httpx

from robot.errors import RobotError

STARTS_WITHIN = 60.0  # seconds; a machine's first start of Python compiles a lot
ENDS_WITHIN = 15.0  # seconds
T = TypeVar("T")


class StoryError(RobotError):
    """A step of the demo failed; the text says which and why."""


class Portal:
    """The sandbox portal, by its control plane."""

    def __init__(self, ready: dict[str, Any]) -> None:
        self.url = str(ready["portal"])
        self.oauth = str(ready["oauth"])
        self.control_url = f"{self.url}/_sandbox/"
        self._http = httpx.Client(base_url=self.control_url, timeout=70, trust_env=False)
        self._seen = 0

    def ask(self, method: str, path: str, **body: Any) -> Any:
        """One request to the control plane."""
        try:
            response = self._http.request(method, path, json=body or None)
            response.raise_for_status()
        except httpx.HTTPError as error:
            raise StoryError(f"the sandbox portal did not take {method} {path}: {error}") from None
        return response.json()

    def news(self, *, wait: float) -> list[dict[str, Any]]:
        """What happened at the portal since the last time, waiting for it if need be."""
        journal = self.ask("GET", f"journal?after={self._seen}&wait={wait}")
        self._seen = journal["last"]
        return list(journal["events"])

    def close(self) -> None:
        """Close the connection to the control plane."""
        self._http.close()


class App:
    """The app's process and where it can be reached."""

    def __init__(self, url: str, folder: Path, process: subprocess.Popen[bytes]) -> None:
        self.url = url
        self.folder = folder
        self._process = process

    def is_ready(self) -> bool:
        """Whether it answers; fails where its process has ended."""
        if self._process.poll() is not None:
            raise StoryError(f"Linkrobot did not start: {self.last_words()}")
        try:
            return httpx.get(f"{self.url}/readyz", trust_env=False).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False

    def last_words(self) -> str:
        """The end of its log."""
        lines = (self.folder / "log").read_text(encoding="utf-8").splitlines()
        return " | ".join(lines[-3:]) or "it said nothing"


CLIENT_ID, CLIENT_SECRET = (
    f"local.{secrets.token_hex(7)}.{secrets.randbelow(10**8):08}",
    (secrets.token_urlsafe(30)),
)


@contextmanager
def running_portal() -> Iterator[Portal]:
    """Start the sandbox portal; stop it at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "--quiet", "--port", "0", "--oauth-port", "0"],
        stdout=subprocess.PIPE,
    )
    with _ending(process):
        line = process.stdout.readline() if process.stdout else b""
        if not line:
            raise StoryError("the sandbox portal did not start; the lines above say why")
        portal = Portal(json.loads(line))
        yield portal
        portal.close()


@contextmanager
def running_app(portal: Portal, folder: Path) -> Iterator[App]:
    """Start the app beside the portal; stop it at the end."""
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    settings = {
        "LINKROBOT_PUBLIC_URL": url,
        "LINKROBOT_PORT": str(port),
        "LINKROBOT_DATA_DIR": str(folder),
        "LINKROBOT_AUTH_SERVERS": portal.oauth,
        "LINKROBOT_CLIENT_ID": CLIENT_ID,
        "LINKROBOT_CLIENT_SECRET": CLIENT_SECRET,
    }
    # The operator's own settings are not the demo's.
    inherited = {name: value for name, value in os.environ.items() if "LINKROBOT_" not in name}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "robot", "serve"],
            env=inherited | settings,
            cwd=folder,
            stdout=log,
            stderr=log,
        )
    with _ending(process):
        app = App(url, folder, process)
        until(app.is_ready, "Linkrobot started", within=STARTS_WITHIN)
        yield app


def until(look: Callable[[], T], what: str, *, within: float = 20.0) -> T:
    """What `look` returns once that is true; a StoryError after `within` seconds."""
    ends_at = time.monotonic() + within
    while not (found := look()):
        if time.monotonic() > ends_at:
            raise StoryError(f"{what}: not within {within:.0f} s")
        time.sleep(0.02)
    return found


@contextmanager
def _ending(process: subprocess.Popen[bytes]) -> Iterator[None]:
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
