"""The story of the demo, for people who sell: a deal moves, the client gets a working link."""

import time
from typing import Any

import httpx2 as httpx

from robot.cli.demo import installer
from robot.cli.demo.programs import App, Portal, StoryError, until
from robot.cli.demo.teller import Teller
from robot.flows.catalogue import ENABLE, ROBOTS
from robot.flows.texts import LANGUAGES

DEAL = 2  # entityTypeId
STAGE = "Send the contract"
CLIENT = "anna@miller-and-sons.example"
RULES = [
    {"code": ENABLE, "name": "Link"},
    {
        "code": "mail",
        "properties": {
            "to": CLIENT,
            "subject": "Your contract",
            "text": "Dear Anna, here is your contract: {=Link:public_url}",
        },
    },
]
MAILED_WITHIN = 30.0  # seconds
# Kind of event in the portal's journal -> sentence, detail; their fields are the event's.
_WORDS = {
    "item.moved": ("The deal reaches the stage «{stage}»", ""),
    "robot.called": (
        "Bitrix24 calls Linkrobot, once and never again",
        "stored on disk, then answered {status} within {ms:.0f} ms",
    ),
    "robot.lost": ("The call of the robot is lost on its way", ""),
    "document.public": (
        "Linkrobot turns on the public link of the deal's latest document",
        "{url}",
    ),
    "workflow.resumed": ("and hands the link back to the waiting workflow", ""),
    "workflow.timeout": ("The workflow waits no longer", ""),
    "workflow.failed": ("The workflow failed", "{message}"),
    "mail.sent": ("The next rule sends the e-mail to {to}", "«{text}»"),
    "link.opened": ("Somebody opens the link", "{url}"),
}
# Where it went otherwise: as somebody ordered on the board, or did there.
_NOT_ANSWERED = ("Bitrix24 calls Linkrobot, once and never again", "answered {status}")
_BY_HAND = ("The public link of document {document} is turned on by hand", "{url}")
_REFUSED = ("and tells the waiting workflow why there is no link", "{outputs[error_text]}")


def tell(teller: Teller, portal: Portal, app: App) -> None:
    """The whole story; StoryError where a step fails."""
    teller.chapter("Once: an administrator adds Linkrobot to Bitrix24")
    _install(teller, portal, app)
    teller.chapter("Every day: a deal moves")
    deal, document = sell(portal, "Twelve office chairs, Miller & Sons")
    teller.happened("A salesperson has a deal", detail="Twelve office chairs, Miller & Sons")
    teller.happened("and its contract was generated", detail=f"document {document}, not public yet")
    link = move_and_watch(teller, portal, deal, document)
    teller.chapter("At the client's")
    _open(teller, link)
    teller.say("\nThat is all: nobody had to copy a link, and no deal waits.")


def sell(portal: Portal, title: str) -> tuple[int, int]:
    """A deal with a generated contract: their numbers."""
    deal = int(portal.ask("POST", "items", entityTypeId=DEAL, title=title)["id"])
    document = portal.ask(
        "POST", "documents", entityTypeId=DEAL, entityId=deal, title=f"Contract: {title}"
    )
    return deal, int(document["id"])


def move_and_watch(teller: Teller, portal: Portal, deal: int, document: int) -> str:
    """Move the deal and tell what follows, up to the e-mail; the link that was sent."""
    portal.news(wait=0)
    workflow = portal.ask("POST", f"items/{DEAL}/{deal}/move", stage=STAGE)["workflow_id"]
    ends_at, moved_at = time.monotonic() + MAILED_WITHIN, 0.0
    while time.monotonic() < ends_at:
        for event in portal.news(wait=1):
            # Somebody may move other deals on the board meanwhile.
            if workflow != event.get("workflow_id") and document != event.get("document"):
                continue
            moved_at = moved_at or event["at"]
            text, detail = in_words(event)
            if text:
                teller.happened(text, seconds=event["at"] - moved_at, detail=detail)
            if event["kind"] == "mail.sent":
                return _link_in(event)
    raise StoryError(f"no e-mail was sent within {MAILED_WITHIN:.0f} s of the move")


def in_words(event: dict[str, Any]) -> tuple[str, str]:
    """An event of the portal's journal as a sentence and a detail; empty where it tells nothing."""
    sentence, detail = _otherwise(event) or _WORDS.get(event["kind"], ("", ""))
    return sentence.format_map(event), detail.format_map(event)


def _otherwise(event: dict[str, Any]) -> tuple[str, str] | None:
    if event["kind"] == "robot.called" and event["status"] != httpx.codes.OK:
        return _NOT_ANSWERED
    if event["kind"] == "document.public" and event.get("by_hand"):
        return _BY_HAND
    if event["kind"] == "workflow.resumed" and event["outputs"].get("succeeded") == "N":
        return _REFUSED
    return None


def _install(teller: Teller, portal: Portal, app: App) -> None:
    with teller.step("The application is added and its page opened") as told:
        page = installer.open_installer(portal, app)
        told("who opened it was verified at the authorization server")
    with teller.step("Linkrobot registers its robots; the installation is finished") as told:
        installer.finish(portal, app, page)
        until(lambda: _is_registered(portal), "robots registered")
        told(f"{', '.join(ROBOTS)}, in {len(LANGUAGES)} languages")
    with teller.step("The administrator puts two rules into a stage") as told:
        portal.ask("PUT", f"stages/{STAGE}", robots=RULES)
        told(f"«{STAGE}»: 1. Public link of a document: turn on   2. Send e-mail")


def _is_registered(portal: Portal) -> bool:
    """In the automation rules; the workflow designer has them, too."""
    there = {robot["code"] for robot in portal.ask("GET", "state")["robots"]}
    return there >= ROBOTS.keys()


def _open(teller: Teller, link: str) -> None:
    with teller.step("Anna clicks the link and reads her contract") as told:
        page = httpx.get(link, follow_redirects=True, trust_env=False)
        if page.status_code != httpx.codes.OK:
            raise StoryError(f"the link {link} answered {page.status_code}")
        told(f"{link} opens")


def _link_in(mail: dict[str, Any]) -> str:
    link = str(mail["text"]).rpartition(" ")[2]
    if not link.startswith("http"):
        raise StoryError(f"the e-mail holds no link: «{mail['text']}»")
    return link
