"""The server's connections, over real sockets: who is slow, greedy or impatient loses its place."""

import asyncio

import pytest

from handlers.connections import MAX_HEAD, MAX_REQUEST
from tests.handlers.server_rig import PATIENCE, SHORT, Client, connected, serving, until

pytestmark = pytest.mark.anyio
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n"
CHUNKED = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.fixture
def anyio_backend() -> str:
    """Run the async tests on asyncio, as the app does."""
    return "asyncio"


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"POST / HT", id="half a line"),
        pytest.param(b"POST / HTTP/1.1\r\nHost: x\r\n", id="half a head"),
        pytest.param(POST + b"a", id="half a body"),
        pytest.param(CHUNKED + b"1\r\na\r\n", id="half a body in pieces"),
        pytest.param(CHUNKED + b"0\r\nTrailer: x", id="half a trailer"),
    ],
)
async def test_a_request_that_does_not_arrive_in_time_loses_its_connection(sent: bytes) -> None:
    async with serving() as server, connected(server) as client:
        await client.send(sent)

        assert b" 200 " not in await client.rest()


async def test_a_byte_now_and_then_wins_no_time() -> None:
    async with serving() as server, connected(server) as client:
        drip = asyncio.create_task(dripping(client))
        assert await client.rest() == b""
        drip.cancel()


async def dripping(client: Client) -> None:
    for byte in POST:
        await client.send(bytes([byte]))
        await asyncio.sleep(SHORT / 10)


async def test_an_answered_request_wins_no_time_for_the_rest_of_its_body() -> None:
    async with serving() as server, connected(server) as client:
        await client.send(POST.replace(b"POST /", b"POST /unread") + b"a")

        assert b"413" in await client.answer()
        assert await client.rest() == b""


async def test_after_an_answer_the_next_request_must_arrive_in_time_too() -> None:
    async with serving() as server, connected(server) as client:
        await client.send(GET)
        assert await client.answer() == b"HTTP/1.1 200 OK got "
        await client.send(GET[:5])

        assert await client.rest() == b""


async def test_an_answer_that_nobody_takes_is_dropped() -> None:
    async with serving() as server, connected(server) as client:
        await client.send(GET.replace(b"GET /", b"GET /large"))

        await until(lambda: server.server_state.total_requests == 1)
        await until(lambda: server.open == 0)


async def test_our_own_work_may_take_longer() -> None:
    async with serving() as server, connected(server) as client:
        await client.send(GET.replace(b"GET /", b"GET /long"))

        assert await client.answer() == b"HTTP/1.1 200 OK at last"


async def test_requests_one_after_the_other_are_answered_on_one_connection() -> None:
    async with serving(arrives_within=PATIENCE) as server, connected(server) as client:
        for body in (b"abc", b"def", b"ghi"):
            await client.send(POST + body[:1])
            await client.send(body[1:] + b"\r\n")  # some clients send a line break too many

            assert await client.answer() == b"HTTP/1.1 200 OK got " + body


async def test_where_all_places_are_taken_whoever_waited_longest_makes_room() -> None:
    async with serving(most=8, arrives_within=PATIENCE) as server:
        slow = [await Client.connect(server) for _ in range(40)]
        for client in slow:
            await client.send(POST)
        async with connected(server) as good:
            await good.send(POST + b"abc")
            assert await good.answer() == b"HTTP/1.1 200 OK got abc"

        assert server.open <= 8
        assert [await client.rest() for client in slow[:32]] == [b""] * 32
        await slow[-1].send(b"end")
        assert await slow[-1].answer() == b"HTTP/1.1 200 OK got end", "it was among the newest"
        for client in slow:
            client.close()


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"GET /" + b"a" * 2 * MAX_HEAD, id="an endless address"),
        pytest.param(GET[:-2] + b"X: " + b"a" * 2 * MAX_HEAD, id="an endless line"),
        pytest.param(GET[:-2] + b"X: a\r\n" * MAX_HEAD, id="endless lines"),
        pytest.param(GET[:-2] + b"X: a\r\n" * MAX_HEAD + b"\r\n", id="too many lines"),
        pytest.param(CHUNKED + b"0\r\n" + b"X: a\r\n" * MAX_REQUEST, id="endless trailers"),
        pytest.param(CHUNKED + b"1;" + b"x" * 2 * MAX_REQUEST, id="an endless extension"),
        pytest.param(GET * 2, id="two at once"),
        pytest.param(GET * 5_000, id="very many at once"),
        pytest.param(POST + b"abc" + GET, id="one more than announced"),
    ],
)
async def test_what_is_too_much_is_refused_at_once(sent: bytes) -> None:
    async with serving(arrives_within=PATIENCE) as server, connected(server) as client:
        send = asyncio.create_task(client.send(sent))
        got = await client.rest()
        await asyncio.gather(send, return_exceptions=True)

        assert not got or b" 400 " in got.split(b"\r\n")[0]


async def test_a_full_head_and_a_full_body_fit() -> None:
    line = b"X: " + b"a" * (MAX_HEAD - 200) + b"\r\n"
    body = b"b" * 64 * 1024
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 65536\r\n" + line + b"\r\n"
    async with serving(arrives_within=PATIENCE) as server, connected(server) as client:
        await client.send(head + body)

        assert await client.answer() == b"HTTP/1.1 200 OK got " + body


async def test_a_stop_waits_for_answers_and_not_for_the_slow() -> None:
    async with serving(arrives_within=PATIENCE) as server, connected(server) as slow:
        await slow.send(POST)
        async with connected(server) as good, connected(server) as late:
            await good.send(GET.replace(b"GET /", b"GET /long"))
            await late.send(POST)
            await until(lambda: len(server.server_state.tasks) == 3)
            server.should_exit = True
            await late.send(b"abc")

            assert await good.answer() == b"HTTP/1.1 200 OK at last"
            assert await late.answer() == b"HTTP/1.1 200 OK got abc"
            assert await slow.rest() == b""
