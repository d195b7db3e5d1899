"""The registering flow, played against what a portal lists."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from robot.errors import RejectedError
from robot.flows.binding import EVENTS
from robot.flows.catalogue import REGISTER, registrations, start
from robot.flows.flow import Result, Template
from robot.protocol.answers import Answer
from tests.flows.flow_player import Played, play, refusal, run

HANDLER, EVENT_URL = "https://app.example.com/bitrix24/robot", "https://app.example.com/events"
OLD_URL = "https://old.example.com/events"
CURRENT = registrations(handler=HANDLER, user_id=1, templates={}, activities=False)
OK = Answer(result=True)
LOOKS = 4  # calls of the first step
BOUND = [{"event": event, "handler": EVENT_URL, "auth_type": "0"} for event in EVENTS]
ALREADY = refusal("ERROR_ACTIVITY_ALREADY_INSTALLED", "Activity or Robot already installed!")
MISSING = refusal("ERROR_ACTIVITY_NOT_FOUND", "Activity or Robot not found!")
BOUND_BEFORE = refusal("ERROR_CORE", "Unable to set event handler: Handler already binded")
ADD, UPDATE = "bizproc.robot.add", "bizproc.robot.update"


NO_TEMPLATES = refusal("", "You do not have permissions to modify templates")


def look(
    listed: object,
    bound: object = BOUND,
    *,
    designer: object = (),
    templates: object = NO_TEMPLATES,
) -> list[Result]:
    """Robots, events, activities and templates, as the portal lists them."""
    designer = list(designer) if isinstance(designer, tuple) else designer
    return [
        found if isinstance(found, RejectedError | Answer) else Answer(result=found)
        for found in (listed, designer, bound, templates)
    ]


def registered(
    *answers: Any,
    known: dict[str, str] | None = None,
    activities: bool = False,
    offered: Mapping[int, Template] | None = None,
) -> Played:
    """The flow played; robots alone, unless `activities`; `offered`: the templates up to now."""
    inputs: dict[str, Any] = {
        "handler": HANDLER,
        "events": EVENT_URL,
        "user_id": 1,
        "known": CURRENT if known is None else known,
        "activities": activities,
    }
    asked = replace(run(item=None, **inputs), templates=offered or {})
    return play(start(REGISTER, asked), *answers)


def changing(played: Played) -> list[tuple[str, str]]:
    """Method and what it is about, after the look."""
    return [
        (call.method, str(call.params.get("CODE") or call.params.get("event")))
        for call in played.calls[LOOKS:]
    ]
