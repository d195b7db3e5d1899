"""Every store test has a real database of its own, of both kinds; the schema is made once."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from robot.store import schema
from robot.store.database import Database
from robot.store.portals import Portal
from robot.store.vault import Vault
from tests.postgres import Server
from tests.store.store_rig import copied, created, install


@pytest.fixture
def anyio_backend() -> str:
    """Run the async tests on asyncio, as the app does."""
    return "asyncio"


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("schema") / "linkrobot.sqlite"
    schema.prepare(path)
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """All that the store does, it does on both."""
    if request.param == "sqlite":
        empty = request.getfixturevalue("empty_database")
        async with copied(empty, tmp_path / "linkrobot.sqlite") as opened:
            yield opened
        return
    server: Server = request.getfixturevalue("postgresql")
    async with created(server) as opened:
        yield opened


@pytest.fixture
async def portal(database: Database) -> Portal:
    return await install(database)


@pytest.fixture
def vault() -> Vault:
    return Vault([Fernet.generate_key().decode()])
