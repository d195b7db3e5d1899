"""The app's page as a test holds it: in the frame of the sandbox's window."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from playwright.sync_api import FrameLocator, Locator, Page, expect

from tests.scenarios.sandbox_portal import SandboxPortal


class Opened:
    """One tab with the portal's window, and the app's page in it."""

    def __init__(self, tab: Page, portal: SandboxPortal) -> None:
        self.tab = tab
        self.portal = portal

    def open(self, **query: Any) -> "Opened":
        """As a user opens it from Bitrix24's menu: `user_id`, `lang`."""
        pairs = "&".join(f"{name}={value}" for name, value in query.items())
        self.tab.goto(f"{self.portal.url}/_sandbox/frame?{pairs}")
        expect(self.inside.locator("#main")).to_be_visible()
        if self.inside.locator("script").count():
            expect(self.inside.locator("body")).to_have_attribute("data-ready", "yes")
        return self

    @property
    def inside(self) -> FrameLocator:
        """The page itself."""
        return self.tab.frame_locator("#app")

    @property
    def main(self) -> Locator:
        """The section that is shown."""
        return self.inside.locator("#main")

    @property
    def notice(self) -> Locator:
        """What went wrong, in words."""
        return self.inside.get_by_role("alert")

    def go_to(self, section: str) -> Locator:
        """A section of the menu, once it is there."""
        self.inside.get_by_role("navigation").get_by_role("button", name=section).click()
        expect(self.main.get_by_role("heading", level=1)).to_have_text(section)
        return self.main

    @contextmanager
    def replaced(self, selector: str) -> Iterator[None]:
        """What is done within replaces all that this element holds; returns once that is shown.

        What the old content says, too, cannot be waited for in another way.
        """
        holder = self.inside.locator(selector)
        holder.evaluate("one => [...one.children].forEach((child) => (child.dataset.old = ''))")
        yield
        expect(holder.locator("> [data-old]")).to_have_count(0)


@contextmanager
def foreign(html: str) -> Iterator[str]:
    """A page at an origin that is nobody's here; its address."""

    class Request(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, format: str, *args: Any) -> None:
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Request) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
