"""The real browser of the browser tests: the system's Chromium, or the one Playwright brings.

`python -m tests.browser.chromium` (part of `make setup`) looks for one and installs it where that
is possible; where it is not, the browser tests say so and are skipped, in CI they fail.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = (
    "no Chromium: install the package `chromium`, or run `.venv/bin/playwright install chromium`"
)
INSTALLS_WITHIN = 600.0  # seconds


def find(playwright: Playwright) -> str | None:
    """The browser's program; None where this machine has none."""
    own = playwright.chromium.executable_path
    return next(filter(None, map(shutil.which, NAMES)), own if Path(own).exists() else None)


def _install() -> None:
    """By the system's packages, which bring the browser's libraries; else by Playwright."""
    if shutil.which("apt-get") and os.geteuid() == 0:
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in (
            ["apt-get", "update", "-qq"],
            ["apt-get", "install", "-yqq", "--no-install-recommends", "chromium"],
        ):
            subprocess.run(command, check=True, timeout=INSTALLS_WITHIN, env=environment)
    else:
        command = [sys.executable, "-m", "playwright", "install", "chromium"]
        subprocess.run(command, check=True, timeout=INSTALLS_WITHIN)


def main() -> None:
    """Have a browser if it can be had; that it cannot is no error."""
    with sync_playwright() as playwright:
        if find(playwright):
            return
    try:
        _install()
    except (OSError, subprocess.SubprocessError) as error:
        sys.stderr.write(f"The browser tests will be skipped: {error}. {MISSING}\n")


if __name__ == "__main__":
    main()
