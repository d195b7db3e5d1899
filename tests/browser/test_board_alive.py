"""The board outlives the sandbox; `linkrobot demo` and the board are the same run."""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2 as httpx
from playwright.sync_api import Page, expect

from tests.browser.board_rig import STAGE, Board
from tests.programs import free_port
from tests.sandbox.sandbox_rig import Bitrix, Process
from tests.scenarios.sandbox_portal import SandboxPortal
from tests.scenarios.waiting import PATIENCE

STORY_WITHIN = 120.0  # seconds; two programs start first


@contextmanager
def life(port: int, title: str) -> Iterator[None]:
    """A sandbox at this port for a while, with one deal."""
    process = Process("--port", str(port), "--quiet")
    ready = process.ready
    portal = Bitrix(ready["portal"], ready["oauth"], ready["member_ids"][0])
    try:
        portal.deal(title)
        yield
    finally:
        portal.http.close()
        assert process.stop() == 0


def test_the_board_says_that_the_sandbox_is_gone_and_goes_on_when_it_is_back(page: Page) -> None:
    port = free_port()
    first, second = (page.get_by_role("article", name=f"Of the {n} life") for n in ("1st", "2nd"))

    with life(port, "Of the 1st life"):
        page.goto(f"http://127.0.0.1:{port}/")
        expect(first).to_be_visible()

    expect(page.locator("#connection")).to_have_text("Not connected")
    expect(page.get_by_role("alert")).to_contain_text("goes on by itself")
    with life(port, "Of the 2nd life"):
        expect(second).to_be_visible()
        expect(page.locator("#connection")).to_have_text("Live")
        expect(first).to_have_count(0)
        expect(page.get_by_role("alert")).to_have_count(0)


@contextmanager
def running_demo(folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """The demo as a person starts it; it is killed where it tells nothing more."""
    command = [sys.executable, "-m", "robot", "demo"]
    with subprocess.Popen(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        # Tests in the background do not hear Ctrl+C, nor would what they start.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        limit = threading.Timer(STORY_WITHIN, process.kill)
        limit.start()
        try:
            yield process
        finally:
            limit.cancel()
            process.terminate()


def told(process: "subprocess.Popen[str]", words: str) -> str:
    """The first line with these words, waited for."""
    assert process.stdout
    return next((line for line in process.stdout if words in line), "")


def test_the_demos_first_line_is_the_board_and_both_tell_the_same(
    page: Page, tmp_path: Path
) -> None:
    with running_demo(tmp_path) as demo, httpx.Client(trust_env=False) as demo_http:
        assert demo.stdout
        address = demo.stdout.readline().split()[0]
        page.goto(address)

        story = page.get_by_role("article", name="Twelve office chairs")
        expect(story).to_contain_text("E-mail sent after", timeout=STORY_WITHIN * 1000)
        expect(page.get_by_role("button", name="Open Linkrobot")).to_be_enabled()
        assert told(demo, "The demo keeps running")
        page.get_by_role("button", name="Add a deal", exact=True).click()
        dialog = page.get_by_role("dialog", name="Add a deal")
        dialog.get_by_label("Title").fill("Ours")
        dialog.get_by_role("button", name="Add the deal").click()
        ours = page.get_by_role("article", name="Ours")
        expect(ours).to_contain_text("1 document")
        Board(page, SandboxPortal(address, "", demo_http)).drag("Ours", STAGE)

        expect(ours).to_contain_text("E-mail sent after")
        assert told(demo, "Deal 102: The deal reaches the stage «Send the contract»")
        link = ours.get_by_role("link", name="Open the link").get_attribute("href") or "none"
        assert link in told(demo, "Dear Anna, here is your contract")
        demo.send_signal(signal.SIGINT)
        assert demo.wait(PATIENCE) == 0
        assert "Stopped." in demo.stdout.read()
