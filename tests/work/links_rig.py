"""A crew that looks after links, quickly, at a portal that is a function."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Table, select, update

from robot.flows.catalogue import DISABLE
from robot.settings import Settings
from robot.store import audit, register
from robot.store.audit import Line
from robot.store.database import Database
from robot.store.portals import Portal
from robot.store.register import Link
from robot.store.runs import NewRun
from robot.store.tables import runs
from robot.store.vault import Vault
from robot.work import crew
from robot.work.crew import Crew
from tests.store.store_rig import CLIENT_ID, record
from tests.work.portal_function import ENABLE, GET, SEND, PortalFunction, called, tools_for

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


@dataclass(frozen=True, kw_only=True)
class Site:
    """An app, and the one portal that it works for."""

    database: Database
    vault: Vault
    portal: Portal
    documents: Documents
    function: PortalFunction

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[Crew]:
        """A whole life of the app."""
        async with tools_for(self.function, self.database, self.vault) as tools:
            working = Crew(replace(tools, settings=FAST))
            work = asyncio.create_task(working.run())
            await asyncio.sleep(0)
            try:
                yield working
            finally:
                await working.stop()
                work.cancel()
                await asyncio.wait([work])

    def called(self, event: str, **changes: Any) -> NewRun:
        """A robot's call."""
        return called(self.vault, self.portal, event, **changes)

    async def call(self, event: str, **changes: Any) -> int:
        """A robot calls."""
        return await record(self.database, self.called(event, **changes))

    async def enable(self, **inputs: str) -> int:
        """A robot that turns a link on for two weeks."""
        fields = {"document_id": "5", "valid_days": "14", **inputs}
        return await self.call(f"event-{len(await self.all_runs())}", inputs=fields)

    async def disable(self, document_id: str = "5") -> int:
        """A robot that turns it off."""
        return await self.call("off", code=DISABLE, inputs={"document_id": document_id})

    def told(self) -> list[dict[str, Any]]:
        """What workflows were told."""
        return [params["RETURN_VALUES"] for params in self.function.sent(SEND)]

    async def all_reported(self, number: int) -> None:
        await until(lambda: len(self.function.sent(SEND)) == number)

    async def change(self, table: Table, **values: Any) -> None:
        """In every row."""
        await self.database.write(lambda conn: conn.execute(update(table).values(**values)))

    async def in_register(self) -> list[Link]:
        return await self.database.read(lambda conn: register.listed(conn, every=True))

    async def until_stored(self, holds: Callable[[list[Link]], Any]) -> list[Link]:
        """The register, ended links and all, once that holds."""
        async with asyncio.timeout(60):
            while not holds(found := await self.in_register()):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        return found

    async def in_audit(self) -> list[Line]:
        """The oldest first."""
        lines = await self.database.read(lambda conn: audit.newest(conn, limit=1_000))
        return lines[::-1]

    async def all_runs(self) -> list[Any]:
        return await all_runs(self.database)

    async def until_finished(self) -> None:
        """Nothing is left to do."""
        async with asyncio.timeout(60):
            while any(run.finished_at is None for run in await self.all_runs()):  # noqa: ASYNC110
                await asyncio.sleep(0.02)


@pytest.fixture
def site(database: Database, vault: Vault, portal: Portal, monkeypatch: pytest.MonkeyPatch) -> Site:
    """It looks at once after whatever is due."""
    monkeypatch.setattr(crew, "SWEEP_EVERY", 0.02)
    documents = Documents(public=set())
    function = PortalFunction(methods={GET: documents.get, ENABLE: documents.change})
    return Site(
        database=database, vault=vault, portal=portal, documents=documents, function=function
    )


async def until(holds: Callable[[], Any]) -> None:
    """Others' work is waited for."""
    async with asyncio.timeout(60):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def all_runs(database: Database) -> list[Any]:
    return await database.read(lambda conn: list(conn.execute(select(runs).order_by(runs.c.id))))


def days(seconds: float) -> str:
    """What an administrator would write for so short a time."""
    return f"{seconds / timedelta(days=1).total_seconds():.9f}"
