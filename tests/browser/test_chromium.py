"""The browser is a real one."""

from playwright.sync_api import Page


def test_scripts_run(page: Page) -> None:
    page.set_content("<h1></h1><script>document.querySelector('h1').append(6 * 7)</script>")

    assert page.inner_text("h1") == "42"
