"""After the story: the demo goes on, and more deals can be moved."""

import select
import sys
import time

from robot.cli.demo.programs import App, Portal, StoryError
from robot.cli.demo.story import DEAL, STAGE, in_words, sell
from robot.cli.demo.teller import Teller

AT_ONCE = 20  # deals
MAILED_WITHIN = 60.0  # seconds


def keep_running(teller: Teller, portal: Portal, app: App) -> None:
    """Say what to try, then show what happens, until Ctrl+C."""
    _say_what_to_try(teller, portal, app)
    while True:
        if sys.stdin.isatty() and select.select([sys.stdin], [], [], 0)[0]:
            sys.stdin.readline()
            _move_many(teller, portal)
        for event in portal.news(wait=0.5):
            text, detail = in_words(event)
            if text:
                teller.happened(text, detail=detail)


def _say_what_to_try(teller: Teller, portal: Portal, app: App) -> None:
    command = f"LINKROBOT_DATA_DIR={app.folder} .venv/bin/linkrobot"
    teller.chapter("The demo keeps running. What to try next")
    if sys.stdin.isatty():
        teller.say(f"- Press Enter: {AT_ONCE} deals move to the stage at once.")
    teller.say(f"- What ran, and what came of it:\n  {command} runs")
    teller.say(f"- What is public now:\n  {command} links")
    teller.say(f"- Everything in the sandbox portal:\n  curl {portal.control_url}state")
    teller.say("- Make the portal slow, busy or broken: sandbox/README.md")
    teller.say("- Ctrl+C ends it; nothing stays on this machine.\n")


def _move_many(teller: Teller, portal: Portal) -> None:
    deals = [sell(portal, f"Deal {number}")[0] for number in range(1, AT_ONCE + 1)]
    portal.news(wait=0)
    started_at, mails = time.monotonic(), 0
    portal.ask("POST", "move", stage=STAGE, items=[[DEAL, deal] for deal in deals])
    while mails < AT_ONCE:
        if time.monotonic() > started_at + MAILED_WITHIN:
            raise StoryError(f"only {mails} of {AT_ONCE} e-mails were sent")
        mails += sum(event["kind"] == "mail.sent" for event in portal.news(wait=1))
    seconds = time.monotonic() - started_at
    teller.happened(
        f"{AT_ONCE} deals moved, {mails} e-mails sent with their links", seconds=seconds
    )
