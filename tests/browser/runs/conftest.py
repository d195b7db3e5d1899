"""A sandbox and an app for a file of tests of the section «Runs»; each test has a portal."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.runs.runs_rig import ANNA, RunsPage, install
from tests.programs import App, Sandbox, running_sandbox
from tests.scenarios.sandbox_portal import SandboxPortal


@pytest.fixture(scope="module")
def sandbox(browser: Browser) -> Iterator[Sandbox]:
    with running_sandbox(portals=24) as started:
        yield started


@pytest.fixture(scope="module")
def app(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    running = App(tmp_path_factory.mktemp("app") / "data", sandbox.oauth)
    try:
        yield running.start()
    finally:
        running.end()


@pytest.fixture(scope="module")
def installed(app: App, sandbox: Sandbox, browser: Browser) -> Callable[[], SandboxPortal]:
    """Portals where the app with its page is installed, one a call."""

    def one() -> SandboxPortal:
        portal = sandbox.portal()
        page = browser.new_page()
        install(app, portal, page)
        page.close()
        return portal

    return one


@pytest.fixture
def portal(installed: Callable[[], SandboxPortal]) -> SandboxPortal:
    return installed()


@pytest.fixture
def runs(page: Page, portal: SandboxPortal) -> RunsPage:
    """Of the administrator; not opened yet."""
    return RunsPage(page, portal, ANNA)
