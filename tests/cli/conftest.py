"""A real database with a portal, and commands that read it as a person starts them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TypeAlias

import pytest
from typer.testing import CliRunner, Result

from robot.cli.app import app
from robot.store.database import Database
from tests.store.conftest import anyio_backend, empty_database, portal  # noqa: F401 # fixtures
from tests.store.store_rig import copied

Command: TypeAlias = Callable[..., Awaitable[Result]]


@pytest.fixture
async def database(
    empty_database: Path,  # noqa: F811 # the fixture
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Database]:
    """The database that the settings name."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LINKROBOT_DATA_DIR", str(tmp_path))
    async with copied(empty_database, tmp_path / "linkrobot.sqlite") as opened:
        yield opened


@pytest.fixture
def command(database: Database) -> Command:
    """Run `linkrobot …` on it; the command has an event loop of its own."""

    async def run(*words: str) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, app, words)

    return run
