"""Only the work of an app, without its lock: for tests that need two workers on one database.

`python -m tests.kills.worker` says `ready` on stdout, begins at the first line on stdin, and works
until it is killed.
"""

import asyncio
import sys

from robot.logs import configure_logs
from robot.settings import load_settings
from robot.work.crew import Crew
from robot.work.opening import open_tools
from tests.kills.killed import shorten


async def work() -> None:
    """Work off what is stored."""
    async with open_tools(load_settings()) as tools:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.readline)
        await Crew(tools).run()


if __name__ == "__main__":
    configure_logs()
    shorten()
    asyncio.run(work())
