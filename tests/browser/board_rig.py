"""The board in a test's hands: what a person does with it, in words."""

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.scenarios.sandbox_portal import SandboxPortal

STAGE = "Send the contract"
RULES: list[dict[str, Any]] = [
    {"code": "linkrobot_enable", "name": "Link"},
    {
        "code": "mail",
        "properties": {"to": "anna@example.com", "text": "Your contract: {=Link:public_url}"},
    },
]


class Board:
    """A tab with the board of a portal."""

    def __init__(self, page: Page, portal: SandboxPortal) -> None:
        self.page, self.portal = page, portal

    def open(self, path: str = "/") -> "Board":
        """Load it, and wait until it follows the portal."""
        self.page.goto(self.portal.url + path)
        self.is_live()
        return self

    def is_live(self) -> None:
        expect(self.page.locator("#connection")).to_have_text("Live")

    def column(self, stage: str) -> Locator:
        return self.page.get_by_role("region", name=stage, exact=True)

    def card(self, title: str, stage: str | None = None) -> Locator:
        place = self.column(stage) if stage else self.page
        return place.get_by_role("article", name=title)

    def title(self, deal: str) -> Locator:
        """What opens the deal."""
        return self.card(deal).get_by_role("button", name=deal)

    def drag(self, deal: str, stage: str) -> None:
        """By the pointer, from the middle of the card into the column."""
        mouse = self.page.mouse
        self.card(deal).locator("h3").hover(position={"x": 30, "y": 8})
        end = self.column(stage).bounding_box()
        assert end
        mouse.down()
        mouse.move(end["x"] + end["width"] / 2, end["y"] + 90, steps=8)
        mouse.up()

    def panel(self) -> Locator:
        """The deal that is open."""
        return self.page.locator("dialog#deal")

    def open_deal(self, title: str) -> Locator:
        self.title(title).click()
        expect(self.panel().get_by_role("heading", name=title)).to_be_visible()
        return self.panel()

    def tab(self, name: str) -> Locator:
        """A part of «What the portal sees»."""
        self.page.get_by_role("tab", name=re.compile(f"^{name}")).click()
        return self.page.get_by_role("tabpanel", name=re.compile(f"^{name}"))

    def faults(self) -> list[dict[str, Any]]:
        """What the portal has been ordered to do wrong."""
        found = self.portal.get("state")["faults"]
        return [dict(fault) for fault in found if fault["times"] != 0]
