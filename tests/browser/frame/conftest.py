"""A sandbox whose portals have the made-up app with interface, each test a portal of its own."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.frame.frame_rig import Framed
from tests.browser.frame.made_up_app import MadeUpApp
from tests.sandbox.sandbox_rig import Bitrix, Process

PORTALS = 40


@pytest.fixture(scope="module")
def portals(browser: Browser) -> Iterator[Iterator[Bitrix]]:
    process = Process("--portals", str(PORTALS))
    ready = process.ready
    yield (
        Bitrix(url, ready["oauth"], member_id)
        for url, member_id in zip(ready["portals"], ready["member_ids"], strict=True)
    )
    assert process.stop() == 0


@pytest.fixture
def app() -> Iterator[MadeUpApp]:
    made = MadeUpApp()
    yield made
    made.close()


@pytest.fixture
def stranger() -> Iterator[MadeUpApp]:
    """The same page at an origin that is not the app's."""
    made = MadeUpApp()
    yield made
    made.close()


@pytest.fixture
def portal(portals: Iterator[Bitrix]) -> Iterator[Bitrix]:
    portal = next(portals)
    yield portal
    portal.http.close()


@pytest.fixture
def installing(page: Page, portal: Bitrix, app: MadeUpApp) -> Framed:
    """An app with interface whose installer has not finished."""
    portal.control(
        "POST",
        "apps/install",
        name="Made-up",
        install_url=f"{app.url}/install",
        app_url=f"{app.url}/app?from=menu",
        interface=True,
        deliver=False,
    )
    return Framed(page, portal, app)


@pytest.fixture
def framed(installing: Framed) -> Framed:
    """The same app, installed."""
    installing.portal.control("POST", "apps/finish")
    return installing
