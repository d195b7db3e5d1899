"""One Chromium for each file of browser tests; each test has a context, so cookies, of its own."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser import chromium
from tests.browser.slowness import slow_down
from tests.scenarios.waiting import PATIENCE
from tests.skipping import skip

LOOKS_FOR = PATIENCE * 1000  # ms: so long does an expectation wait
# As root there is no sandbox of Chromium's own; it opens nothing but our own pages.
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage"]

expect.set_options(timeout=LOOKS_FOR)


# Not for the whole session: while Playwright runs, no other test may run an event loop here.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        program = chromium.find(playwright)
        if program is None:
            skip("what a person sees in the browser", missing=chromium.MISSING)
        started = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def context(browser: Browser, pytestconfig: pytest.Config) -> Iterator[BrowserContext]:
    opened = browser.new_context(locale="en-US")
    opened.set_default_timeout(LOOKS_FOR)
    if pytestconfig.getoption("--slow-browser"):
        slow_down(opened)
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A tab; a script of ours that fails, or that the CSP refuses, fails the test."""
    opened, errors = context.new_page(), list[str]()
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on(
        "console",
        lambda said: (
            errors.append(said.text)
            if said.type == "error" and "Content Security Policy" in said.text
            else None
        ),
    )
    yield opened
    assert errors == []
