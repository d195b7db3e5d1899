"""A connection pool for each host, so that no portal's connections cost or delay another's.

One pool for all looks at every open connection at each request: with 50 busy portals that was half
of a request's CPU time, and with silent ones all of its connections wait for nothing. What portals
still share is one limit of requests under way.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice

import httpcore2 as httpcore
import httpx2 as httpx

# Bitrix24's web servers close idle connections after a while; we do it first.
KEEPALIVE_EXPIRY = 15.0  # seconds
MOST_UNDER_WAY = (
    400  # requests over all hosts; a silent portal holds PORTAL_PARALLEL of them, then 1
)
MOST_HOSTS = 200  # whose connections are kept
LOOKED_AT = 4  # hosts at each request, the longest unused ones first

POOL_ERRORS = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
)


@dataclass(slots=True)
class _Host:
    pool: httpcore.AsyncConnectionPool
    under_way: int = 0
    used_at: float = 0.0  # monotonic seconds


class Pools(httpx.AsyncBaseTransport):
    """What httpx.AsyncHTTPTransport does, with a pool for each host."""

    def __init__(
        self,
        open_pool: Callable[[], httpcore.AsyncConnectionPool],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._open_pool = open_pool
        self._clock = clock
        self._hosts: OrderedDict[tuple[bytes, bytes, int | None], _Host] = OrderedDict()
        self._places = asyncio.Semaphore(MOST_UNDER_WAY)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request; the answer's body is still to be read, then closed.

        Raises:
            httpx.PoolTimeout: too much is under way, nothing was sent.
        """
        try:
            async with asyncio.timeout(request.extensions.get("timeout", {}).get("pool")):
                await self._places.acquire()
        except TimeoutError:
            raise httpx.PoolTimeout("too many requests are under way") from None
        try:
            await self._close_unused()
            host = self._host(request.url)
        except BaseException:
            self._places.release()
            raise
        host.under_way += 1
        try:
            answer = await self._send(host, request)
        except BaseException:
            self._left(host)
            raise
        return httpx.Response(
            status_code=answer.status,
            headers=answer.headers,
            stream=_Body(answer, lambda: self._left(host)),
            extensions=answer.extensions,
        )

    async def aclose(self) -> None:
        """Close all connections."""
        while self._hosts:
            await self._hosts.popitem()[1].pool.aclose()

    async def _send(self, host: _Host, request: httpx.Request) -> httpcore.Response:
        assert isinstance(request.stream, httpx.AsyncByteStream)  # noqa: S101 # for mypy
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        with pool_errors_as_httpx():
            return await host.pool.handle_async_request(
                httpcore.Request(
                    method=request.method,
                    url=url,
                    headers=request.headers.raw,
                    content=request.stream,
                    extensions=request.extensions,
                )
            )

    def _host(self, url: httpx.URL) -> _Host:
        key = url.raw_scheme, url.raw_host, url.port
        host = self._hosts.get(key)
        if host is None:
            host = self._hosts[key] = _Host(self._open_pool())
        self._hosts.move_to_end(key)
        host.used_at = self._clock()
        return host

    def _left(self, host: _Host) -> None:
        host.under_way -= 1
        host.used_at = self._clock()
        self._places.release()

    async def _close_unused(self) -> None:
        """The longest unused hosts' connections, once they are old or too many."""
        before, unused = self._clock() - KEEPALIVE_EXPIRY, list[_Host]()
        for key, host in list(islice(self._hosts.items(), LOOKED_AT)):
            is_old = host.used_at < before or len(self._hosts) > MOST_HOSTS
            if is_old and not host.under_way:
                unused.append(self._hosts.pop(key))
        # Closing lets others go on meanwhile, so these are taken out before.
        for host in unused:
            await host.pool.aclose()


class _Body(httpx.AsyncByteStream):
    """The body of an answer, as it comes in."""

    def __init__(self, answer: httpcore.Response, closed: Callable[[], None]) -> None:
        self._answer = answer
        self._closed: Callable[[], None] | None = closed

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the body's parts."""
        assert isinstance(self._answer.stream, AsyncIterable)  # noqa: S101 # for mypy
        with pool_errors_as_httpx():
            async for part in self._answer.stream:
                yield part

    async def aclose(self) -> None:
        """Give the connection back to its pool, once."""
        closed, self._closed = self._closed, None
        if closed:
            try:
                await self._answer.aclose()
            finally:
                closed()


@contextmanager
def pool_errors_as_httpx() -> Iterator[None]:
    """Raise httpx's error of the same name (a test holds that there is one for each)."""
    try:
        yield
    except POOL_ERRORS as error:
        twin: type[httpx.TransportError] = getattr(httpx, type(error).__name__)
        raise twin(str(error)) from error
