"""Web servers of a test's own: one that keeps what it is sent, one that also passes it on."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx2 as httpx


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One request."""

    path: str  # with its query
    body: bytes
    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """How it is answered."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)


class Listener:
    """A web server on loopback. Subclasses say what it answers; this one says nothing much."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.replies: list[Reply] = []
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def take(self, request: Received) -> Reply:
        """Keep it and answer."""
        self.received.append(request)
        reply = self.answer(request)
        self.replies.append(reply)
        return reply

    def answer(self, request: Received) -> Reply:
        """The answer to one request."""
        return Reply()


class Tap(Listener):
    """Passes everything on to another server, and keeps both sides."""

    def __init__(self, target: str = "") -> None:
        self.target = target  # may be set later: the app must know our address first
        self._http = httpx.Client(trust_env=False, timeout=30)
        super().__init__()

    def answer(self, request: Received) -> Reply:
        headers = {"Content-Type": request.content_type}
        answer = self._http.post(self.target + request.path, content=request.body, headers=headers)
        return Reply(status=answer.status_code, body=answer.content)

    def close(self) -> None:
        super().close()
        self._http.close()


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Close it at the end."""
    try:
        yield
    finally:
        listener.close()


class _Server(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True


def _handler(listener: Listener) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            content_type = self.headers.get("Content-Type", "")
            body = self.rfile.read(length)
            reply = listener.take(Received(path=self.path, body=body, content_type=content_type))
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        do_GET = do_POST  # noqa: N815  the name is http.server's

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    return Handler
