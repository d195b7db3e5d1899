"""The section «Runs» of the page, as a test holds it."""

from collections.abc import Callable

from playwright.sync_api import Download, Locator, expect

from tests.browser.page.page_rig import Opened
from tests.scenarios.sandbox_portal import SandboxPortal
from tests.scenarios.stages import enable

FOUND = "#found"  # holds the list
ANNA, BEN = 1, 7  # administrator; an employee, who may do all but administrate


def a_run(portal: SandboxPortal, title: str = "Contract", **rule: object) -> tuple[int, int]:
    """A deal with a document has been through the stage; their numbers."""
    deal = portal.item()
    document = portal.document(deal, title=title)
    portal.stage(enable(user_id=ANNA, **rule))
    portal.finished(portal.move(deal))
    return deal, document


class Runs(Opened):
    """One tab with the section."""

    def show(self, user_id: int = ANNA) -> "Runs":
        """Open the page, and go there."""
        self.open(user_id=user_id)
        self.go_to("Runs")
        return self

    def download(self, press: Callable[[], None]) -> str:
        """The file that a button gives, which opens a tab for it and closes that at once."""
        found = list[Download]()

        def keep(download: Download) -> None:
            found.append(download)

        self.tab.on("download", keep)
        self.tab.context.on("page", lambda tab: tab.on("download", keep))
        press()
        while not found:
            self.tab.wait_for_timeout(50)
        return found[0].path().read_text(encoding="utf-8")

    @property
    def rows(self) -> Locator:
        """The lines of the list."""
        return self.inside.locator("li.run")

    def row(self, text: str) -> Locator:
        """The line with that text in it."""
        return self.rows.filter(has=self.inside.locator("summary", has_text=text))

    def search(self, text: str = "", stage: str = "", own: bool | None = None) -> None:
        """Fill in the form and search; what was found is shown then."""
        self.inside.get_by_label("Deal, document or run number").fill(text)
        if stage:
            with self.replaced(FOUND):
                self.inside.get_by_label("State", exact=True).select_option(label=stage)
        if own is not None:
            with self.replaced(FOUND):
                self.inside.get_by_label("Show Linkrobot's own").set_checked(own)
        with self.replaced(FOUND):
            self.inside.get_by_role("button", name="Search").click()

    def unfold(self, row: Locator) -> Locator:
        """Open a run in place; its full text."""
        row.locator("summary").first.click()
        full = row.locator(".in-full")
        expect(full).to_be_visible()
        return full
