"""The client over real sockets: it connects where it may, and says why where it may not."""

import asyncio
import gzip
import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib.metadata import version

import httpx2 as httpx
import pytest

from robot.portal import network

NONE: frozenset[str] = frozenset()
PRIVATE = frozenset({"crm.example.lan"})
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"


@pytest.fixture
def anyio_backend() -> str:
    """Run the async tests on asyncio, as the app does."""
    return "asyncio"


pytestmark = pytest.mark.anyio


@dataclass
class Server:
    """A web server that gives every request one answer, and remembers what it got."""

    port: int
    connections: list[str] = field(default_factory=list)  # the address that was connected to
    requests: list[bytes] = field(default_factory=list)  # heads


@asynccontextmanager
async def serving(
    answer: bytes = OK + b"\r\n{}", *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> AsyncIterator[Server]:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.connections.append(writer.get_extra_info("sockname")[0])
        try:
            while True:
                seen.requests.append(await reader.readuntil(b"\r\n\r\n"))
                writer.write(answer)
                if b"Content-Length: 2\r\n" not in answer:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(talk, host, 0, ssl=tls)
    seen = Server(port=server.sockets[0].getsockname()[1])
    async with server:
        yield seen


@dataclass
class Names:
    """A resolver: hands out the prepared answers in turn, the last one for ever."""

    answers: list[list[str]]
    asked: list[str] = field(default_factory=list)

    async def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        return self.answers[min(len(self.asked), len(self.answers)) - 1]


def client(
    *addresses: str, loopback: bool = False, private_hosts: frozenset[str] = NONE
) -> httpx.AsyncClient:
    return network.open_client(
        loopback=loopback, private_hosts=private_hosts, resolve=Names([list(addresses)])
    )


# Mapped, NAT64, 6to4, Teredo, unique local, link local; then IPv4's special ranges. More of them
# stand in tests/protocol/test_endpoints.py.
NOT_PUBLIC = """
    ::1 ::ffff:127.0.0.1 ::ffff:10.0.0.5 64:ff9b::7f00:1 64:ff9b:1::a00:1 2002:7f00:1:: 2001::1
    fd00:ec2::254 fe80::1%lo 0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 169.254.169.254 192.0.0.192
    203.0.113.9 224.0.0.1
"""


@pytest.mark.parametrize("addresses", [*map(str.split, NOT_PUBLIC.split()), ["8.8.8.8", "::1"]])
async def test_a_public_name_with_other_addresses_is_refused(addresses: list[str]) -> None:
    async with serving() as server, client(*addresses) as http:
        with pytest.raises(httpx.TransportError, match=r"acme\.example has the addr") as refusal:
            await http.get(f"http://acme.example:{server.port}/rest/")

    assert "LINKROBOT_PRIVATE_PORTALS" in str(refusal.value)
    assert not server.connections


async def test_a_refused_name_stays_refused_while_loopback_is_allowed() -> None:
    async with client("127.0.0.1", "10.0.0.5", loopback=True) as http:
        with pytest.raises(httpx.ConnectError, match="not in the public internet"):
            await http.get("http://acme.example/rest/")


async def test_the_systems_resolver_is_asked_and_checked() -> None:
    http = network.open_client(loopback=False, private_hosts=NONE)
    async with serving() as server, http:
        for host in ("localhost", "127.0.0.1", "127.1", "[::ffff:127.0.0.1]"):
            with pytest.raises(httpx.ConnectError, match="not in the public internet"):
                await http.get(f"http://{host}:{server.port}/")

    assert not server.connections


async def test_loopback_is_reached_when_allowed() -> None:
    async with serving() as server, network.open_client(loopback=True, private_hosts=NONE) as http:
        for host in ("localhost", "127.0.0.1"):
            assert (await http.get(f"http://{host}:{server.port}/rest/")).text == "{}"


async def test_a_private_portal_may_have_any_address() -> None:
    async with serving() as server, client("127.0.0.1", private_hosts=PRIVATE) as http:
        assert (await http.get(f"http://CRM.example.lan:{server.port}/")).status_code == 200
        with pytest.raises(httpx.ConnectError):
            await http.get(f"http://other.example.lan:{server.port}/")


async def test_the_connection_goes_to_the_checked_address_and_the_name_is_asked_once() -> None:
    names = Names([["127.0.0.2"], ["127.0.0.1"]])
    http = network.open_client(loopback=True, private_hosts=NONE, resolve=names)
    async with serving(host="127.0.0.2") as server, http:
        for _ in range(3):
            await http.get(f"http://acme.example:{server.port}/")

    assert names.asked == ["acme.example"]
    assert server.connections == ["127.0.0.2"]
    assert f"Host: acme.example:{server.port}".encode() in server.requests[0]


async def test_the_next_address_is_tried_when_one_does_not_answer() -> None:
    async with (
        serving(host="127.0.0.2") as server,
        client("127.0.0.3", "127.0.0.2", loopback=True) as http,
    ):
        assert (await http.get(f"http://acme.example:{server.port}/")).status_code == 200


async def test_a_redirect_is_not_followed() -> None:
    async with serving() as target:
        moved = f"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{target.port}/\r\n"
        async with (
            serving(moved.encode() + b"Content-Length: 2\r\n\r\n{}") as server,
            client("127.0.0.1", loopback=True) as http,
        ):
            answer = await http.get(f"http://acme.example:{server.port}/")

    assert answer.status_code == 302
    assert not target.connections


async def test_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving() as proxy, serving() as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        async with client("127.0.0.1", loopback=True) as http:
            await http.get(f"http://acme.example:{server.port}/rest/")

    assert not proxy.connections
    assert server.requests[0].startswith(b"GET /rest/ HTTP/1.1\r\n")


async def test_a_request_names_linkrobot_takes_gzip_and_keeps_no_cookies() -> None:
    body = gzip.compress(b'{"result": true}')
    head = b"HTTP/1.1 200 OK\r\nSet-Cookie: PHPSESSID=1\r\nContent-Encoding: gzip\r\n"
    async with (
        serving(head + b"Content-Length: %d\r\n\r\n" % len(body) + body) as server,
        client("127.0.0.1", loopback=True) as http,
    ):
        answers = [await http.get(f"http://acme.example:{server.port}/") for _ in range(2)]

    assert answers[1].json() == {"result": True}
    assert f"User-Agent: Linkrobot/{version('linkrobot')}".encode() in server.requests[1]
    assert b"Accept-Encoding: gzip\r\n" in server.requests[1]
    assert b"Cookie" not in server.requests[1]


async def test_no_url_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with serving() as server, client("127.0.0.1", loopback=True) as http:
        await http.get(f"http://acme.example:{server.port}/rest/app.info?auth=s3cret")

    assert "s3cret" not in caplog.text
    assert not [record for record in caplog.records if record.name.startswith("http")]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        pytest.param(b"", httpx.RemoteProtocolError, id="hangs up without a word"),
        pytest.param(b"Hello\r\n\r\n", httpx.RemoteProtocolError, id="speaks no HTTP"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{",
            httpx.RemoteProtocolError,
            id="hangs up within the body",
        ),
    ],
)
async def test_a_broken_answer_is_httpxs_error(
    answer: bytes, error: type[httpx.TransportError]
) -> None:
    async with serving(answer) as server, client("127.0.0.1", loopback=True) as http:
        with pytest.raises(error):
            await http.get(f"http://acme.example:{server.port}/")


async def test_a_refused_connection_and_an_unknown_name_are_connect_errors() -> None:
    async def unknown(host: str, port: int) -> list[str]:
        raise OSError("no such name")

    async with serving() as server:
        pass  # closed again, so that nobody listens at its port
    async with client("127.0.0.1", loopback=True) as http:
        with pytest.raises(httpx.ConnectError, match=r"no connection to acme\.example"):
            await http.get(f"http://acme.example:{server.port}/")
    async with network.open_client(loopback=True, private_hosts=NONE, resolve=unknown) as http:
        with pytest.raises(httpx.ConnectError, match="not known to the DNS"):
            await http.get("http://acme.example/")


async def test_a_name_server_that_does_not_answer_is_a_connect_timeout() -> None:
    async def silent(host: str, port: int) -> list[str]:
        await asyncio.Event().wait()
        return []

    http = network.open_client(
        loopback=True, private_hosts=NONE, timeout=httpx.Timeout(0.05), resolve=silent
    )
    async with http:
        with pytest.raises(httpx.ConnectTimeout, match="not resolved in time"):
            await http.get("http://acme.example/")
