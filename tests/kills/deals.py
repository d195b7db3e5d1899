"""Deals on their way, and whether each one ended right: for tests that kill the app meanwhile."""

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tests.programs import App
from tests.scenarios.sandbox_portal import DEAL, SandboxPortal
from tests.scenarios.stages import MAIL, disable, enable


class Way(StrEnum):
    """What the deal's stage does; the stage has this name."""

    NAMED = "NAMED"  # turn on the document that the deal names
    LATEST = "LATEST"  # turn on the deal's latest document
    OFF = "OFF"  # turn off all that is public


ROBOTS = {
    Way.NAMED: (enable(document_id="{=Document:TITLE}"), MAIL),
    Way.LATEST: (enable(), MAIL),
    Way.OFF: (disable(),),
}
CODES = {
    Way.NAMED: "linkrobot_enable",
    Way.LATEST: "linkrobot_enable",
    Way.OFF: "linkrobot_disable",
}
ENDED_WELL = ("reported", "workflow_gone")  # the second: a report was taken, nobody heard


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """A deal that was moved to a stage."""

    portal: SandboxPortal
    way: Way
    id: int
    document: int  # which its robot is to turn on or off
    workflow: str
    untouched: dict[int, str | None]  # documents that are no concern of this robot's -> their link


def place_robots(portal: SandboxPortal) -> None:
    """Put the robots into the stages."""
    for way, robots in ROBOTS.items():
        portal.stage(*robots, name=way)


def move(portal: SandboxPortal, way: Way, number: int = 1) -> list[Deal]:
    """New deals, each with documents, that reach the stage at once."""
    made = [_with_documents(portal, way) for _ in range(number)]
    items = [[DEAL, deal] for deal, _, _ in made]
    moved = portal.post("move", stage=way, items=items)["workflow_ids"]
    return [
        Deal(
            portal=portal,
            way=way,
            id=deal,
            document=document,
            workflow=workflow,
            untouched=untouched,
        )
        for (deal, document, untouched), workflow in zip(made, moved, strict=True)
    ]


def move_off(deal: Deal) -> Deal:
    """The same deal once more: what was turned on is turned off."""
    (workflow,) = deal.portal.post("move", stage=Way.OFF, items=[[DEAL, deal.id]])["workflow_ids"]
    return Deal(
        portal=deal.portal,
        way=Way.OFF,
        id=deal.id,
        document=deal.document,
        workflow=workflow,
        untouched=deal.untouched,
    )


