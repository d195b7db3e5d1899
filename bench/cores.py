"""The machine: which core does what, and how to name it in the results."""

import os
import platform
import sqlite3
import sys
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time, sleep

# The measured app has one core, the portal and the load the other one. The comparisons may use
# both: their users would run several workers.
_CORES = sorted(os.sched_getaffinity(0))
APP_CORE, LOAD_CORE = _CORES[0], _CORES[-1]


def pin_the_load() -> None:
    """This process, which is portal and load generator, keeps off the app's core."""
    os.sched_setaffinity(0, {LOAD_CORE})


@dataclass(slots=True)
class LoadMeter:
    """How busy this process itself is: portal and load must never be what is measured."""

    _cpu: float = 0.0
    _wall: float = 0.0

    def start(self) -> "LoadMeter":
        """From now on."""
        self._cpu, self._wall = process_time(), perf_counter()
        return self

    def share(self) -> float:
        """Share of its core that it used."""
        return (process_time() - self._cpu) / max(perf_counter() - self._wall, 1e-9)


def others_share(*, over: float = 1.0) -> float:
    """How much of all cores is busy now, while the bench itself does nothing; blocks so long."""
    before = _busy_and_all()
    sleep(over)
    busy, total = (now - then for now, then in zip(_busy_and_all(), before, strict=True))
    return busy / max(total, 1)


def _busy_and_all() -> tuple[int, int]:
    ticks = [int(word) for word in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return sum(ticks) - ticks[3] - ticks[4], sum(ticks)  # neither idle nor waiting for the disk


def machine() -> str:
    """In one line, for the results."""
    model = next(
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{len(_CORES)} cores of {model}, {memory:.0f} GB, Linux {platform.release()}, "
        f"Python {sys.version.split()[0]}, SQLite {sqlite3.sqlite_version}"
    )
