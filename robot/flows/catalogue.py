"""Which robots there are: each one's code, fields, outputs and flow.

To add a robot: write its flow, its texts in every language, and its entry here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from robot.errors import FlowError
from robot.flows.check import check
from robot.flows.ends import (
    end_link,
    extend_links,
    look_at_links,
    renew_access,
    turn_off_links,
)
from robot.flows.flow import Flow, Outcome, Run, Template
from robot.flows.inputs import EVERY, LATEST
from robot.flows.items import find_items
from robot.flows.publish import publish
from robot.flows.register import expected, register
from robot.flows.tell import tell
from robot.flows.texts import localized
from robot.flows.who import who
from robot.flows.withdraw import withdraw
from robot.protocol.calls import Call
from robot.protocol.registration import Definition, Field

ENABLE, DISABLE = "linkrobot_enable", "linkrobot_disable"
# No robots: runs of our own; one registers them, one looks whether they can do their work. A portal
# can name none like these: see CODE in protocol/invocation.py.
REGISTER, CHECK = "@register", "@check"
# about links and the access that they need
END, EXTEND, LOOK, OFF, RENEW = "@end", "@extend", "@look", "@off", "@renew"
WHO, ITEMS = "@who", "@items"  # for whoever opened the app's page
TELL = "@tell"  # an administrator, what fails for a reason that a person must mend
MAX_LOG = 2_000  # characters of LOG_MESSAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Robot:
    """A rule that administrators put into a stage."""

    definition: Definition
    flow: Callable[[Run], Flow]
    only_hides: bool = False  # it makes nothing public: any employee's token will do


def _input(
    name: str, *, of: str = "input", type: str = "string", default: str = "", options: bool = False
) -> Field:
    return Field(
        name=name,
        type=type,
        title=localized(f"input.{name}"),
        description=localized(f"{of}.{name}.description"),
        default=default,
        options={key: localized(f"input.{name}.{key}") for key in (LATEST, EVERY) if options},
    )


def _output(name: str, *, key: str = "", multiple: bool = False) -> Field:
    return Field(name=name, title=localized(key or f"output.{name}"), multiple=multiple)


def _definition(code: str, inputs: tuple[Field, ...], outputs: tuple[Field, ...]) -> Definition:
    return Definition(
        code=code,
        name=localized(f"{code}.name"),
        description=localized(f"{code}.description"),
        inputs=inputs,
        outputs=outputs,
    )


ROBOTS: Mapping[str, Robot] = {
    ENABLE: Robot(
        flow=publish,
        definition=_definition(
            ENABLE,
            inputs=(
                _input("document_id", of=ENABLE),
                _input("which", type="select", default=LATEST, options=True),
                _input("template_id"),
                _input("valid_days", type="double"),
                _input("wait_for_pdf", type="bool", default="N"),
            ),
            outputs=(
                _output("public_url"),
                _output("public_urls", multiple=True),
                _output("succeeded"),
                _output("error_code"),
                _output("error_text"),
                _output("linked_document_id"),
                _output("document_title"),
                _output("document_number"),
                _output("expires_at"),
                _output("pdf_ready"),
            ),
        ),
    ),
    DISABLE: Robot(
        flow=withdraw,
        only_hides=True,
        definition=_definition(
            DISABLE,
            inputs=(
                _input("document_id", of=DISABLE),
                _input("which", type="select", default=EVERY, options=True),
                _input("template_id"),
            ),
            outputs=(
                _output("succeeded"),
                _output("error_code"),
                _output("error_text"),
                _output("linked_document_id", key=f"{DISABLE}.output.linked_document_id"),
            ),
        ),
    ),
}


def _activity(robot: Robot) -> Robot:
    """The robot once more, for the workflow designer: they share a namespace, so under a code of
    its own.
    """
    code = f"{robot.definition.code}_activity"
    return replace(robot, definition=replace(robot.definition, code=code))


ACTIVITIES: Mapping[str, Robot] = {
    activity.definition.code: activity for activity in map(_activity, ROBOTS.values())
}
ENABLING = frozenset({ENABLE, _activity(ROBOTS[ENABLE]).definition.code})
RULES: Mapping[str, Robot] = {**ROBOTS, **ACTIVITIES}  # that workflows of a portal call
DEFINITIONS = tuple(robot.definition for robot in ROBOTS.values())
_FOR_DESIGNER = tuple(activity.definition for activity in ACTIVITIES.values())
_OUR_OWN: Mapping[str, Callable[[Run], Flow]] = {
    REGISTER: lambda run: register(DEFINITIONS, _FOR_DESIGNER, run),
    CHECK: check,
    END: end_link,
    EXTEND: extend_links,
    LOOK: look_at_links,
    OFF: turn_off_links,
    RENEW: renew_access,
    WHO: who,
    ITEMS: find_items,
    TELL: tell,
}
CODES = frozenset({*RULES, *_OUR_OWN})


def start(code: str, run: Run) -> Flow:
    """The flow of a run, not begun yet."""
    if code in _OUR_OWN:
        return _OUR_OWN[code](run)
    robot = RULES.get(code)
    return robot.flow(run) if robot else _unknown(code)


def only_hides(code: str) -> bool:
    """Whether that robot makes nothing public, whatever its run is about."""
    return code in (END, OFF, RENEW, TELL) or (code in RULES and RULES[code].only_hides)


def report(code: str, event_token: str, outcome: Outcome) -> Call:
    """The answer to the waiting workflow: every output of the robot, empty where it has none."""
    robot = RULES.get(code)
    names = [field.name for field in robot.definition.outputs] if robot else []
    return Call(
        "bizproc.event.send",
        {
            "EVENT_TOKEN": event_token,
            "RETURN_VALUES": {name: outcome.outputs.get(name, "") for name in names},
            "LOG_MESSAGE": outcome.log[:MAX_LOG],
        },
    )


def registrations(
    *,
    handler: str,
    user_id: int,
    templates: Mapping[int, Template],
    activities: bool,
    language: str = "",
) -> dict[str, str]:
    """robot or activity -> fingerprint, as a portal should have them registered."""
    wanted = (*DEFINITIONS, *_FOR_DESIGNER) if activities else DEFINITIONS
    return expected(wanted, handler=handler, user_id=user_id, language=language, offered=templates)


def _unknown(code: str) -> Flow:
    raise FlowError(
        "unknown_robot",
        f"This Linkrobot has no robot «{code}». Remove it from the stage, or update Linkrobot.",
    )
    yield Call("", {})  # makes this a flow
