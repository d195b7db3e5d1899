"""The made-up app in the sandbox's frame, as a test holds it: what it says, what is shown."""

import json
from typing import Any

from playwright.sync_api import FrameLocator, Page, expect

from tests.browser.frame.made_up_app import MadeUpApp
from tests.sandbox.sandbox_rig import Bitrix


class Framed:
    """One tab that shows the portal's window with the app's page in it."""

    def __init__(self, page: Page, portal: Bitrix, app: MadeUpApp) -> None:
        self.page = page
        self.portal = portal
        self.app = app

    def open(self, **query: Any) -> "Framed":
        """Open the window; returns once the SDK is at work in the page."""
        pairs = "&".join(f"{name}={value}" for name, value in query.items())
        self.page.goto(f"{self.portal.url}/_sandbox/frame?{pairs}")
        self.until_ready()
        return self

    @property
    def inside(self) -> FrameLocator:
        """The app's own page."""
        return self.page.frame_locator("#app")

    def until_ready(self) -> None:
        """The page has its init data."""
        expect(self.inside.locator("#said")).to_have_text('"ready"')

    def press(self, button: str) -> None:
        """Do one thing of the app's page, which need not answer."""
        self.inside.get_by_role("button", name=button, exact=True).click()

    def said(self) -> Any:
        """What the page said last, as soon as it said something."""
        said = self.inside.locator("#said")
        expect(said).not_to_be_empty()
        return json.loads(said.inner_text())

    def ask(self, button: str) -> Any:
        """Do it and return what came of it."""
        self.press(button)
        return self.said()

    def shows(self, name: str, value: str) -> None:
        """The window shows this fact, for people as for tests."""
        expect(self.page.locator("body")).to_have_attribute(f"data-{name}", value)

    def lists(self, text: str) -> None:
        """The list below the page tells of it."""
        expect(self.page.locator("#log")).to_contain_text(text)

    def sid(self) -> str:
        """What messages of this opening end with."""
        return self.sid_of(self.page)

    @staticmethod
    def sid_of(page: Page) -> str:
        """The same, of any tab with a window."""
        return str(json.loads(page.locator("#told").inner_text())["sid"])

    def app_state(self) -> Any:
        """What the portal keeps of the app."""
        return self.portal.control("GET", "state")["app"]
