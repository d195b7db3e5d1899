"""Each host has connections of its own: none of them delays or burdens another's requests."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpcore2 as httpcore
import httpx2 as httpx
import pytest

from robot.portal import pools
from robot.portal.pools import Pools

pytestmark = pytest.mark.anyio
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@pytest.fixture
def anyio_backend() -> str:
    """Run the async tests on asyncio, as the app does."""
    return "asyncio"


class Stream(httpcore.AsyncNetworkStream):
    """A connection whose every request is answered, once its host speaks."""

    def __init__(self, network: "Network", host: str) -> None:
        self._network, self._host = network, host

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        """Answer, or be silent."""
        if self._host in self._network.silent:
            await asyncio.Event().wait()
        return OK

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        """Take all."""

    async def aclose(self) -> None:
        """Closed by us; others go on meanwhile."""
        await asyncio.sleep(0)
        self._network.open.remove(self._host)

    def get_extra_info(self, info: str) -> object:
        """Nothing came unasked."""
        return False if info == "is_readable" else None


@dataclass
class Network(httpcore.AsyncNetworkBackend):
    """Hosts to connect to."""

    silent: set[str] = field(default_factory=set)
    open: list[str] = field(default_factory=list)  # the host of each connection

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect."""
        self.open.append(host)
        return Stream(self, host)


@asynccontextmanager
async def client(
    network: Network, clock: Callable[[], float] = lambda: 0.0
) -> AsyncIterator[httpx.AsyncClient]:
    transport = Pools(
        lambda: httpcore.AsyncConnectionPool(network_backend=network, max_connections=100),
        clock=clock,
    )
    async with httpx.AsyncClient(transport=transport, timeout=5) as http:
        yield http


async def ask(http: httpx.AsyncClient, host: str) -> int:
    return (await http.get(f"http://{host}/rest/")).status_code


async def test_silent_portals_delay_no_other() -> None:
    network = Network(silent={f"silent-{n}" for n in range(50)})
    async with client(network) as http:
        silent = [asyncio.create_task(ask(http, host)) for host in network.silent for _ in range(4)]
        await asyncio.sleep(0)

        assert await asyncio.wait_for(ask(http, "acme"), 60) == 200
        for task in silent:
            task.cancel()
        await asyncio.wait(silent)


async def test_a_request_uses_a_connection_that_is_open() -> None:
    network = Network()
    async with client(network) as http:
        assert [await ask(http, "acme") for _ in range(3)] == [200] * 3

    assert network.open == []  # it had one, which was closed at the end


async def test_a_host_that_was_not_used_for_long_is_closed_by_others_requests() -> None:
    network, now = Network(), [0.0]
    async with client(network, lambda: now[0]) as http:
        await ask(http, "old")
        now[0] = pools.KEEPALIVE_EXPIRY + 1
        await ask(http, "acme")

        assert network.open == ["acme"]


async def test_connections_are_kept_to_so_many_hosts_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pools, "MOST_HOSTS", 3)
    network = Network()
    async with client(network) as http:
        for n in range(20):
            await ask(http, f"portal-{n}")

        assert len(network.open) <= 4
        assert "portal-19" in network.open


async def test_beyond_the_limit_over_all_hosts_nothing_is_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pools, "MOST_UNDER_WAY", 2)
    network = Network(silent={"silent"})
    async with client(network) as http:
        silent = [asyncio.create_task(ask(http, "silent")) for _ in range(2)]
        await asyncio.sleep(0)

        with pytest.raises(httpx.PoolTimeout):
            await http.get("http://acme/", timeout=httpx.Timeout(5, pool=0.01))
        for task in silent:
            task.cancel()
        await asyncio.wait(silent)

        assert await ask(http, "acme") == 200  # their places are free again


async def test_hosts_that_are_closed_while_others_come_are_closed_once() -> None:
    network, now = Network(), [0.0]
    async with client(network, lambda: now[0]) as http:
        for n in range(8):
            await ask(http, f"old-{n}")
        now[0] = pools.KEEPALIVE_EXPIRY + 1

        hosts = [f"new-{n}" for n in range(4)] + [f"old-{n}" for n in range(8)]
        found = await asyncio.gather(*(ask(http, host) for host in hosts))

        assert found == [200] * 12
        assert sorted(network.open) == sorted(hosts)
