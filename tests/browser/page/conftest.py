"""The real app in the sandbox's frame, on another origin; each test has a portal of its own."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from tests import installer
from tests.browser.page.overview_rig import Overview
from tests.browser.page.page_rig import Opened
from tests.browser.page.runs_rig import Runs
from tests.installer import go_through
from tests.programs import App, Sandbox, running_sandbox
from tests.scenarios.sandbox_portal import SandboxPortal

PORTALS = 200


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox(portals=PORTALS) as started:
        yield started


@pytest.fixture(scope="session")
def app(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    started = App(tmp_path_factory.mktemp("app") / "data", sandbox.oauth)
    try:
        yield started.start()
    finally:
        started.end()


@pytest.fixture
def fresh_portal(sandbox: Sandbox, app: App) -> SandboxPortal:
    """The app was added there, and its installer was not opened yet."""
    portal = sandbox.portal()
    installer.add(app, portal)
    return portal


@pytest.fixture
def portal(app: App, fresh_portal: SandboxPortal) -> SandboxPortal:
    """The app is installed there, with its page."""
    go_through(app, fresh_portal)
    fresh_portal.post("apps/finish")
    return fresh_portal


@pytest.fixture
def opened(page: Page, portal: SandboxPortal) -> Opened:
    """An administrator has opened the page."""
    return Opened(page, portal).open()


@pytest.fixture
def runs(page: Page, portal: SandboxPortal) -> Runs:
    """The section of runs, not opened yet."""
    return Runs(page, portal)


@pytest.fixture
def other_portal(app: App, sandbox: Sandbox) -> SandboxPortal:
    """One more where the app is installed."""
    portal = sandbox.portal()
    installer.install(app, portal)
    return portal


@pytest.fixture
def offered(page: Page, app: App, sandbox: Sandbox) -> Callable[..., Overview]:
    """The page of a portal whose administrator adds the app, well or not; it has no installer."""

    def offer(**fields: Any) -> Overview:
        portal = sandbox.portal()
        app.offer_to(portal, app_url=f"{app.url}/bitrix24/app", **fields)
        return Overview(page, app, portal)

    return offer


@pytest.fixture
def installed(page: Page, app: App, sandbox: Sandbox) -> Overview:
    """The page of a portal where all is well."""
    portal = sandbox.portal()
    app.install_at(portal, app_url=f"{app.url}/bitrix24/app")
    return Overview(page, app, portal)
