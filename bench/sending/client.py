"""HTTP to the app: raw asyncio and httptools, so that the load costs less than what it loads."""

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import cast

import httptools

NO_ANSWER = 0  # the status of a request that got none
RESTS = 4.0  # seconds that a connection may rest; after 5 the app may be closing it just now


class _Link(asyncio.Protocol):
    """One kept-alive connection; one request at a time."""

    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._answered: asyncio.Future[int] | None = None
        self._transport: asyncio.Transport | None = None
        self._keeps = True
        self._rests_since = time.monotonic()

    @property
    def is_open(self) -> bool:
        """Whether it can be used again."""
        has_rested = time.monotonic() - self._rests_since
        return self._transport is not None and self._keeps and has_rested < RESTS

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio's part."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by class

    def connection_lost(self, _error: Exception | None) -> None:
        """asyncio's part."""
        self._transport = None
        self._end(NO_ANSWER)

    def data_received(self, data: bytes) -> None:
        """asyncio's part."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self.close()

    def on_message_complete(self) -> None:
        """httptools' part."""
        self._keeps = self._parser.should_keep_alive()
        self._rests_since = time.monotonic()
        status = self._parser.get_status_code()
        self._parser = httptools.HttpResponseParser(self)
        self._end(status)

    async def send(self, message: bytes) -> int:
        """Send a whole request; the status of its answer."""
        if self._transport is None:
            return NO_ANSWER
        self._answered = asyncio.get_running_loop().create_future()
        self._transport.write(message)
        return await self._answered

    def close(self) -> None:
        """Hang up."""
        if self._transport:
            self._transport.abort()

    def _end(self, status: int) -> None:
        if self._answered and not self._answered.done():
            self._answered.set_result(status)


class Sender:
    """Connections to one app."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._free: list[_Link] = []

    @property
    def url(self) -> str:
        """The app's address."""
        return f"http://{self._host}:{self._port}"

    def message(self, path: str, body: bytes) -> bytes:
        """A POST of a form, ready to be sent."""
        return (
            self._head(
                "POST",
                path,
                {
                    "Content-Type": "application/x-www-form-urlencoded",
                    "Content-Length": str(len(body)),
                },
            )
            + body
        )

    async def get(self, path: str) -> int:
        """The status of a page; NO_ANSWER where nobody listens."""
        return await self.send(self._head("GET", path, {}))

    async def send(self, message: bytes) -> int:
        """Send it over a free connection, or a new one."""
        link = await self._link()
        if link is None:
            return NO_ANSWER
        status = await link.send(message)
        if link.is_open:
            self._free.append(link)
        else:
            link.close()
        return status

    def close(self) -> None:
        """Close all that are free."""
        while self._free:
            self._free.pop().close()

    async def _link(self) -> _Link | None:
        while self._free:
            link = self._free.pop()
            if link.is_open:
                return link
            link.close()
        with suppress(OSError):
            loop = asyncio.get_running_loop()
            _, link = await loop.create_connection(_Link, self._host, self._port)
            return link
        return None

    def _head(self, method: str, path: str, headers: Mapping[str, str]) -> bytes:
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        host = f"Host: {self._host}:{self._port}\r\n"
        return f"{method} {path} HTTP/1.1\r\n{host}{lines}\r\n".encode()
