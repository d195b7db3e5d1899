"""The server's connections: uvicorn's, with the limits that uvicorn does not set.

uvicorn waits for ever for a request, keeps as much of its head as comes, and queues all that is
sent before the answer. Here a request arrives within a time and a size, one after the other. Where
too many stand around without one, whoever has done so for longest makes room: a good call gets in
however many slow ones there are.
"""

import asyncio
import resource
import time
from typing import Any, Protocol

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from robot.logs import get_logger
from robot.protocol.forms import MAX_BYTES

ARRIVES_WITHIN = 15.0  # seconds for a whole request; READ_WITHIN answers a slow body before
LAST_CALL = 1.0  # seconds, once the server stops
# With as much as each may send they hold about 320 MB.
MOST = 4_096  # connections, and at most half of the files that may be open
MAX_HEAD = 16 * 1024  # bytes of an address and its header lines
# As it is on the wire: a body may come in many small pieces, with lines of its own.
MAX_REQUEST = MAX_HEAD + 2 * MAX_BYTES
TOLD_EVERY = 60.0  # seconds

log = get_logger()


class Closable(Protocol):
    """What can be ended at once."""

    def abort(self) -> None:
        """Close the connection; what was not sent yet is lost."""


class Places:
    """Connections without a whole request, the longest one first, and how long they may be so."""

    def __init__(self, *, most: int = MOST, arrives_within: float = ARRIVES_WITHIN) -> None:
        files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        self._most = most if files == resource.RLIM_INFINITY else min(most, files // 2)
        self._arrives_within = arrives_within
        self._since: dict[Closable, float] = {}  # monotonic seconds
        self._timer: asyncio.TimerHandle | None = None
        self._told_at = -TOLD_EVERY

    def take(self, connection: Closable) -> None:
        """It waits for a request from now on, if it does not already."""
        self._since.setdefault(connection, time.monotonic())
        if self._timer is None:
            self._look_in(self._arrives_within)

    def leave(self, connection: Closable) -> None:
        """Its request is whole, or it is gone."""
        self._since.pop(connection, None)

    def make_room(self, open_connections: int) -> None:
        """End the connection that has waited longest, where there are too many."""
        if open_connections <= self._most:
            return
        now = time.monotonic()
        if now - self._told_at >= TOLD_EVERY:
            self._told_at = now
            log.warning("connections.full", open=open_connections)
        self._end(next(iter(self._since)))

    def hurry(self) -> None:
        """The server stops, and the slow shall not delay it: each has a moment from now on."""
        if self._arrives_within > LAST_CALL:
            self._arrives_within = LAST_CALL
            self._since = dict.fromkeys(self._since, time.monotonic())
            if self._timer:
                self._timer.cancel()
            self._look()

    def _look_in(self, seconds: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, self._look)

    def _look(self) -> None:
        self._timer = None
        now = time.monotonic()
        while self._since:
            connection, since = next(iter(self._since.items()))
            if since + self._arrives_within > now:
                self._look_in(since + self._arrives_within - now)
                return
            self._end(connection)

    def _end(self, connection: Closable) -> None:
        del self._since[connection]
        connection.abort()


class Connection(HttpToolsProtocol):
    """One connection; the lifespan's state holds the places that all of them share."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._places: Places = self.app_state["places"]
        self._bytes = 0  # of the request that is arriving
        self._most_bytes = MAX_HEAD

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody connected."""
        super().connection_made(transport)
        self._places.take(self)
        self._places.make_room(len(self.connections))

    def connection_lost(self, exc: Exception | None) -> None:
        """It is closed, by whomever."""
        super().connection_lost(exc)
        self._places.leave(self)

    def abort(self) -> None:
        """Close it at once, also where nobody takes what was sent."""
        self.transport.abort()

    def shutdown(self) -> None:
        """The server stops; what is being answered or arrives at once is still answered."""
        super().shutdown()
        self._places.hurry()

    def data_received(self, data: bytes) -> None:
        """Bytes of a request, or of several."""
        self._bytes += len(data)
        super().data_received(data)
        if self._bytes > self._most_bytes and not self.transport.is_closing():
            self._refuse()

    def on_message_begin(self) -> None:
        """A request begins; raising refuses it."""
        is_answered = self.cycle is None or self.cycle.response_complete
        # More comes before the answer was taken: nothing that Bitrix24 or a proxy does.
        _demand(is_answered and not self.transport.get_write_buffer_size())
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head is there; raising refuses it."""
        if self._bytes > MAX_HEAD:
            lines = (len(name) + len(value) for name, value in self.headers)
            _demand(len(self.url) + sum(lines) <= MAX_HEAD)
        self._most_bytes = MAX_REQUEST
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is whole; another may follow its answer."""
        super().on_message_complete()
        self._bytes, self._most_bytes = 0, MAX_HEAD
        self._places.leave(self)
        if self.cycle.response_complete:
            self._places.take(self)

    def on_response_complete(self) -> None:
        """The answer is written: it has to be taken, or another request to come, in time."""
        super().on_response_complete()
        self._places.take(self)

    def _refuse(self) -> None:
        if self._most_bytes == MAX_HEAD:
            self.send_400_response("The request is too large.")
        else:  # it may have been answered already
            self.transport.close()


def _demand(is_fit: bool) -> None:
    """The parser turns this into 400, and the connection is closed."""
    if not is_fit:
        raise ValueError("not a request that this server takes")
