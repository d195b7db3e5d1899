"""A portal where runs fail for a reason that its administrator must mend, and what he was told."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from robot.flows.catalogue import TELL
from robot.store.database import Database
from robot.store.portals import Portal
from robot.store.tables import runs
from robot.store.vault import Vault
from robot.work.tools import Tools
from tests.store.store_rig import record
from tests.work.portal_function import LIST, PortalFunction, called, drain, refuse, tools_for

NOTIFY, INFO = "im.notify", "app.info"
SCOPE = ("crm", "bizproc", "im")
NO_RIGHTS = refuse("DOCGEN_ACCESS_ERROR", "Access denied")


def function(**methods: Any) -> PortalFunction:
    """A portal where nobody may read documents."""
    return PortalFunction(methods={LIST: NO_RIGHTS, NOTIFY: lambda _params: 5, **methods})


@asynccontextmanager
async def tools_of(
    at: PortalFunction, database: Database, vault: Vault, **settings: Any
) -> AsyncIterator[Tools]:
    async with tools_for(at, database, vault) as tools:
        yield replace(tools, settings=tools.settings.model_copy(update=settings))


async def work(
    at: PortalFunction, database: Database, vault: Vault, portal: Portal, **settings: Any
) -> None:
    """Work off what is due, then what that has queued."""
    async with tools_of(at, database, vault, **settings) as tools:
        await drain(tools, portal)
        await drain(tools, portal)


async def told(database: Database) -> list[Any]:
    """The runs that tell, as they stand."""
    query = select(runs).where(runs.c.code == TELL).order_by(runs.c.id)
    return list(await database.read(lambda conn: conn.execute(query).all()))


async def fail(database: Database, vault: Vault, portal: Portal, *events: str) -> None:
    for event in events:
        await record(database, called(vault, portal, event))
