"""One sandbox and one app for all scenarios; each scenario has a portal of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.programs import App, Sandbox, SandboxPortal, running_sandbox


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox(portals=60) as started:
        yield started


@pytest.fixture(scope="session")
def shared_app(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    app = App(tmp_path_factory.mktemp("app") / "data", sandbox.oauth)
    try:
        yield app.start()
    finally:
        app.end()


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
def own_app(sandbox: Sandbox, tmp_path: Path) -> Iterator[App]:
    """An app of the test's own, not started yet."""
    app = App(tmp_path / "data", sandbox.oauth)
    try:
        yield app
    finally:
        app.end()
