"""The app's page in the sandbox's frame, as a test of the overview holds it."""

import sqlite3
from contextlib import closing
from datetime import datetime
from typing import Any

import httpx2 as httpx
from playwright.sync_api import Frame, FrameLocator, Locator, Page, expect

from tests.browser.page.page_rig import Opened
from tests.programs import App
from tests.scenarios.sandbox_portal import SandboxPortal

OTHER_ADMINISTRATOR = 7
GOOD = ("good", "Everything is all right.")
ONE = ("bad", "One thing must be mended.")


class Overview:
    """One portal's page, looked at in one tab."""

    def __init__(self, page: Page, app: App, portal: SandboxPortal) -> None:
        self.page, self.app, self.portal = page, app, portal

    def open(self, *, user_id: int = 1) -> "Overview":
        """Open the app's page, as a click in Bitrix24's menu does; it hears clicks then."""
        Opened(self.page, self.portal).open(user_id=user_id)
        return self

    def open_as_another(self) -> "Overview":
        """Another employee, who is an administrator by now, opens it."""
        self.portal.user(OTHER_ADMINISTRATOR, admin=True)
        return self.open(user_id=OTHER_ADMINISTRATOR)

    @property
    def inside(self) -> FrameLocator:
        """The app's own page."""
        return self.page.frame_locator("#app")

    @property
    def frame(self) -> Frame:
        """The same, where scripts run."""
        return next(one for one in self.page.frames if one.url.startswith(self.app.url))

    def says(self, colour: str, sentence: str) -> None:
        """The verdict."""
        verdict = self.inside.locator("#verdict .state")
        expect(verdict).to_contain_text(sentence)
        expect(verdict).to_contain_class(colour)

    def must(self, title: str, *words: str) -> Locator:
        """What it says of that, with its remedy; it names no command and no file."""
        found = self.inside.locator(".findings li", has_text=title)
        for one in words:
            expect(found).to_contain_text(one)
        expect(found.locator(".remedy")).not_to_contain_text("`")
        return found

    def press(self, button: str) -> None:
        """Press a button of it."""
        self.inside.get_by_role("button", name=button).click()

    def write(self, statement: str, *rows: tuple[Any, ...]) -> None:
        """Write into the app's database; `:portal` is this portal's number there."""
        with closing(sqlite3.connect(self.app.folder / "linkrobot.sqlite", timeout=10)) as conn:
            query = "SELECT id FROM portals WHERE member_id = ?"
            (portal_id,) = conn.execute(query, (self.portal.member_id,)).fetchone()
            with conn:
                conn.executemany(statement, [(portal_id, *row) for row in rows])

    def lose(self, robot: str) -> None:
        """Somebody deletes a robot there, and the app does not hear of it."""
        token = self.portal.post("frame/refresh", user_id=1)["access_token"]
        form = {"CODE": robot, "auth": token}
        answer = httpx.post(f"{self.portal.url}/rest/bizproc.robot.delete", json=form)
        assert answer.status_code == 200, answer.text


def stored(at: datetime) -> str:
    """A time as SQLite holds it."""
    return at.strftime("%Y-%m-%d %H:%M:%S.%f")
