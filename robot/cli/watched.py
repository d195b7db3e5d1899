"""`linkrobot runs --watch`: each busy portal's burst as it is worked off."""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from rich.console import Console
from rich.live import Live
from rich.table import Table

from robot.cli.output import cell, new_table
from robot.settings import Settings
from robot.store import history
from robot.store.database import Database
from robot.store.history import Progress
from robot.work.opening import open_database

LOOKS_EVERY = 1.0  # seconds
PACE_OVER = 10  # looks


@dataclass(slots=True)
class Watch:
    """What was seen of each portal since the command began."""

    done: dict[int, deque[tuple[float, int]]] = field(default_factory=dict)

    def pace(self, portal: Progress, now: float) -> float:
        """Runs finished per second, over the last looks."""
        seen = self.done.setdefault(portal.portal_id, deque(maxlen=PACE_OVER))
        seen.append((now, portal.done + portal.failed))
        (before, first), (after, last) = seen[0], seen[-1]
        return (last - first) / (after - before) if after > before else 0.0

    def rows(self, portals: Sequence[Progress], now: float) -> list[Mapping[str, str]]:
        """One row for each portal with something to do, or done since the command began."""
        return [self._row(portal, self.pace(portal, now)) for portal in portals]

    def _row(self, portal: Progress, pace: float) -> Mapping[str, str]:
        if portal.waiting and pace:
            ends = f"in about {_length(portal.waiting / pace)}"
        else:
            ends = "not known yet" if portal.waiting else "all done"
        return {
            "Portal": portal.host,
            "Waiting": str(portal.waiting),
            "Done": str(portal.done),
            "Failed": str(portal.failed),
            "Pace": f"{pace:.1f}/s",
            "Expected end": ends,
        }


def watch(settings: Settings) -> None:
    """Show it until Ctrl+C: a table on a terminal, lines elsewhere."""
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_watch(settings))


async def _watch(settings: Settings) -> None:
    console, seen, began_at = Console(highlight=False), Watch(), datetime.now(UTC)
    async with open_database(settings) as database:
        with Live(console=console, auto_refresh=False, transient=False) as live:
            while True:
                rows = seen.rows(await _look(database, began_at), time.monotonic())
                if console.is_terminal:
                    live.update(_table(rows), refresh=True)
                else:
                    _print_lines(console, rows)
                await asyncio.sleep(LOOKS_EVERY)


async def _look(database: Database, since: datetime) -> list[Progress]:
    return await database.read(lambda conn: history.progress(conn, since=since))


def _table(rows: Sequence[Mapping[str, str]]) -> Table | str:
    if not rows:
        return "Nothing waits. Ctrl+C ends this."
    table = new_table(*rows[0])
    for row in rows:
        table.add_row(*map(cell, row.values()))
    return table


def _print_lines(console: Console, rows: Sequence[Mapping[str, str]]) -> None:
    for row in rows:
        line = "  ".join(f"{name.lower()}: {value}" for name, value in row.items())
        console.print(line, soft_wrap=True, markup=False)


def _length(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
