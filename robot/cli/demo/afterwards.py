"""After the story: the demo goes on, and more deals can be moved, here or on the board."""

import select
import sys
from typing import Any

from robot.cli.demo.programs import App, Portal
from robot.cli.demo.story import DEAL, STAGE, in_words, sell
from robot.cli.demo.teller import Teller

AT_ONCE = 20  # deals
FEW = 3  # that happen within a moment are told one by one
# The same of many deals within a moment.
_OF_MANY = {
    "item.moved": "{count} deals reach their stages",
    "robot.called": "Bitrix24 calls Linkrobot {count} times, once for each deal",
    "document.public": "Linkrobot turns on {count} public links",
    "workflow.resumed": "and hands them back to {count} waiting workflows",
    "workflow.failed": "{count} workflows failed",
    "mail.sent": "{count} e-mails are sent",
    "link.opened": "{count} links are opened",
}


def keep_running(teller: Teller, portal: Portal, app: App) -> None:
    """Say what to try, then show what happens, until Ctrl+C."""
    portal.news(wait=0)  # the story's own
    _say_what_to_try(teller, portal, app)
    while True:
        if sys.stdin.isatty() and select.select([sys.stdin], [], [], 0)[0]:
            sys.stdin.readline()
            _move_many(portal)
        _tell(teller, portal.news(wait=0.5))


def _say_what_to_try(teller: Teller, portal: Portal, app: App) -> None:
    command = f"LINKROBOT_DATA_DIR={app.folder} .venv/bin/linkrobot"
    teller.chapter("The demo keeps running. What to try next")
    teller.say(f"- The board, in your browser: drag deals, break the portal:\n  {portal.url}/")
    if sys.stdin.isatty():
        teller.say(f"- Press Enter: {AT_ONCE} deals move to the stage at once.")
    teller.say(f"- What ran, and what came of it:\n  {command} runs")
    teller.say(f"- What is public now:\n  {command} links")
    teller.say(f"- Everything in the sandbox portal:\n  curl {portal.control_url}state")
    teller.say("- Ctrl+C ends it; nothing stays on this machine.\n")


def _move_many(portal: Portal) -> None:
    deals = [sell(portal, f"Deal {number}")[0] for number in range(1, AT_ONCE + 1)]
    portal.ask("POST", "move", stage=STAGE, items=[[DEAL, deal] for deal in deals])


def _tell(teller: Teller, events: list[dict[str, Any]]) -> None:
    """Each event by itself, unless many deals move within a moment."""
    kinds = [event["kind"] for event in events]
    for event in events:
        kind, count = event["kind"], kinds.count(event["kind"])
        if kind in _OF_MANY and count > FEW:
            if event is events[kinds.index(kind)]:
                teller.happened(_OF_MANY[kind].format(count=count))
            continue
        text, detail = in_words(event)
        if text:
            teller.happened(_whose(event) + text, detail=detail)


def _whose(event: dict[str, Any]) -> str:
    """Of several deals at once it is said which one is meant."""
    name = str(event["document_id"][-1]) if event.get("document_id") else ""
    return f"{name.replace('DEAL_', 'Deal ')}: " if name else ""
