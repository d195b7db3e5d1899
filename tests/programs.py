"""The real programs, started as processes: a sandbox portal and the app. Nothing is faked."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx2 as httpx

CLIENT_ID, CLIENT_SECRET = "local.0123456789abcd.12345678", "made-up-secret-of-the-app"
DEAL = 2  # entityTypeId
T = TypeVar("T")


def until(look: Callable[[], T], *, within: float = 15.0, what: str = "") -> T:
    """What `look` returns, once that is true; fails with `what` after `within` seconds."""
    ends_at = time.monotonic() + within
    while not (found := look()):
        if time.monotonic() > ends_at:
            raise AssertionError(f"not within {within} s: {what or look}; last seen: {found!r}")
        time.sleep(0.02)
    return found


def free_port() -> int:
    """A port that nobody uses right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class SandboxPortal:
    """One portal of the sandbox, by its control plane."""

    def __init__(self, url: str, oauth: str, member_id: str) -> None:
        self.url, self.oauth, self.member_id = url, oauth, member_id
        self._http = httpx.Client(base_url=f"{url}/_sandbox/", timeout=30, trust_env=False)

    def close(self) -> None:
        """Close the connection to the control plane."""
        self._http.close()

    def control(self, method: str, path: str, **body: Any) -> Any:
        """One request to the control plane; a refusal fails the test."""
        response = self._http.request(method, path, json=body or None)
        assert response.status_code < 400, response.text
        return response.json() if response.content else None

    def post(self, path: str, **body: Any) -> Any:
        return self.control("POST", path, **body)

    def get(self, path: str) -> Any:
        return self.control("GET", path)

    def journal(self, *kinds: str) -> list[dict[str, Any]]:
        """What happened so far, of these kinds."""
        events = self.get("journal")["events"]
        return [event for event in events if not kinds or event["kind"] in kinds]

    def workflow(self, workflow_id: str) -> Any:
        return self.get(f"workflows/{workflow_id}")

    def item(self, entity_type_id: int = DEAL, title: str = "A deal") -> int:
        return int(self.post("items", entityTypeId=entity_type_id, title=title)["id"])

    def document(self, item_id: int, entity_type_id: int = DEAL, **fields: Any) -> int:
        body = {"entityTypeId": entity_type_id, "entityId": item_id, **fields}
        return int(self.post("documents", **body)["id"])

    def document_state(self, document_id: int) -> dict[str, Any]:
        documents = self.get("state")["documents"]
        found = next(row for row in documents if int(row["id"]) == document_id)
        return dict(found)

    def stage(self, *robots: dict[str, Any], name: str = "SEND") -> None:
        self.control("PUT", f"stages/{name}", robots=list(robots))

    def move(self, item_id: int, entity_type_id: int = DEAL, stage: str = "SEND") -> str:
        answer = self.post(f"items/{entity_type_id}/{item_id}/move", stage=stage)
        return str(answer["workflow_id"])

    def finished(self, workflow_id: str, *, within: float = 15.0) -> Any:
        """The workflow, once it is over."""
        until(
            lambda: self.workflow(workflow_id)["status"] in ("completed", "terminated"),
            within=within,
            what=f"the workflow is over: {self.workflow(workflow_id)}",
        )
        return self.workflow(workflow_id)

    def outputs(self, workflow_id: str, step: int = 0, *, within: float = 15.0) -> dict[str, Any]:
        """What the robot at that step returned to its workflow."""
        return dict(self.finished(workflow_id, within=within)["steps"][step]["outputs"])


class Sandbox:
    """The sandbox process with its portals; each test takes a portal of its own."""

    def __init__(self, ready: dict[str, Any]) -> None:
        self.oauth = str(ready["oauth"])
        self._unused = [
            SandboxPortal(url, self.oauth, member_id)
            for url, member_id in zip(ready["portals"], ready["member_ids"], strict=True)
        ]
        self._used: list[SandboxPortal] = []

    def portal(self) -> SandboxPortal:
        """A portal that nothing has happened in yet."""
        self._used.append(self._unused.pop())
        return self._used[-1]

    def close(self) -> None:
        """Close the connections to the control plane."""
        for portal in self._used + self._unused:
            portal.close()


@contextmanager
def running_sandbox(*, portals: int = 1) -> Iterator[Sandbox]:
    """Start the sandbox; stop it at the end."""
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--oauth-port", "0"]
    process = subprocess.Popen(
        [*command, "--portals", str(portals)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    try:
        sandbox = Sandbox(json.loads(process.stdout.readline()))
        yield sandbox
        sandbox.close()
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


class App:
    """`linkrobot serve` as a process of its own, with a data folder that survives it."""

    def __init__(self, folder: Path, oauth: str, **settings: str) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        self.folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "LINKROBOT_PUBLIC_URL": self.url,
            "LINKROBOT_PORT": self.url.rpartition(":")[2],
            "LINKROBOT_DATA_DIR": str(folder),
            "LINKROBOT_AUTH_SERVERS": oauth,
            "LINKROBOT_CLIENT_ID": CLIENT_ID,
            "LINKROBOT_CLIENT_SECRET": CLIENT_SECRET,
            **{f"LINKROBOT_{name}": value for name, value in settings.items()},
        }

    @property
    def log(self) -> str:
        """All that it logged so far."""
        return (self.folder / "log").read_text(encoding="utf-8")

    def start(self) -> "App":
        """Start it and wait until it is ready."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(Path(sys.executable).with_name("linkrobot")), "serve"],
                env=self.environment,
                cwd=self.folder,  # no .env of the developer's
                stderr=log,
                stdout=log,
            )
        until(self._is_ready, within=30, what="the app is ready")
        return self

    def _is_ready(self) -> bool:
        assert self._process
        assert self._process.poll() is None, self.log
        try:
            return httpx.get(f"{self.url}/readyz", trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False

    def kill(self) -> None:
        """kill -9."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """A clean stop; its exit status."""
        return self._end(signal.SIGTERM)

    def _end(self, sign: signal.Signals) -> int:
        assert self._process
        self._process.send_signal(sign)
        status = self._process.wait(30)
        self._process = None
        return status

    def end(self) -> None:
        """Whatever state it is in."""
        if self._process:
            self._end(signal.SIGTERM)

    def command(self, *words: str, stdin: str = "", **settings: str) -> "subprocess.CompletedProcess[str]":
        """Run a command of linkrobot on the same data folder."""
        return subprocess.run(
            [str(Path(sys.executable).with_name("linkrobot")), *words],
            env={**self.environment, **settings},
            cwd=self.folder,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def json(self, *words: str) -> Any:
        """What a command prints with --json."""
        done = self.command(*words, "--json")
        assert done.stdout, done.stderr
        return json.loads(done.stdout)

    def install_at(self, portal: SandboxPortal, **fields: Any) -> Any:
        """Add the app to a portal as an administrator does, and wait for its robots."""
        answer = portal.post(
            "apps/install",
            **{
                "install_url": f"{self.url}/bitrix24/install",
                "client_id": CLIENT_ID,
                "client_secret": CLIENT_SECRET,
                **fields,
            },
        )
        until(lambda: robots_of(portal), what="the robots are registered")
        return answer


def robots_of(portal: SandboxPortal) -> dict[str, Any]:
    """code -> the robot as it is registered at the portal."""
    found = portal.get("state")["robots"]
    rows = found.values() if isinstance(found, dict) else found
    return {row["code"]: row for row in rows}
