"""The one HTTP client, and where it may connect.

A name is resolved once, every address it has is looked at, and the connection goes to one of those
very addresses, so that no DNS answer can lead our tokens into somebody's own network. Nothing of
httpx is patched: its transport has no place for a network backend, so a small one stands in
pools.py, around the public connection pool of httpcore.
"""

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from functools import partial
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib.metadata import version
from ipaddress import ip_address

import httpcore2 as httpcore
import httpx2 as httpx

from robot.portal.pools import KEEPALIVE_EXPIRY, Pools
from robot.portal.resolver import Resolver
from robot.protocol.endpoints import is_named, is_public, unmapped

# A Bitrix24 call may take 60 s before the portal ends it itself; the rest is for the way.
TIMEOUT = httpx.Timeout(connect=10.0, read=65.0, write=10.0, pool=5.0)  # seconds
MAX_CONNECTIONS = 100  # to one host
ADDRESSES_TRIED = 4  # of one name, one after the other; they share the time to connect
# httpx logs each URL at INFO, and some of Bitrix24's carry a token; httpcore logs headers.
LOGGERS_OF_URLS = ("httpx2", "httpcore2")

Resolve = Callable[[str, int], Awaitable[list[str]]]


class NotPublicError(OSError):
    """Why there was no connection: the name leads into somebody's own network."""


def open_client(
    *,
    loopback: bool,
    private_hosts: frozenset[str],
    timeout: httpx.Timeout = TIMEOUT,
    tls: ssl.SSLContext | None = None,
    resolve: Resolve | None = None,
) -> httpx.AsyncClient:
    """Return the client for all portals and authorization servers; close it with `async with`.

    Where it must not connect it raises httpx.ConnectError (an httpx.TransportError) with the
    remedy in the text, before anything was sent. `loopback` allows this machine, `private_hosts`
    names the hosts that may have any address. `tls` replaces the system's certificate authorities.
    """
    for name in LOGGERS_OF_URLS:
        logging.getLogger(name).setLevel(logging.WARNING)
    open_pool = partial(
        httpcore.AsyncConnectionPool,
        ssl_context=tls or httpx.create_ssl_context(),  # SSL_CERT_FILE counts
        max_connections=MAX_CONNECTIONS,
        max_keepalive_connections=MAX_CONNECTIONS,
        keepalive_expiry=KEEPALIVE_EXPIRY,
        network_backend=CheckedBackend(loopback, private_hosts, resolve or Resolver()),
    )
    return httpx.AsyncClient(
        transport=Pools(open_pool),
        timeout=timeout,
        trust_env=False,
        follow_redirects=False,
        headers={"User-Agent": f"Linkrobot/{version('linkrobot')}", "Accept-Encoding": "gzip"},
        # A PHP session's cookie would make the portal answer our parallel calls one by one.
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
    )


class CheckedBackend(httpcore.AsyncNetworkBackend):
    """Connects to addresses that it has looked at, and to no others."""

    def __init__(self, loopback: bool, private_hosts: frozenset[str], resolve: Resolve) -> None:
        self._loopback = loopback
        self._private_hosts = private_hosts
        self._resolve = resolve
        self._sockets = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 # httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address that answers; TLS is still made with the name."""
        try:
            async with asyncio.timeout(timeout):
                addresses = await self._checked_addresses(host, port)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(f"{host} was not resolved in time") from error
        share = None if timeout is None else timeout / len(addresses)
        connect = partial(
            self._sockets.connect_tcp,
            port=port,
            timeout=share,
            local_address=local_address,
            socket_options=socket_options,
        )
        *others, last = addresses
        for address in others:
            with suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                return await connect(address)
        try:
            return await connect(last)
        except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
            text = f"no connection to {host}, port {port}: {error}"
            raise type(error)(text) from error

    async def _checked_addresses(self, host: str, port: int) -> list[str]:
        try:
            addresses = await self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"{host} is not known to the DNS: {error}") from error
        if not addresses:
            raise httpcore.ConnectError(f"{host} has no address")
        try:
            self._check(host, addresses)
        except NotPublicError as error:
            raise httpcore.ConnectError(str(error)) from error
        return addresses[:ADDRESSES_TRIED]

    def _check(self, host: str, addresses: list[str]) -> None:
        """Refuse the host when one address alone is wrong: the next answer may be that one."""
        if is_named(host, self._private_hosts):
            return
        found = [unmapped(ip_address(address)) for address in addresses]
        if self._loopback and all(address.is_loopback for address in found):
            return
        for address in found:
            if not is_public(address):
                raise NotPublicError(
                    f"{host} has the address {address}, which is not in the public internet, so "
                    "nothing was sent. If this is your own self-hosted portal, name its host in "
                    "LINKROBOT_PRIVATE_PORTALS."
                )
