"""A server of a test's own, with the app's connections; and clients with no manners."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from handlers.connections import Connection, Places

SHORT = 0.3  # seconds for a request to arrive
PATIENCE = 60.0  # seconds; nothing here takes so long


class Server(uvicorn.Server):
    """A server of a test's own; signals are pytest's."""

    def __init__(self, places: Places) -> None:
        @asynccontextmanager
        async def lifespan(_app: Starlette) -> AsyncIterator[dict[str, Places]]:
            yield {"places": places}

        routes = [
            Route("/", echo, methods=["GET", "POST"]),
            Route("/long", long, methods=["GET"]),
            Route("/large", large, methods=["GET"]),
            Route("/unread", unread, methods=["POST"]),
        ]
        app = Starlette(routes=routes, lifespan=lifespan)
        super().__init__(uvicorn.Config(app, http=Connection, ws="none", log_config=None))
        self.port = 0

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    @property
    def open(self) -> int:
        """How many connections there are."""
        return len(self.server_state.connections)


async def echo(request: Request) -> Response:
    try:
        return Response(b"got " + await request.body())
    except ClientDisconnect:
        return Response()


async def long(_request: Request) -> Response:
    await asyncio.sleep(2 * SHORT)
    return PlainTextResponse("at last")


async def large(_request: Request) -> Response:
    return Response(b"x" * 32 * 1024 * 1024)


async def unread(_request: Request) -> Response:
    return PlainTextResponse("not read", status_code=413)


@asynccontextmanager
async def serving(*, most: int = 100, arrives_within: float = SHORT) -> AsyncIterator[Server]:
    server = Server(Places(most=most, arrives_within=arrives_within))
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server.port = listener.getsockname()[1]
        task = asyncio.create_task(server.serve([listener]))
        await until(lambda: server.started)
        try:
            yield server
        finally:
            server.should_exit = True
            await task


async def until(look: Callable[[], bool]) -> None:
    """Wait for it."""
    for _ in range(round(PATIENCE / 0.01)):
        if look():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


class Client:
    """One connection to it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def connect(cls, server: Server) -> "Client":
        """Connect to it."""
        return cls(*await asyncio.open_connection("127.0.0.1", server.port))

    async def send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def answer(self) -> bytes:
        """The status line and the body of one answer."""
        async with asyncio.timeout(PATIENCE):
            head = await self._reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
            return head.split(b"\r\n")[0] + b" " + await self._reader.readexactly(length)

    async def rest(self) -> bytes:
        """Everything until the server closes the connection."""
        got = b""
        async with asyncio.timeout(PATIENCE):
            try:
                while data := await self._reader.read(65_536):
                    got += data
            except ConnectionError:
                pass
        return got

    def close(self) -> None:
        self._writer.close()


@asynccontextmanager
async def connected(server: Server) -> AsyncIterator[Client]:
    client = await Client.connect(server)
    try:
        yield client
    finally:
        client.close()
