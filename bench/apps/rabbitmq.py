"""A RabbitMQ broker of the bench's own, and the official template's message path through it."""

import asyncio
import json
import os
import shutil
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from bench.apps import comparisons, process
from bench.apps.linkrobot import free_port
from bench.apps.process import Process
from bench.portal.portal import Portal, Run
from bench.portal.site import Site
from bench.sending.loads import until

SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
_SOURCE = Path(__file__).parent.parent / "comparisons" / "broker.mjs"


def is_installed() -> bool:
    """`apt-get install rabbitmq-server`."""
    return SERVER.exists()


class Broker:
    """It keeps what it has on disk in its folder."""

    def __init__(self, site: Site, folder: Path) -> None:
        self._site, self._folder, self._port = site, folder, free_port()
        self._node = comparisons.NODE
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "ERL_EPMD_PORT": str(free_port()),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": "bench@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self._port),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(folder / "log-of-it"),
            "RABBITMQ_CONFIG_FILE": str(folder / "none"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_URL": f"amqp://guest:guest@127.0.0.1:{self._port}",
            "NODE_EXTRA_CA_CERTS": str(site.certificate),
        }

    async def start(self) -> Process:
        """It takes connections when this returns."""
        (self._folder / "plugins").write_text("[].\n")
        started = await self.run([str(SERVER)])
        if not await until(self._listens, within=60):
            raise RuntimeError(f"the broker did not start:\n{started.log.read_text()[-2000:]}")
        return started

    async def run(self, command: Sequence[str]) -> Process:
        """A program beside the broker."""
        return await process.start(
            command, folder=self._folder, environment=self._environment, cores=None
        )

    def script(self, order: str) -> list[str]:
        """Node looks for modules beside the file, so the file goes there."""
        return ["node", str(shutil.copy(str(_SOURCE), self._node.folder)), order]

    async def publish(self, portal: Portal, runs: Sequence[Run], *, persistent: bool) -> None:
        """As the template's web front does once it is called."""
        messages = [
            {
                "url": portal.url,
                "token": portal.access_token,
                "document": run.document_id,
                "event": run.event_token,
            }
            for run in runs
        ]
        text = "".join(f"{json.dumps(message)}\n" for message in messages)
        await self._ask("publish", text, {"PERSISTENT": "1"} if persistent else {})

    async def counts(self) -> list[int]:
        """Messages that wait, that wait for their next try, and that have failed for good."""
        return [int(line) for line in (await self._ask("count", "", {})).split()]

    async def _ask(self, order: str, text: str, extra: dict[str, str]) -> str:
        asked = await asyncio.create_subprocess_exec(
            *self.script(order),
            env=self._environment | extra,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        told, _ = await asyncio.wait_for(asked.communicate(text.encode()), 120)
        if asked.returncode:
            raise RuntimeError(f"broker.mjs {order} failed")
        return told.decode()

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self._port)) == 0


@asynccontextmanager
async def prepared(site: Site, folder: Path) -> AsyncIterator[Broker]:
    """A broker to be started, with Erlang's name server of its own."""
    await asyncio.to_thread(comparisons.NODE.make)
    folder.mkdir()  # noqa: ASYNC240 # one call
    broker = Broker(site, folder)
    names = await broker.run(["epmd"])
    try:
        yield broker
    finally:
        await names.stop()
