"""What the sandbox's tests hold in hand: the process, one portal of it, an app's handler."""

import functools
import json
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

import httpx2 as httpx

PATIENCE = 60.0  # seconds that anything may take


class _Server(ThreadingHTTPServer):
    request_queue_size = 512  # a burst of calls is no event


class Handler:
    """An app's handler: keeps every POST, answers as told."""

    def __init__(self) -> None:
        self.received: list[tuple[str, list[tuple[str, str]]]] = []  # path, form fields in order
        self.bodies: list[bytes] = []
        self.status = 200
        self.reply: Callable[[dict[str, str]], None] = lambda fields: None  # before the answer
        self._server = _Server(("127.0.0.1", 0), self._make())
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def wait(self, count: int = 1) -> list[dict[str, str]]:
        """The forms received so far, as soon as there are so many."""
        eventually(lambda: len(self.received) >= count)
        return [dict(fields) for _, fields in self.received]

    def _make(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Request(BaseHTTPRequestHandler):
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                fields = parse_qsl(body.decode(), keep_blank_values=True)
                outer.bodies.append(body)
                outer.received.append((self.path, fields))
                outer.reply(dict(fields))
                self.send_response(outer.status)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"ok")

            def log_message(self, format: str, *args: Any) -> None:
                """Quiet."""

        return Request


@functools.cache
def _trust(certificate: str | None) -> ssl.SSLContext:
    """Made once: reading the authorities takes longer than a test."""
    return ssl.create_default_context(cafile=certificate)


class Bitrix:
    """One portal of the sandbox, with its control plane."""

    def __init__(
        self, url: str, oauth: str, member_id: str, certificate: str | None = None
    ) -> None:
        self.url = url
        self.oauth = oauth
        self.member_id = member_id
        self.token = ""
        self.refresh_token = ""
        self.app: dict[str, Any] = {}
        self.certificate = certificate
        self.http = httpx.Client(timeout=PATIENCE, trust_env=False, verify=_trust(certificate))

    def control(self, method: str, path: str, /, **body: Any) -> Any:
        answer = self.http.request(method, f"{self.url}/_sandbox/{path}", json=body or None)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def call(self, method: str, _token: str | None = None, **parameters: Any) -> httpx.Response:
        """A JSON call with the installing administrator's token."""
        parameters["auth"] = self.token if _token is None else _token
        return self.http.post(f"{self.url}/rest/{method}", json=parameters)

    def result(self, method: str, **parameters: Any) -> Any:
        answer = self.call(method, **parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()["result"]

    def error(self, method: str, **parameters: Any) -> tuple[int, Any, str]:
        answer = self.call(method, **parameters)
        body = answer.json()
        return answer.status_code, body["error"], body["error_description"]

    def batch(self, cmd: Any, **more: Any) -> Any:
        return self.result("batch", cmd=cmd, **more)

    def install(self, handler: Handler, **more: Any) -> None:
        """An API-only app whose handler is at `/install` of the test's server."""
        self.app = self.control(
            "POST", "apps/install", install_url=handler.url + "/install", **more
        )
        fields = dict(handler.received[-1][1])
        self.token, self.refresh_token = fields["auth[access_token]"], fields["auth[refresh_token]"]
        handler.received.clear()

    def deal(self, title: str = "Deal") -> int:
        return int(self.control("POST", "items", entityTypeId=2, title=title)["id"])

    def document(self, deal: int, **more: Any) -> int:
        made = self.control("POST", "documents", entityTypeId=2, entityId=deal, **more)
        return int(made["id"])

    def robot(self, handler: Handler, code: str = "link", **more: Any) -> None:
        fields: dict[str, Any] = {
            "CODE": code,
            "HANDLER": handler.url + "/robot",
            "AUTH_USER_ID": 1,
            "USE_SUBSCRIPTION": "Y",
            "NAME": {"en": "Link"},
            "RETURN_PROPERTIES": {"public_url": {"Name": {"en": "URL"}, "Type": "string"}},
        }
        assert self.result("bizproc.robot.add", **fields | more) is True

    def stage(self, *robots: dict[str, Any], name: str = "WON") -> None:
        self.control("PUT", f"stages/{name}", robots=list(robots))

    def move(self, deal: int, stage: str = "WON") -> str:
        return str(self.control("POST", f"items/2/{deal}/move", stage=stage)["workflow_id"])

    def workflow(self, id_: str) -> Any:
        return self.control("GET", f"workflows/{id_}")

    def until(self, kind: str) -> dict[str, Any]:
        """The first event of this kind, waited for."""
        after, deadline = 0, time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            news = self.control("GET", f"journal?after={after}&wait=1")
            for event in news["events"]:
                if event["kind"] == kind:
                    return dict(event)
            after = news["last"]
        raise AssertionError(f"no {kind}")

    def kinds(self) -> list[str]:
        return [event["kind"] for event in self.control("GET", "journal")["events"]]


def eventually(condition: Callable[[], bool]) -> None:
    """Wait until the condition holds."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        threading.Event().wait(0.01)


class Process:
    """`python -m sandbox`, started and stopped."""

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "sandbox", "--port", "0", "--oauth-port", "0", *arguments]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout
        self.ready: dict[str, Any] = json.loads(self._process.stdout.readline())

    def stop(self) -> int:
        self._process.terminate()
        assert self._process.stdout
        self._process.stdout.close()
        return self._process.wait(PATIENCE)
