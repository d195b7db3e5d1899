"""The portal's clock: the machine's, or as far ahead of it as somebody set it."""

import asyncio
import time


class Clock:
    """Of one portal. It can be moved, and what sleeps on it wakes when it should have."""

    def __init__(self) -> None:
        self.ahead = 0.0  # seconds before the machine's clock
        self._moved = asyncio.Event()

    def now(self) -> float:
        """Unix seconds."""
        return time.time() + self.ahead

    def set_ahead(self, seconds: float) -> None:
        self.ahead = seconds
        self._moved.set()
        self._moved = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        """Until the clock shows so much more than now, by passing time or by being moved."""
        end = self.now() + seconds
        while (left := end - self.now()) > 0:
            moved = self._moved
            try:
                async with asyncio.timeout(left):
                    await moved.wait()
            except TimeoutError:
                continue
