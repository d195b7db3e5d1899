"""A crew that looks after links, quickly, at a portal that is a function."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from pydantic import SecretStr
from sqlalchemy import select

from robot.settings import Settings
from robot.store import audit, register
from robot.store.audit import Line
from robot.store.database import Database
from robot.store.portals import Portal
from robot.store.register import Link
from robot.store.tables import runs
from robot.store.vault import Vault
from robot.work.crew import Crew
from tests.store.store_rig import CLIENT_ID, record
from tests.work.portal_function import SEND, PortalFunction, called, tools_for

FAST = Settings(
    _env_file=None,  # type: ignore[call-arg]
    portal_rate=10_000,
    portal_burst=10_000,
    client_id=(CLIENT_ID,),
    client_secret=(SecretStr("made-up-secret"),),
)
DAY = 86_400.0  # seconds


@dataclass
class Documents:
    """What a portal knows of its documents; each is public or not."""

    public: set[int]
    ready: bool = True  # their PDFs

    def get(self, params: dict[str, Any]) -> dict[str, Any]:
        """document.get"""
        document_id = int(params["id"])
        return {
            "document": {
                "id": str(document_id),
                "title": f"Invoice {document_id}",
                "entityTypeId": "2",
                "entityId": "7",
                "publicUrl": _url(document_id) if document_id in self.public else None,
                **({"pdfUrl": "https://acme.bitrix24.com/pdf"} if self.ready else {}),
            }
        }

    def change(self, params: dict[str, Any]) -> dict[str, Any]:
        """document.enablepublicurl"""
        document_id = int(params["id"])
        if str(params["status"]) == "1":
            self.public.add(document_id)
            return {"publicUrl": _url(document_id)}
        self.public.discard(document_id)
        return {"publicUrl": None}


def _url(document_id: int) -> str:
    return f"https://acme.bitrix24.com/~{document_id}"


@asynccontextmanager
async def at_work(
    function: PortalFunction, database: Database, vault: Vault
) -> AsyncIterator[Crew]:
    """A whole life of the app."""
    async with tools_for(function, database, vault) as tools:
        crew = Crew(replace(tools, settings=FAST))
        work = asyncio.create_task(crew.run())
        await asyncio.sleep(0)
        try:
            yield crew
        finally:
            await crew.stop()
            work.cancel()
            await asyncio.wait([work])


async def until(holds: Callable[[], Any]) -> None:
    """Others' work is waited for."""
    async with asyncio.timeout(60):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def until_stored(database: Database, holds: Callable[[list[Link]], Any]) -> list[Link]:
    """The register, ended links and all, once that holds."""
    async with asyncio.timeout(60):
        while not holds(found := await in_register(database)):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return found


async def in_register(database: Database) -> list[Link]:
    return await database.read(lambda conn: register.listed(conn, every=True))


async def in_audit(database: Database) -> list[Line]:
    """The oldest first."""
    lines = await database.read(lambda conn: audit.newest(conn, limit=1_000))
    return lines[::-1]


async def all_runs(database: Database) -> list[Any]:
    return await database.read(lambda conn: list(conn.execute(select(runs).order_by(runs.c.id))))


def days(seconds: float) -> str:
    """What an administrator would write for so short a time."""
    return f"{seconds / timedelta(days=1).total_seconds():.9f}"


async def until_finished(database: Database) -> None:
    """Nothing is left to do."""
    async with asyncio.timeout(60):
        while any(run.finished_at is None for run in await all_runs(database)):  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def enable(database: Database, vault: Vault, portal: Portal, **inputs: str) -> int:
    fields = {"document_id": "5", "valid_days": "14", **inputs}
    event = f"event-{len(await all_runs(database))}"
    return await record(database, called(vault, portal, event, inputs=fields))


async def all_reported(function: PortalFunction, number: int) -> None:
    await until(lambda: len(function.sent(SEND)) == number)


def told(function: PortalFunction) -> list[dict[str, Any]]:
    return [params["RETURN_VALUES"] for params in function.sent(SEND)]
