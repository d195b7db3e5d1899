"""The least that one run can cost: two durable commits and two requests, by bare sqlite3 and
sockets, nothing else. `python -m bench.variants.bare FOLDER HOST:PORT CERTIFICATE ACCESS_TOKEN`

A line on standard input is a run: its event token and its document. The answer is the moment at
which it came, in monotonic seconds.
"""

import asyncio
import json
import sqlite3
import ssl
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import uvloop

DOCUMENT = "crm.documentgenerator.document"
SECRETS = b"x" * 700  # about as many bytes as a run has


class Portal:
    """One kept connection."""

    def __init__(self, host: str, token: str) -> None:
        self._host, self._token = host, token

    async def open(self, certificate: str) -> None:
        """Connect, with TLS."""
        name, _, port = self._host.partition(":")
        tls = ssl.create_default_context(cafile=certificate)
        self._reader, self._writer = await asyncio.open_connection(name, int(port), ssl=tls)

    async def call(self, method: str, **params: Any) -> Any:
        """One request; the `result` of its answer."""
        body = json.dumps(params | {"auth": self._token}).encode()
        head = (
            f"POST /rest/{method} HTTP/1.1\r\nHost: {self._host}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self._writer.write(head.encode() + body)
        told = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = int(told.partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        return json.loads(await self._reader.readexactly(length))["result"]


def durable(path: Path) -> sqlite3.Connection:
    """A database with one table, as careful with the disk as Linkrobot's."""
    database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        database.execute(f"PRAGMA {pragma}")
    database.execute("CREATE TABLE runs (id INTEGER PRIMARY KEY, token TEXT, row BLOB)")
    return database


def store(database: sqlite3.Connection, token: str) -> None:
    """One durable commit."""
    database.execute("INSERT INTO runs (token, row) VALUES (?, ?)", (token, SECRETS))


async def do(portal: Portal, database: sqlite3.Connection, token: str, document_id: int) -> None:
    """Store, turn the link on, store, report."""
    await asyncio.to_thread(store, database, token)
    document = urlencode({"id": document_id, "status": 1})
    commands = {"c0": f"{DOCUMENT}.get?{document}", "c1": f"{DOCUMENT}.enablepublicurl?{document}"}
    answer = await portal.call("batch", halt=0, cmd=commands)
    url = answer["result"]["c1"]["publicUrl"]
    await asyncio.to_thread(store, database, token)
    await portal.call(
        "bizproc.event.send", EVENT_TOKEN=token, RETURN_VALUES={"public_url": url}, LOG_MESSAGE=url
    )


async def main() -> None:
    """Runs, one after the other, until standard input ends."""
    folder, host, certificate, access_token = sys.argv[1:]
    database, portal = durable(Path(folder) / "bare.sqlite"), Portal(host, access_token)
    await portal.open(certificate)
    while line := await asyncio.to_thread(sys.stdin.readline):
        began = time.monotonic()
        token, document_id = line.split()
        await do(portal, database, token, int(document_id))
        print(began, flush=True)  # noqa: T201


if __name__ == "__main__":
    uvloop.run(main())
