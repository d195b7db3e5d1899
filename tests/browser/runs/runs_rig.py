"""Linkrobot's page in the sandbox's frame, as a test of the section «Runs» holds it."""

from collections.abc import Callable

from playwright.sync_api import Download, FrameLocator, Locator, Page, expect

from tests.programs import App, is_complete
from tests.scenarios.sandbox_portal import SandboxPortal
from tests.scenarios.stages import enable
from tests.scenarios.waiting import until

ANNA, BEN = 1, 7  # administrator; an employee, who may do all but administrate


def install(app: App, portal: SandboxPortal, page: Page) -> None:
    """Add the app with its page to the portal, as an administrator does in the browser."""
    app.offer_to(portal, app_url=f"{app.url}/bitrix24/app", interface=True)
    page.goto(f"{portal.url}/_sandbox/frame?user_id=1")
    until(lambda: is_complete(portal), what="registered")
    until(lambda: portal.get("state")["app"]["installed"], what="installed")


def a_run(portal: SandboxPortal, title: str = "Contract", **rule: object) -> tuple[int, int]:
    """A deal with a document has been through the stage; their numbers."""
    deal = portal.item()
    document = portal.document(deal, title=title)
    portal.stage(enable(user_id=ANNA, **rule))
    portal.finished(portal.move(deal))
    return deal, document


class RunsPage:
    """The section, open in a tab of some user's."""

    def __init__(self, page: Page, portal: SandboxPortal, user_id: int = 1) -> None:
        self.page, self.portal, self.user_id = page, portal, user_id

    def open(self) -> "RunsPage":
        """Open Linkrobot in Bitrix24, and its section."""
        self.open_app()
        return self.open_section()

    def open_app(self) -> None:
        """Only its first page."""
        self.page.goto(f"{self.portal.url}/_sandbox/frame?user_id={self.user_id}")
        expect(self.inside.get_by_role("button", name="Runs", exact=True)).to_be_visible()

    def open_section(self) -> "RunsPage":
        """From another section."""
        self.inside.get_by_role("button", name="Runs", exact=True).click()
        expect(self.inside.get_by_role("heading", name="Runs", exact=True)).to_be_visible()
        return self

    def download(self, press: Callable[[], None]) -> str:
        """The file that a button gives, which opens a tab for it and closes that at once."""
        found = list[Download]()

        def keep(download: Download) -> None:
            found.append(download)

        self.page.on("download", keep)
        self.page.context.on("page", lambda tab: tab.on("download", keep))
        press()
        while not found:
            self.page.wait_for_timeout(50)
        return found[0].path().read_text(encoding="utf-8")

    @property
    def inside(self) -> FrameLocator:
        """The app's own page."""
        return self.page.frame_locator("#app")

    @property
    def rows(self) -> Locator:
        """The lines of the list."""
        return self.inside.locator("li.run")

    def row(self, text: str) -> Locator:
        """The line with that text in it."""
        return self.rows.filter(has=self.inside.locator("summary", has_text=text))

    def search(self, text: str = "", stage: str = "", own: bool | None = None) -> None:
        """Fill in the form and search."""
        self.inside.get_by_label("Deal, document or run number").fill(text)
        if stage:
            self.inside.get_by_label("State", exact=True).select_option(label=stage)
        if own is not None:
            self.inside.get_by_label("Show Linkrobot's own").set_checked(own)
        self.inside.get_by_role("button", name="Search").click()

    def unfold(self, row: Locator) -> Locator:
        """Open a run in place; its full text."""
        row.locator("summary").first.click()
        full = row.locator(".in-full")
        expect(full).to_be_visible()
        return full
