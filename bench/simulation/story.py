"""A load that comes to some replicas, from the first delivery to the last link."""

import asyncio
import random
import time
from dataclasses import dataclass

from bench.simulation import costs as known
from bench.simulation.clock import simulate
from bench.simulation.costs import POSTGRESQL, SQLITE
from bench.simulation.load import Arrival, Load, arrivals
from bench.simulation.replica import Replica, Server
from bench.simulation.work import Worker, simulated
from bench.simulation.world import SimPortal, new_run
from handlers.connections import MOST as CONNECTIONS
from robot.work.accept import TOGETHER

REQUEST, CALL = 0.030, 0.005  # seconds, as the bench's portal


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is simulated."""

    load: Load
    replicas: int = 1
    is_shared: bool = False  # over one PostgreSQL; else SQLite
    group: int = TOGETHER  # runs in one commit of accepting

    @property
    def name(self) -> str:
        """In a table."""
        return f"PostgreSQL, {self.replicas}" if self.is_shared else "SQLite, 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What came of it. Times are seconds; peaks are averages over the busiest 10 s."""

    arrived: int
    seconds: float  # until the last link
    single: list[float]  # from the workflow to the link, in order
    bulk: list[float]
    refused: int  # answered 503 or cut off: Bitrix24 never repeats them
    lost: int  # accepted, but never linked
    over_limit: int  # requests answered QUERY_LIMIT_EXCEEDED
    answered: list[float]  # until the delivery was answered, in order
    requests: int  # to portals
    commits: int
    log_mb: float  # of the database, a second while runs arrive
    commits_peak: float  # a second, all replicas
    core: float  # average share of each
    most_in_flight: int  # requests to portals, of one replica
    most_held: int  # runs in memory, of one replica
    notified: int
    used: dict[str, float]  # what may bind -> the share of it in use at the peak, worst replica

    @property
    def binds(self) -> str:
        """What is nearest to its limit."""
        return max(self.used, key=lambda name: self.used[name])


class _Story:
    """The queue server and the replicas behind a load balancer."""

    def __init__(self, case: Case, coming: list[Arrival]) -> None:
        costs = POSTGRESQL if case.is_shared else SQLITE
        self.server = Server()
        self.replicas = [Replica(costs, self.server) for _ in range(case.replicas)]
        self.portals: dict[int, SimPortal] = {}
        self.workers = [Worker(replica, self.portals) for replica in self.replicas]
        self.answered: list[float] = []
        self._coming = coming
        self._dice = random.Random(case.load.seed)  # noqa: S311 # repeatable
        self._places = asyncio.Semaphore(case.load.in_flight or len(coming) + 1)

    async def run(self) -> None:
        """To the last link."""
        began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for run_id, arrival in enumerate(self._coming, 1):
                wait = began + arrival.delivered_at - time.monotonic()
                if wait > 0:
                    await asyncio.sleep(wait)
                group.create_task(self._deliver(run_id, arrival.portal))
        for worker in self.workers:
            await worker.close()

    async def _deliver(self, run_id: int, number: int) -> None:
        if number not in self.portals:
            self.portals[number] = SimPortal(
                number=number,
                replica=self.replicas[0],
                dice=self._dice,
                request=REQUEST,
                call=CALL,
            )
        worker = self._dice.choice(self.workers)
        async with self._places:
            began = time.monotonic()
            await worker.deliver(self.portals[number], new_run(run_id))
            self.answered.append(time.monotonic() - began)


async def _tell(case: Case, coming: list[Arrival]) -> Found:
    began = time.monotonic()
    story = _Story(case, coming)
    await story.run()
    seconds = time.monotonic() - began
    times: dict[bool, list[float]] = {False: [], True: []}
    for run_id, arrival in enumerate(coming, 1):
        if linked := story.portals[arrival.portal].linked.get(f"{run_id}"):
            times[arrival.is_bulk].append(linked - began - arrival.sent_at)
    replicas, refused = story.replicas, sum(replica.refused for replica in story.replicas)
    commits = [replica.commits for replica in replicas]
    return Found(
        arrived=len(coming),
        seconds=seconds,
        single=sorted(times[False]),
        bulk=sorted(times[True]),
        refused=refused,
        lost=len(coming) - refused - sum(map(len, times.values())),
        over_limit=sum(replica.over_limit for replica in replicas),
        answered=sorted(story.answered),
        requests=round(sum(replica.requests.total for replica in replicas)),
        commits=round(sum(spent.total for spent in commits)),
        log_mb=_log(case, coming),
        commits_peak=sum(spent.peak() for spent in commits),
        core=max(replica.busy.total for replica in replicas) / seconds,
        most_in_flight=max(replica.most_in_flight for replica in replicas),
        most_held=max(replica.most_held for replica in replicas),
        notified=sum(replica.notified for replica in replicas),
        used=_used(case, story),
    )


def _log(case: Case, coming: list[Arrival]) -> float:
    costs = POSTGRESQL if case.is_shared else SQLITE
    size = sum(costs.log_bulk if arrival.is_bulk else costs.log_lone for arrival in coming)
    return size / 1e6 / max(coming[-1].delivered_at, 1.0)


def _used(case: Case, story: _Story) -> dict[str, float]:
    costs = story.replicas[0].costs
    used = {
        "core": max(replica.busy.peak() for replica in story.replicas),
        "writer": max(replica.holding.peak() for replica in story.replicas) / costs.writers,
        "connections": max(replica.most_open for replica in story.replicas) / CONNECTIONS,
    }
    if case.is_shared:
        used["database's cores"] = story.server.busy.peak() / known.SERVER_CORES
        connections = costs.connections * case.replicas
        used["database's connections"] = connections / known.SERVER_CONNECTIONS
    return used


def run(case: Case, coming: list[Arrival] | None = None) -> Found:
    """Simulate it; `coming` in the place of what the load says."""
    with simulated(case.group):
        return simulate(_tell(case, arrivals(case.load) if coming is None else coming))


def at_once(number: int, *, in_flight: int = 0) -> Found:
    """So many runs at once at one portal, as the bench's row `burst`."""
    one = Arrival(delivered_at=0.0, sent_at=0.0, portal=1, is_bulk=True)
    return run(Case(load=Load(in_flight=in_flight)), [one] * number)
