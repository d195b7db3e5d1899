"""strace at a running app: what it does is written down, or made to fail. From Debian: strace."""

import functools
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.skipping import skip

INSTALL = "apt-get install strace"


@functools.cache
def _what_is_missing() -> str:
    if not shutil.which("strace"):
        return f"strace is not installed ({INSTALL})"
    tried = subprocess.run(
        ["strace", "-f", "-o", os.devnull, "true"],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if tried.returncode == 0 else f"strace may not trace here: {tried.stderr.strip()}"


def need_strace() -> None:
    """Skip, saying so, where strace cannot be used; in CI that is a failure."""
    if missing := _what_is_missing():
        skip("what is answered is stored", missing=missing)


@contextmanager
def traced(pid: int, *options: str, into: Path | None = None) -> Iterator[None]:
    """Trace a process and all of its threads meanwhile; the process may end of it."""
    command = ["strace", "-f", "-p", str(pid), "-o", str(into or os.devnull), *options]
    tracer = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert tracer.stderr
    try:
        said = tracer.stderr.readline()
        assert "attached" in said, said
        yield
    finally:
        tracer.terminate()  # lets the process go on; it ends by itself where that has died
        tracer.wait(60)
        tracer.stderr.close()


READS = re.compile(r"^(?:read|recvfrom|recvmsg)\((?P<fd>\d+)<.*POST /bitrix24/robot")
WRITES = re.compile(r"^(?:write|writev|sendto|sendmsg)\((?P<fd>\d+)<socket.*HTTP/1\.1 200")
SYNCS = re.compile(r"^fdatasync\(\d+<[^>]*-wal>")
BEGUN = "<unfinished ...>"
RESUMED = re.compile(r"^<\.\.\. (?P<name>\w+) resumed>(?P<rest>.*)$")


class Answers:
    """Which answers to a robot's call came after a sync that began after the call was read."""

    def __init__(self, trace: str) -> None:
        self.total = 0
        self.unsynced: list[str] = []
        self._waiting: dict[str, bool] = {}  # connection -> whether a sync was completed since
        self._syncing: dict[str, set[str]] = {}  # thread -> the calls that its sync covers
        self._cut: dict[str, str] = {}  # thread -> the system call that is not over yet
        for line in trace.splitlines():
            thread, _, what = line.partition(" ")
            self._take(thread, what.strip())

    def _take(self, thread: str, what: str) -> None:
        if SYNCS.match(what):  # as it begins
            self._syncing[thread] = set(self._waiting)
        if what.endswith(BEGUN):
            self._cut[thread] = what.removesuffix(BEGUN)
            if WRITES.match(what):
                self._answered(what)  # as it begins, too
            return
        if resumed := RESUMED.match(what):
            what = self._cut.pop(thread, "") + resumed["rest"]
            if WRITES.match(what):
                return
        self._over(thread, what)

    def _over(self, thread: str, what: str) -> None:
        """A system call has returned."""
        if SYNCS.match(what) and what.endswith("= 0"):
            for connection in self._syncing.pop(thread, set()):
                if connection in self._waiting:
                    self._waiting[connection] = True
        elif call := READS.match(what):
            self._waiting[call["fd"]] = False
        elif WRITES.match(what):
            self._answered(what)

    def _answered(self, what: str) -> None:
        answer = WRITES.match(what)
        assert answer
        is_synced = self._waiting.pop(answer["fd"], None)
        if is_synced is None:
            return  # another page's answer
        self.total += 1
        if not is_synced:
            self.unsynced.append(what)
