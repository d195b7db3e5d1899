"""An HTTP/1.1 server on asyncio and httptools: as little as a measurement can do with."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

import httptools

_REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What came."""

    host: str
    path: str
    query: str
    content_type: str
    bearer: str  # the token of an Authorization header
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """JSON with a status."""

    status: int
    body: bytes


Serve = Callable[[Request], Awaitable[Answer]]


class Connection(asyncio.Protocol):
    """One connection; requests on it are answered one after the other."""

    def __init__(self, serve: Serve) -> None:
        self._serve = serve
        self._tasks: set[asyncio.Task[None]] = set()
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpRequestParser(self)
        self._clear()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio's part."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by class

    def connection_lost(self, _error: Exception | None) -> None:
        """Whoever waited has gone; what runs goes on, as in PHP."""
        self._transport = None

    def data_received(self, data: bytes) -> None:
        """asyncio's part."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            if self._transport:
                self._transport.abort()

    def on_url(self, url: bytes) -> None:
        """httptools' part."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """httptools' part."""
        self._headers[name.lower()] = value

    def on_body(self, body: bytes) -> None:
        """httptools' part."""
        self._body += body

    def on_message_complete(self) -> None:
        """A whole request is here."""
        parts = urlsplit(self._url.decode())
        request = Request(
            host=self._headers.get(b"host", b"").decode(),
            path=parts.path,
            query=parts.query,
            content_type=self._headers.get(b"content-type", b"").decode(),
            bearer=self._headers.get(b"authorization", b"").decode().removeprefix("Bearer "),
            body=self._body,
        )
        self._clear()
        task = asyncio.get_running_loop().create_task(self._answer(request))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _clear(self) -> None:
        self._url, self._body = b"", b""
        self._headers: dict[bytes, bytes] = {}

    async def _answer(self, request: Request) -> None:
        answer = await self._serve(request)
        if self._transport is None:
            return
        reason = _REASONS.get(answer.status, "Error")
        head = (
            f"HTTP/1.1 {answer.status} {reason}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(answer.body)}\r\n\r\n"
        )
        self._transport.write(head.encode() + answer.body)
