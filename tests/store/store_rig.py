"""A real database file, and rows to put into it."""

import asyncio
import shutil
import sqlite3
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from robot.flows.catalogue import ENABLE
from robot.protocol.items import Item
from robot.protocol.oauth import Tokens
from robot.protocol.origin import digest
from robot.store import portals, runs
from robot.store.database import Database
from robot.store.portals import Installation, Portal
from robot.store.runs import NewRun, Source
from tests.postgres import Server

# For what only one of them has.
ONLY_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
ONLY_POSTGRESQL = pytest.mark.parametrize("database", ["postgresql"], indirect=True)
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DEAL = Item(entity_type_id=2, id=7, document_id="DEAL_7")
MEMBER, OTHER_MEMBER = "a" * 32, "b" * 32
CLIENT_ID = "local.5c8bb1b0891cf2.87252039"
APPLICATION_TOKEN = "51856fefc120afa4b628cc82d3935cce"


def later(seconds: float) -> datetime:
    """So many seconds after NOW."""
    return NOW + timedelta(seconds=seconds)


@asynccontextmanager
async def copied(empty: Path, path: Path) -> AsyncIterator[Database]:
    """A database of the test's own, from one whose schema was made before."""
    shutil.copy(empty, path)
    database = Database(path)
    try:
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def created(server: Server) -> AsyncIterator[Database]:
    """A database of the test's own on the server."""
    url = server.create()
    database = Database(url)
    try:
        yield database
    finally:
        await database.close()
        server.take_back(url)


@asynccontextmanager
async def writing(database: Database) -> AsyncIterator[None]:
    """Somebody's transaction writes a check value, and lasts as long as the block."""
    begun, is_over = threading.Event(), threading.Event()

    def write(conn: Connection) -> None:
        conn.execute(text("INSERT INTO check_values VALUES ('x', '0')"))
        begun.set()
        assert is_over.wait(10)

    task = asyncio.create_task(database.write(write))
    assert await asyncio.to_thread(begun.wait, 10)
    try:
        yield
    finally:
        is_over.set()
        await task


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Another program holds that folder's database meanwhile."""
    with closing(sqlite3.connect(folder / "linkrobot.sqlite")) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


def installation(**changes: Any) -> Installation:
    """A portal as it was just verified."""
    return replace(
        Installation(
            member_id=MEMBER,
            client_id=CLIENT_ID,
            endpoint="https://acme.bitrix24.com/rest/",
            user_id=1,
            scope=("crm", "bizproc"),
            application_token_hash=digest(APPLICATION_TOKEN),
        ),
        **changes,
    )


async def install(database: Database, *, now: datetime = NOW, **changes: Any) -> Portal:
    """Put a portal into the database."""
    return await database.write(
        lambda conn: portals.install(conn, installation(**changes), now=now)
    )


def new_run(portal_id: int, event: str = "event-token-1", **changes: Any) -> NewRun:
    """A robot's call, as it is written down; its event token makes it unique."""
    run = NewRun(
        portal_id=portal_id,
        code=ENABLE,
        source=Source.ROBOT,
        user_id=1,
        item=DEAL,
        document_id="DEAL_7",
        inputs={"document_id": ""},
        wants_reply=True,
        sent_at=NOW,
        received_at=NOW,
        deadline_at=later(3600),
        due_at=NOW,
        event_hash=digest(event),
        secrets=b"sealed",
    )
    return replace(run, **changes)


async def record(database: Database, run: NewRun) -> int:
    """Write a run down and return its number."""
    return await database.write(lambda conn: runs.record_one(conn, run))


def tokens(access: str = "access-1", **changes: Any) -> Tokens:
    """A user's pair of tokens."""
    pair = Tokens(
        user_id=1, access_token=access, refresh_token=f"refresh of {access}", expires_at=later(3600)
    )
    return replace(pair, **changes)
