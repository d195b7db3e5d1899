"""What happened on a portal, in order, for those who watch it. Never holds a token."""

import asyncio
import time
from typing import Any


class Journal:
    """Events numbered from 1; `read` waits for news."""

    def __init__(self) -> None:
        self._events: list[dict[str, Any]] = []
        self._changes = 0  # of what no event tells: deals that are added, settings, faults
        self._news = asyncio.Event()
        self._ended = False

    def add(self, kind: str, **fields: Any) -> None:
        number = len(self._events) + 1
        self._events.append({"n": number, "at": time.time(), "kind": kind, **fields})
        self._wake()

    def note_change(self) -> None:
        """The control plane changed something."""
        self._changes += 1
        self._wake()

    def end(self) -> None:
        """Nobody waits for news any more: the sandbox stops."""
        self._ended = True
        self._wake()

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    async def read(self, *, after: int, wait: float, changes: int | None = None) -> dict[str, Any]:
        """The events after number `after`; waits up to `wait` seconds for the first.

        A negative `after` means so many of the last ones. With `changes`, the number of changes
        that are known already, a further change ends the waiting, too.
        """
        if after < 0:
            after = max(0, len(self._events) + after)
        deadline = time.monotonic() + wait
        while len(self._events) <= after and changes in (None, self._changes) and not self._ended:
            if (left := deadline - time.monotonic()) <= 0:
                break
            try:
                async with asyncio.timeout(left):
                    await self._news.wait()
            except TimeoutError:
                break
        if self._ended:
            await asyncio.sleep(0)  # whoever asks again and again can be cancelled here
        news = {"events": self._events[after:], "last": len(self._events)}
        return news if changes is None else news | {"changes": self._changes}
