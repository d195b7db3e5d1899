"""One process with one core and its connections to the database, and what both were asked for."""

import asyncio
import heapq
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from bench.simulation.costs import SERVER_CORES, Costs
from robot.work.room import Room

PEAK = 10  # seconds


class Spent:
    """Something that was used, by the second."""

    def __init__(self) -> None:
        self._parts: Counter[int] = Counter()  # second -> millionths
        self.total = 0.0

    def add(self, amount: float, at: float) -> None:
        """So much, then."""
        self._parts[int(at)] += round(amount * 1e6)
        self.total += amount

    def peak(self) -> float:
        """Per second, in the busiest 10 s."""
        windows: Counter[int] = Counter()
        for second, parts in self._parts.items():
            for begins in range(second - PEAK + 1, second + 1):
                windows[begins] += parts
        return max(windows.values(), default=0) / 1e6 / PEAK


class Server:
    """The database server that all replicas share: a few cores, taken in turn."""

    def __init__(self) -> None:
        self.busy = Spent()
        self._free_at = [0.0] * SERVER_CORES

    async def compute(self, seconds: float) -> None:
        """Wait for a core, then use it."""
        now = time.monotonic()
        begins = max(heapq.heappop(self._free_at), now)
        heapq.heappush(self._free_at, begins + seconds)
        self.busy.add(seconds, begins)
        await asyncio.sleep(begins + seconds - now)


class Replica:
    """One of several."""

    def __init__(self, costs: Costs, server: Server) -> None:
        self.costs = costs
        self.room = Room()
        self.busy = Spent()  # seconds of the core
        self.holding = Spent()  # seconds of connections that write
        self.commits = Spent()
        self.requests = Spent()
        self.over_limit = 0  # answered QUERY_LIMIT_EXCEEDED
        self.refused = 0  # deliveries, answered 503 or cut off
        self.open = self.most_open = 0  # connections on which a delivery waits for its answer
        self.notified = 0  # runs that another replica works on
        self.in_flight = self.most_in_flight = 0  # requests to portals
        self.most_held = 0  # runs in memory
        self._server = server
        self._writers = asyncio.Semaphore(costs.writers)
        self._free_at = 0.0

    async def compute(self, seconds: float) -> None:
        """The event loop comes to it in turn, then the core is used."""
        now = time.monotonic()
        begins = max(self._free_at, now)
        self._free_at = begins + seconds
        self.busy.add(seconds, begins)
        await asyncio.sleep(begins + seconds - now)

    async def _in_thread(self, seconds: float) -> None:
        """Beside the event loop, which has the other half of the core if it wants it."""
        now = time.monotonic()
        is_shared = self._free_at > now
        self._free_at = max(self._free_at, now) + seconds
        self.busy.add(seconds, now)
        await asyncio.sleep(seconds * 2 if is_shared else seconds)

    async def transact(self, rows: int) -> None:
        """One transaction that writes; the event loop hears of its end in turn."""
        costs = self.costs
        self.most_held = max(self.most_held, self.room.held)
        async with self._writers:
            began = time.monotonic()
            await self._in_thread(costs.commit + costs.row * rows)
            if costs.server:
                await self._server.compute(
                    costs.server * costs.statements + costs.server_row * rows
                )
            await asyncio.sleep(costs.trip * (costs.statements + 1) + costs.commit_wait)
            now = time.monotonic()
            self.commits.add(1, now)
            self.holding.add(now - began, began)
        await self.compute(0.0)

    async def write(self, _work: Callable[..., Any]) -> None:
        """As `Database.write`, for a lease's renewals; nothing is stored."""
        await self.transact(1)
