"""An app of a module's own, whose portals have it with interface; each test takes a portal."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.overview.overview_rig import Overview
from tests.programs import App, Sandbox, running_sandbox

PORTALS = 20


@pytest.fixture(scope="module")
def sandbox(browser: Browser) -> Iterator[Sandbox]:
    with running_sandbox(portals=PORTALS) as running:
        yield running


@pytest.fixture(scope="module")
def app(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    app = App(tmp_path_factory.mktemp("overview") / "data", sandbox.oauth)
    try:
        yield app.start()
    finally:
        app.end()


@pytest.fixture
def offered(page: Page, app: App, sandbox: Sandbox) -> Callable[..., Overview]:
    """The page of a fresh portal whose administrator adds the app, well or not."""

    def offer(**fields: Any) -> Overview:
        portal = sandbox.portal()
        app.offer_to(portal, app_url=f"{app.url}/bitrix24/app", **fields)
        return Overview(page, app, portal)

    return offer


@pytest.fixture
def installed(page: Page, app: App, sandbox: Sandbox) -> Overview:
    """The page of a fresh portal where all is well."""
    portal = sandbox.portal()
    app.install_at(portal, app_url=f"{app.url}/bitrix24/app")
    return Overview(page, app, portal)
