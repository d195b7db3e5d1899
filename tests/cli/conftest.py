"""A real database with a portal, and commands that read it as a person starts them."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest
from cryptography.fernet import Fernet
from typer.testing import CliRunner, Result

from robot.cli.app import app
from robot.store.database import Database
from tests.postgres import Server
from tests.store.conftest import anyio_backend, empty_database, portal  # noqa: F401 # fixtures
from tests.store.store_rig import copied, created

Command: TypeAlias = Callable[..., Result]


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Database]:
    """The database that the settings name."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LINKROBOT_DATA_DIR", str(tmp_path))
    if request.param == "sqlite":
        empty = request.getfixturevalue("empty_database")
        async with copied(empty, tmp_path / "linkrobot.sqlite") as opened:
            yield opened
        return
    server: Server = request.getfixturevalue("postgresql")
    async with created(server) as opened:
        url = opened.place.set(drivername="postgresql").render_as_string(hide_password=False)
        monkeypatch.setenv("LINKROBOT_DATABASE_URL", url)
        monkeypatch.setenv("LINKROBOT_SECRET_KEYS", Fernet.generate_key().decode())
        yield opened
