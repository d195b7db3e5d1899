"""One sandbox and one app for all scenarios; each scenario has a portal of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest
from cryptography.fernet import Fernet

from tests.postgres import Server
from tests.programs import LINKROBOT, App, Sandbox, running_sandbox
from tests.scenarios.listeners import listening
from tests.scenarios.made_up import MadeUpAuthServer, MadeUpPortal
from tests.scenarios.sandbox_portal import SandboxPortal

NewPortals: TypeAlias = Callable[[], SandboxPortal]
METRICS_TOKEN = "made-up-metrics-token"


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox(portals=260) as started:
        yield started


@pytest.fixture(scope="session")
def made_up_auth_server() -> Iterator[MadeUpAuthServer]:
    server = MadeUpAuthServer()
    with listening(server):
        yield server


@pytest.fixture(scope="session")
def shared_app(
    sandbox: Sandbox,
    made_up_auth_server: MadeUpAuthServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[App]:
    servers = f"{sandbox.oauth},{made_up_auth_server.url}"
    folder = tmp_path_factory.mktemp("app") / "data"
    app = App(folder, servers, METRICS_TOKEN=METRICS_TOKEN)
    app.executable = LINKROBOT
    try:
        yield app.start()
    finally:
        app.end()


@pytest.fixture
def fresh_portals(sandbox: Sandbox) -> NewPortals:
    """Portals where nothing is installed, one a call."""
    return sandbox.portal


@pytest.fixture
def portals(shared_app: App, sandbox: Sandbox) -> NewPortals:
    """Portals where the shared app is installed, one a call."""

    def installed() -> SandboxPortal:
        portal = sandbox.portal()
        shared_app.install_at(portal)
        return portal

    return installed


@pytest.fixture
def fresh_portal(sandbox: Sandbox) -> SandboxPortal:
    """A portal where nothing is installed."""
    return sandbox.portal()


@pytest.fixture
def portal(shared_app: App, fresh_portal: SandboxPortal) -> SandboxPortal:
    """A portal where the shared app is installed."""
    shared_app.install_at(fresh_portal)
    return fresh_portal


@pytest.fixture
def made_up_portal(made_up_auth_server: MadeUpAuthServer) -> MadeUpPortal:
    """A portal that lies as it is told to."""
    return made_up_auth_server.portal()


@pytest.fixture
def own_app(sandbox: Sandbox, tmp_path: Path) -> Iterator[App]:
    """An app of the test's own, not started yet."""
    app = App(tmp_path / "data", sandbox.oauth)
    try:
        yield app
    finally:
        app.end()


@pytest.fixture
def replicas(sandbox: Sandbox, postgresql: Server, tmp_path: Path) -> Iterator[list[App]]:
    """Two on an empty database of theirs, behind one address; not started yet."""
    database = postgresql.create_empty()
    settings = {
        "DATABASE_URL": database.set(drivername="postgresql").render_as_string(),
        "SECRET_KEYS": Fernet.generate_key().decode(),
    }
    first = App(tmp_path / "first", sandbox.oauth, **settings)
    second = App(tmp_path / "second", sandbox.oauth, **settings, PUBLIC_URL=first.url)
    try:
        yield [first, second]
    finally:
        first.end()
        second.end()
        postgresql.drop(database)
