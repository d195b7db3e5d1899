"""Stories in which the app waits for many seconds: all of them go on at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from tests import installer
from tests.installer import go_through
from tests.programs import App, Sandbox
from tests.scenarios.sandbox_portal import ENABLING, LISTING, REPORTING, SandboxPortal
from tests.scenarios.stages import MAIL, enable

OUTAGES: dict[str, dict[str, Any]] = {
    "a web page with 503": {"kind": "html", "status": 503},
    "a web page with 200": {"kind": "html", "status": 200},
    "500 without a body": {"kind": "status", "status": 500},
    "connection closed before the work": {"kind": "drop_before"},
    "connection closed after the work": {"kind": "drop_after"},
    "half an answer": {"kind": "cut"},
    "server error": {"kind": "error", "error": "INTERNAL_SERVER_ERROR", "status": 500},
    "no answer from its own authorization server": {
        "kind": "error",
        "error": "CONNECTION_ERROR",
        "status": 401,
    },
}
FAILING_METHODS = (ENABLING, REPORTING)
STEP_TIMEOUT = 12  # seconds that the workflow waits for the robot
REQUESTS_LOST = 2  # the next ones with that method go wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """A deal that was moved, and what is hoped for."""

    portal: SandboxPortal
    document: int
    workflow: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LongStories:
    """What was begun."""

    unlucky: SandboxPortal  # its registration failed before the installation was finished
    unlucky_page: str  # what the administrator saw
    installed_in_outage: SandboxPortal  # while the authorization server was down
    moved_in_outage: Deal  # by a portal whose application token the app did not know
    statuses_in_outage: tuple[int | None, int | None]  # what the two were answered
    done_in_outage: int  # what the app did for the two while nobody could verify them
    outages: dict[tuple[str, str], Deal]  # (outage, method that it hits)
    impatient: Deal  # waits for some seconds only, and a method is used up for minutes
    hanging: Deal  # waits as long, and the portal does not answer for much longer


def begin(app: App, sandbox: Sandbox) -> LongStories:
    """Begin all of them."""
    unlucky, newcomer, stranger = (sandbox.portal() for _ in range(3))
    unlucky.fault("error", "bizproc.robot.add", error="ERROR_ACTIVITY_ADD_FAILURE", status=400)
    installer.add(app, unlucky)
    page = go_through(app, unlucky).done
    unlucky.heal()
    unlucky.post("apps/finish")
    app.install_at(stranger)
    stranger.post("faults", target="oauth", kind="drop_before")
    try:
        installed = app.offer_to(newcomer)["status"]
        app.offer_to(stranger, deliver=False)  # its application token is a new one now
        deal = move(stranger)
        (status,) = stranger.delivered(deal.workflow)
        done = len(newcomer.robots()) + stranger.calls(ENABLING)
    finally:
        stranger.heal()
    return LongStories(
        unlucky=unlucky,
        unlucky_page=page,
        installed_in_outage=newcomer,
        moved_in_outage=deal,
        statuses_in_outage=(installed, status),
        done_in_outage=done,
        outages=dict(_outages(app, sandbox)),
        impatient=_impatient(
            app, sandbox.portal(), kind="error", error="OPERATION_TIME_LIMIT", status=429
        ),
        hanging=_impatient(app, sandbox.portal(), kind="slow", seconds=3 * STEP_TIMEOUT),
    )


def move(portal: SandboxPortal, **placed: Any) -> Deal:
    """A deal with a document reaches the stage."""
    item = portal.item()
    document = portal.document(item)
    portal.stage(enable() | placed, MAIL)
    return Deal(portal=portal, document=document, workflow=portal.move(item))


def _impatient(app: App, portal: SandboxPortal, **fault: Any) -> Deal:
    app.install_at(portal)
    portal.post("faults", target="rest", method=LISTING, **fault)
    return move(portal, timeout_duration=STEP_TIMEOUT)


def _outages(app: App, sandbox: Sandbox) -> Iterator[tuple[tuple[str, str], Deal]]:
    for name, method in product(OUTAGES, FAILING_METHODS):
        portal = sandbox.portal()
        app.install_at(portal)
        fault = {"target": "rest", "method": method, "times": REQUESTS_LOST, **OUTAGES[name]}
        portal.post("faults", **fault)
        yield (name, method), move(portal)
