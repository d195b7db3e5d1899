"""An app of many short lives, for tests: each may kill itself at a chosen point."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2 as httpx

from tests.programs import App, Process
from tests.scenarios.waiting import until

ROOT = Path(__file__).parents[2]
NO_PACE = {"PORTAL_RATE": "10000", "PORTAL_BURST": "10000"}
UNFINISHED = "SELECT count(*) FROM runs WHERE finished_at IS NULL"
HELD = (
    "SELECT count(*) FROM portals WHERE owner IS NOT NULL "
    "AND lease_until > strftime('%Y-%m-%d %H:%M:%f', 'now')"
)


class MortalApp(App):
    """`linkrobot serve` on one data folder, killed and started again."""

    def __init__(self, folder: Path, oauth: str, **settings: str) -> None:
        super().__init__(folder, oauth, **NO_PACE | settings)
        self.environment["PYTHONPATH"] = str(ROOT)
        self._order = ""
        self._program: subprocess.Popen[bytes] | None = None

    def live(self, call: int = 0, number: int = 0, point: str = "") -> "MortalApp":
        """Start it.

        After the `call`-th robot's call, 0: at once, SIGKILL comes when that point is passed for
        the `number`-th time; without a number the points are written down.
        """
        self._order = f"{call} {number} {point}"
        self.start()
        return self

    def _launch(self) -> Process:
        if self._program is None:
            pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "bufsize": 0}
            self._program = self.program([sys.executable, "-m", "tests.kills.killed"], **pipes)
        return _Life(self._program, self._order)

    def _is_ready(self) -> bool:
        """One that is to die at once may do so before anybody sees it ready."""
        if not self._order.startswith("0 ") or self._order == "0 0 ":
            return super()._is_ready()
        try:
            return self.get("/readyz").status_code == 200
        except httpx.HTTPError:
            return self.has_died()

    def forget_log(self) -> None:
        """What its earlier lives wrote is no concern of the next test."""
        (self.folder / "log").write_bytes(b"")

    def killed_at(self) -> list[str]:
        """The points at which its lives ended, in order."""
        return self._told("killed ")

    def passed(self) -> list[str]:
        """The points that were written down, in order."""
        return self._told("passed ")

    def _told(self, word: str) -> list[str]:
        lines = self.log.splitlines()
        return [line.removeprefix(word) for line in lines if line.startswith(word)]

    def is_idle(self) -> bool:
        """Whether no run is left to be done, and nobody works on a portal."""
        return self.rows(UNFINISHED) == self.rows(HELD) == [(0,)]

    def dies_before(self, is_over: Callable[[], bool]) -> bool:
        """Wait until it has died, True, or until that is over and it was stopped."""
        until(lambda: self.has_died() or (is_over() and self.is_idle()), what="it dies or rests")
        # It may die of its last point only now.
        return (self.wait() if self.has_died() else self.stop()) == -signal.SIGKILL

    def wait(self) -> int:
        """The exit status of a life that ends by itself."""
        assert self._process
        status = self._process.wait(60)
        self._process = None
        return status

    def end(self) -> None:
        super().end()
        if self._program:
            assert self._program.stdin
            self._program.stdin.close()
            self._program.wait(60)
            assert self._program.stdout
            self._program.stdout.close()


class _Life:
    """One life: a process that is a child of the program's."""

    def __init__(self, program: "subprocess.Popen[bytes]", order: str) -> None:
        assert program.stdin
        assert program.stdout
        self._told = program.stdout
        self._status: int | None = None
        program.stdin.write(order.encode())
        self.pid = int(self._told.readline())

    def poll(self) -> int | None:
        return self._look(0)

    def send_signal(self, sig: int) -> None:
        if self._look(0) is None:
            os.kill(self.pid, sig)

    def wait(self, timeout: float) -> int:
        status = self._look(timeout)
        assert status is not None, f"process {self.pid} lives on"
        return status

    def _look(self, seconds: float) -> int | None:
        if self._status is None and select.select([self._told], [], [], seconds)[0]:
            self._status = int(self._told.readline())
        return self._status
