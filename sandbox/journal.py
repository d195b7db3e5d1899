"""What happened on a portal, in order, for those who watch it. Never holds a token."""

import asyncio
import time
from typing import Any


class Journal:
    """Events numbered from 1; `read` waits for news."""

    def __init__(self) -> None:
        self._events: list[dict[str, Any]] = []
        self._news = asyncio.Event()
        self._ended = False

    def end(self) -> None:
        """Nobody waits for news any more: the sandbox stops."""
        self._ended = True
        self._news.set()

    def add(self, kind: str, **fields: Any) -> None:
        number = len(self._events) + 1
        self._events.append({"n": number, "at": time.time(), "kind": kind, **fields})
        self._news.set()
        self._news = asyncio.Event()

    async def read(self, *, after: int, wait: float) -> dict[str, Any]:
        """The events after number `after`; waits up to `wait` seconds for the first.

        A negative `after` means so many of the last ones.
        """
        if after < 0:
            after = max(0, len(self._events) + after)
        deadline = time.monotonic() + wait
        while not self._ended and len(self._events) <= after:
            if (left := deadline - time.monotonic()) <= 0:
                break
            try:
                async with asyncio.timeout(left):
                    await self._news.wait()
            except TimeoutError:
                break
        return {"events": self._events[after:], "last": len(self._events)}