def _with_documents(portal: SandboxPortal, way: Way) -> tuple[int, int, dict[int, str | None]]:
    if way is Way.OFF:
        other = portal.item()
        stays = portal.post("documents", entityTypeId=DEAL, entityId=other, public=True)
        deal = portal.item()
        document = portal.document(deal, public=True)
        return deal, document, {int(stays["id"]): stays["public_url"]}
    if way is Way.NAMED:
        document = portal.document(portal.item())
        deal = portal.item(title=str(document))
        return deal, document, {portal.document(deal): None}
    deal = portal.item()
    older = portal.document(deal)
    return deal, portal.document(deal), {older: None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A portal as it stands."""

    workflows: dict[str, Any]
    urls: dict[int, str | None]
    resumed: Counter[str]
    answers: dict[str, list[int | None]]  # workflow -> what its robot's calls were answered
    mails: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def is_accepted(self, deal: Deal) -> bool:
        """Whether the robot's call was answered with 200."""
        return 200 in self.answers[deal.workflow]

    def is_over(self, deal: Deal) -> bool:
        """Whether its workflow has ended."""
        return self.workflows[deal.workflow]["status"] in ("completed", "terminated")

    def outputs(self, deal: Deal) -> dict[str, Any]:
        """What the workflow was told."""
        return dict(self.workflows[deal.workflow]["steps"][0]["outputs"])


def look(portal: SandboxPortal) -> Seen:
    """Look at all of it at once."""
    state, events = portal.get("state"), portal.journal("robot.called", "workflow.resumed")
    answers: dict[str, list[int | None]] = defaultdict(list)
    for event in events:
        if event["kind"] == "robot.called":
            answers[event["workflow_id"]].append(event["status"])
    seen = Seen(
        workflows={workflow["id"]: workflow for workflow in portal.get("workflows")},
        urls={int(row["id"]): row["public_url"] for row in state["documents"]},
        resumed=Counter(e["workflow_id"] for e in events if e["kind"] == "workflow.resumed"),
        answers=answers,
    )
    for mail in state["mails"]:
        seen.mails[mail["workflow_id"]].append(mail["text"])
    return seen


def is_over(deal: Deal) -> bool:
    """Whether its workflow has ended."""
    return look(deal.portal).is_over(deal)


def look_at(deals: Sequence[Deal]) -> dict[SandboxPortal, Seen]:
    """All portals of these deals."""
    return {portal: look(portal) for portal in dict.fromkeys(deal.portal for deal in deals)}


def unfinished(deals: Sequence[Deal], *, only_accepted: bool = False) -> list[Deal]:
    """Those whose workflow still waits."""
    seen = look_at(deals)
    return [
        deal
        for deal in deals
        if not seen[deal.portal].is_over(deal)
        and (not only_accepted or seen[deal.portal].is_accepted(deal))
    ]


def faults(deals: Sequence[Deal]) -> list[str]:
    """What is not right with these deals at their portals, in words."""
    seen = look_at(deals)
    return [
        f"{deal.way} {deal.workflow}: {fault}"
        for deal in deals
        for fault in _faults(deal, seen[deal.portal])
    ]


def _faults(deal: Deal, seen: Seen) -> list[str]:
    status, told = seen.workflows[deal.workflow]["status"], seen.outputs(deal)
    url = seen.urls[deal.document]
    right = {
        "the workflow is over": status == "completed",
        "it was told once": seen.resumed[deal.workflow] == 1,
        "it worked": told.get("succeeded") == "Y",
        "it was told of its own document": told.get("linked_document_id") == str(deal.document),
        "no other document was touched": deal.untouched.items() <= seen.urls.items(),
    }
    if deal.way is Way.OFF:
        right["the link is off"] = url is None
    else:
        right["the link is the document's"] = bool(url) and told.get("public_url") == url
        right["one e-mail with it"] = seen.mails[deal.workflow] == [f"Here it is: {url}"]
    return [f"not true: {what} ({told})" for what, is_so in right.items() if not is_so]


def faults_in_database(
    app: App, deals: Sequence[Deal], *, endings: Collection[str | None] = ENDED_WELL
) -> list[str]:
    """Whether each deal's run and links stand in the database as its portal was told."""
    seen = look_at(deals)
    runs, links = _runs(app), _links(app)
    found = []
    for deal in deals:
        told = _filled(seen[deal.portal].outputs(deal))
        rows = runs[deal.portal.member_id, f"DEAL_{deal.id}", CODES[deal.way]]
        if len(rows) != 1 or rows[0][0] not in endings or rows[0][1] != told:
            found.append(f"{deal.way} {deal.workflow}: told {told}, its runs are {rows}")
        wanted = [] if deal.way is Way.OFF else [("public", told.get("public_url"))]
        open_links = links[deal.portal.member_id, deal.document]
        if open_links != wanted:
            found.append(f"{deal.way} {deal.workflow}: the link's rows are {open_links}")
    return found


def _runs(app: App) -> dict[tuple[str, str, str], list[tuple[str, Any]]]:
    """(portal, item, robot) -> how each run ended, and its outcome."""
    found = defaultdict(list)
    for member_id, item, code, ending, outcome in app.rows(
        "SELECT member_id, document_id, code, ending, outcome FROM runs "
        "JOIN portals ON portals.id = portal_id WHERE source = 'robot'"
    ):
        told = _filled(json.loads(outcome)["outputs"]) if outcome else None
        found[member_id, item, code].append((ending, told))
    return found


def _filled(outputs: dict[str, Any]) -> dict[str, Any]:
    """Without those that are empty: a robot reports all of its outputs."""
    return {name: value for name, value in outputs.items() if value}


def _links(app: App) -> dict[tuple[str, int], list[tuple[str, str]]]:
    """(portal, document) -> its links that are or may be public."""
    found = defaultdict(list)
    for member_id, document, state, url in app.rows(
        "SELECT member_id, document_id, state, url FROM links "
        "JOIN portals ON portals.id = portal_id WHERE state != 'off'"
    ):
        found[member_id, int(document)].append((state, url))
    return found
