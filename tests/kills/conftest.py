"""One sandbox and one app for all that kills it; each test has portals of its own."""

from collections.abc import Iterator
from functools import partial

import pytest

from tests.kills.deals import Deal, Way, is_over, move, place_robots
from tests.kills.lives import MortalApp
from tests.programs import Sandbox, running_sandbox
from tests.scenarios.sandbox_portal import SandboxPortal


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox(portals=40) as started:
        yield started


@pytest.fixture(scope="session")
def mortal_app(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MortalApp]:
    app = MortalApp(tmp_path_factory.mktemp("mortal") / "data", sandbox.oauth)
    try:
        yield app
    finally:
        app.end()


@pytest.fixture
def app(mortal_app: MortalApp) -> MortalApp:
    """The app, alive, with an empty log."""
    if mortal_app.has_died():
        mortal_app.live()
    mortal_app.forget_log()
    return mortal_app


@pytest.fixture
def portal(app: MortalApp, sandbox: Sandbox) -> SandboxPortal:
    """A portal where the app is installed and the robots are in their stages."""
    return prepared(app, sandbox.portal())


@pytest.fixture
def portals(app: MortalApp, sandbox: Sandbox) -> list[SandboxPortal]:
    """Four of them."""
    return [prepared(app, sandbox.portal()) for _ in range(4)]


@pytest.fixture
def stored(app: MortalApp, portal: SandboxPortal) -> Deal:
    """A deal whose run is stored, and nobody works on it: the app died at that moment."""
    app.stop()
    app.live(1, 1, "after a commit")  # the one that stores the run
    (deal,) = move(portal, Way.LATEST)
    assert app.dies_before(partial(is_over, deal))
    return deal


def prepared(app: MortalApp, portal: SandboxPortal) -> SandboxPortal:
    app.install_at(portal)
    place_robots(portal)
    portal.set(rate=None)
    return portal
