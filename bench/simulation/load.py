"""What comes: portals, their runs, and how Bitrix24's queue delivers them. Assumed, all of it."""

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """The busiest minutes of a month's last day."""

    portals: int = 10_000
    runs_per_day: float = 60.0  # of a portal, on average
    peak_hour: float = 0.15  # of a day's runs: one time zone for all, the worst case
    skew: float = 1.0  # sizes follow 1 / rank ** skew
    minutes: float = 5.0
    bulk_portals: float = 0.02  # move many deals within the hour
    bulk_runs: int = 1_000
    together: bool = False  # all of these in the first second instead
    per_portal: float = 0.0  # deliveries a second from one portal; 0: as they come
    in_flight: int = 0  # deliveries that wait for an answer, all portals; 0: any number
    seed: int = 1


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Arrival:
    """One run. Times are seconds from the beginning."""

    delivered_at: float
    sent_at: float  # by the workflow
    portal: int  # 1 is the largest
    is_bulk: bool


def arrivals(load: Load) -> list[Arrival]:
    """All runs of all portals, in the order of their delivery; the same for the same seed."""
    dice = random.Random(load.seed)  # noqa: S311 # repeatable
    sizes = [1 / rank**load.skew for rank in range(1, load.portals + 1)]
    scale = load.runs_per_day * load.portals * load.peak_hour / sum(sizes) / 3600
    found: list[Arrival] = []
    for portal, size in enumerate(sizes, 1):
        found += _delivered(load, portal, _sent(load, size * scale, dice))
    return sorted(found)


def _sent(load: Load, rate: float, dice: random.Random) -> list[tuple[float, bool]]:
    """When one portal's workflows reach the robot, and whether as part of a bulk move."""
    span = load.minutes * 60.0
    found = []
    at = dice.expovariate(rate)
    while at < span:
        found.append((at, False))
        at += dice.expovariate(rate)
    if dice.random() < load.bulk_portals:
        begins = 0.0 if load.together else dice.random() * 3600
        if begins < span:
            found += [(begins + dice.random(), True) for _ in range(load.bulk_runs)]
    return sorted(found)


def _delivered(load: Load, portal: int, sent: list[tuple[float, bool]]) -> list[Arrival]:
    """The same through Bitrix24's queue, which may keep them apart."""
    apart = 1 / load.per_portal if load.per_portal else 0.0
    found, free_at = [], 0.0
    for at, is_bulk in sent:
        free_at = max(free_at, at)
        found.append(Arrival(delivered_at=free_at, sent_at=at, portal=portal, is_bulk=is_bulk))
        free_at += apart
    return found
