"""A call over real sockets on bad days: it ends within a limit, and says what a person can mend."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2 as httpx
import pytest

from robot.errors import NotExecutedError, OutcomeUnknownError, PortalError
from robot.portal import client, network
from robot.portal.client import send
from robot.protocol.answers import Answer
from robot.protocol.calls import Call
from tests.portal.portal_rig import pair, verifier
from tests.portal.test_network_tls import certificate  # noqa: F401 # a fixture
from tests.portal.tls_rig import serving as serving_tls

pytestmark = pytest.mark.anyio
GET = Call("crm.documentgenerator.document.get", {"id": 5})
ANSWER = b'{"result": {"document": {"id": "5"}}}'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture
def anyio_backend() -> str:
    """Run the async tests on asyncio, as the app does."""
    return "asyncio"


@pytest.fixture
def short_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """A whole call may take half a second."""
    monkeypatch.setattr(client, "WHOLE_CALL", 0.5)


def reset(writer: asyncio.StreamWriter) -> None:
    """End the connection with RST, not FIN."""
    linger = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()


def after(sent: bytes) -> Talk:
    """The request is read, so much is answered, then the connection is reset."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"}")
        writer.write(sent)
        await writer.drain()
        await asyncio.sleep(0.01)  # what was sent is on its way
        reset(writer)

    return talk


async def at_once(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    reset(writer)


def trickling(first: bytes, drop: bytes) -> Talk:
    """After the beginning a few bytes at a time, for ever."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"}")
        writer.write(first)
        while not writer.is_closing():
            writer.write(drop)
            await writer.drain()
            await asyncio.sleep(0.02)

    return talk


async def silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    while await reader.read(65_536):
        pass


@asynccontextmanager
async def portal(talk: Talk) -> AsyncIterator[int]:
    """A server that talks to each connection; yields its port."""

    async def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(begin, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def this_machine(_host: str, _port: int) -> list[str]:
    return ["127.0.0.1"]


def opened(*, loopback: bool = True, resolve: network.Resolve = this_machine) -> httpx.AsyncClient:
    return network.open_client(loopback=loopback, private_hosts=frozenset(), resolve=resolve)


async def failure(
    port: int, *, scheme: str = "http", http: httpx.AsyncClient | None = None
) -> PortalError:
    async with http or opened() as asking:
        with pytest.raises(PortalError) as caught:
            await send(asking, f"{scheme}://acme.example:{port}/rest/", GET, access_token="t")
    return caught.value


@pytest.mark.usefixtures("short_calls")
@pytest.mark.parametrize(
    "talk",
    [
        pytest.param(at_once, id="reset before the request was read"),
        pytest.param(after(b""), id="reset after the request"),
        pytest.param(after(b"HTTP/1.1 200 OK\r\nConte"), id="reset within the head"),
        pytest.param(after(HEAD % 100 + ANSWER[:9]), id="reset within the body"),
        pytest.param(trickling(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"), id="a head without end"),
        pytest.param(trickling(HEAD % 10**9, b" "), id="a body that trickles for ever"),
        pytest.param(silent, id="no answer at all"),
    ],
)
async def test_a_call_that_gets_no_whole_answer_ends_with_its_outcome_unknown(talk: Talk) -> None:
    async with portal(talk) as port, asyncio.timeout(60):
        assert type(await failure(port)) is OutcomeUnknownError


@pytest.mark.usefixtures("short_calls")
async def test_an_authorization_server_that_trickles_holds_nobody_up_for_ever() -> None:
    async with portal(trickling(HEAD % 10**9, b" ")) as port, opened() as http:
        asking = verifier(http, servers=(f"http://acme.example:{port}",))
        async with asyncio.timeout(60):
            with pytest.raises(OutcomeUnknownError):
                await asking.identify("made-up}")
            with pytest.raises(OutcomeUnknownError):
                await asking.renew(
                    pair("made-up}"), member_id="a" * 32, client_id="local.5c8bb1b0891cf2.87252039"
                )


@pytest.mark.parametrize("content_type", ["text/html", "text/plain; charset=x", "image/png", ""])
async def test_the_bytes_count_and_not_what_they_are_called(content_type: str) -> None:
    async def answer(request: httpx.Request) -> httpx.Response:
        body = ANSWER if request.url.path.startswith("/rest/") else b"<html>"
        return httpx.Response(200, content=body, headers={"content-type": content_type})

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        found = await send(http, "https://acme.bitrix24.com/rest/", GET)
        with pytest.raises(OutcomeUnknownError):
            await send(http, "https://acme.bitrix24.com/page/", GET)

    assert isinstance(found, Answer)


async def test_a_portal_that_is_not_there_is_told_as_such() -> None:
    async with portal(silent) as port:
        pass  # closed again, so that nobody listens at its port

    found = await failure(port)

    assert isinstance(found, NotExecutedError)
    assert found.text == "no connection: it refuses connections"


async def test_a_name_that_the_dns_does_not_know_is_told_as_such() -> None:
    async def unknown(_host: str, _port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    found = await failure(443, http=opened(resolve=unknown))

    assert isinstance(found, NotExecutedError)
    assert "the DNS does not know its name" in found.text


async def test_an_address_that_is_not_public_is_told_with_the_setting_that_allows_it() -> None:
    found = await failure(443, http=opened(loopback=False))

    assert isinstance(found, NotExecutedError)
    assert "LINKROBOT_PRIVATE_PORTALS" in found.text


async def test_a_certificate_that_is_not_valid_is_told_as_such(
    certificate: Path,  # noqa: F811
) -> None:
    async with serving_tls(certificate) as port:
        found = await failure(port, scheme="https")

    assert isinstance(found, NotExecutedError)
    assert "its certificate is not valid" in found.text


async def test_a_server_without_tls_is_told_as_such() -> None:
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async with portal(plain) as port:
        found = await failure(port, scheme="https")

    assert isinstance(found, NotExecutedError)
    assert "TLS" in found.text
