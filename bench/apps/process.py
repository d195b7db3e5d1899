"""A program as a process: started on its core, watched, stopped."""

import asyncio
import os
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.sending.client import Sender
from bench.sending.loads import until

STOPS_WITHIN = 20.0  # seconds
_TICK = os.sysconf("SC_CLK_TCK")


class Process:
    """One program, its children included where the kernel says so."""

    def __init__(self, popen: asyncio.subprocess.Process, log: Path) -> None:
        self._popen, self.log = popen, log

    @property
    def pid(self) -> int:
        """The process."""
        return self._popen.pid

    def check(self) -> None:
        """Raise with what it wrote where it has ended."""
        if self._popen.returncode is not None:
            raise RuntimeError(f"it ended:\n{self.log.read_text()[-2000:]}")

    def cpu_seconds(self) -> float:
        """User and system time of the process itself so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICK

    def other_threads_seconds(self) -> float:
        """CPU time of all threads but the first: the database's, in Linkrobot."""
        total = 0
        for thread in Path(f"/proc/{self.pid}/task").iterdir():
            if thread.name != str(self.pid):
                total += int((thread / "schedstat").read_text().split()[0])
        return total / 1e9

    def memory_mb(self, name: str = "VmRSS") -> float:
        """Resident memory now, or with `VmHWM` at its highest."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) / 1024
        raise RuntimeError(f"no {name} in the kernel's answer")

    async def stop(self) -> None:
        """End it and whatever it started, by its own process group."""
        if self._popen.returncode is not None:
            return
        self._popen.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOPS_WITHIN):
                await self._popen.wait()
        except TimeoutError:
            os.killpg(self.pid, signal.SIGKILL)
            await self._popen.wait()


async def start(
    command: Sequence[str], *, folder: Path, environment: Mapping[str, str], cores: set[int] | None
) -> Process:
    """Start it in a process group of its own; None for `cores` means all of them."""
    path = _log_file(folder)
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        popen = await asyncio.create_subprocess_exec(
            *command,
            cwd=folder,
            env=dict(environment),
            stdout=descriptor,
            stderr=descriptor,
            stdin=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
    finally:
        os.close(descriptor)
    os.sched_setaffinity(popen.pid, cores or set(range(os.cpu_count() or 1)))
    return Process(popen, path)


def _log_file(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder / "log"


async def answers(sender: Sender, path: str, process: Process, *, within: float = 60.0) -> None:
    """Wait until a page of it answers 200; raises where that does not happen."""
    for _ in range(round(within / 0.02)):
        process.check()
        if await sender.get(path) == 200:
            return
        await asyncio.sleep(0.02)
    await process.stop()
    raise RuntimeError(f"{path} was not ready in {within} s:\n{process.log.read_text()[-2000:]}")


async def is_quiet(process: Process, *, within: float = 10.0) -> bool:
    """Whether it came to rest: less than one tick of the clock in a quarter second."""
    last = -1.0

    def rests() -> bool:
        nonlocal last
        before, last = last, process.cpu_seconds()
        return last == before

    return await until(rests, within=within)
