"""Why work fails until a person mends something: a portal's administrator is told of these only.

Everything else passes by itself, or is about one deal, which its own workflow is told.
"""

from collections.abc import Mapping
from enum import StrEnum

from robot.flows.flow import Outcome, Template
from robot.flows.templates import FIELD
from robot.protocol.answers import as_int


class Cause(StrEnum):
    """What has to be mended; the texts of the same name say how."""

    RIGHTS = "rights"
    PLAN = "plan"
    SCOPE = "scope"
    ACCESS = "access"
    RENEWAL = "renewal"  # the access works now, and will not until a link's end
    ADMIN = "admin"
    TEMPLATE = "template"  # robots use one that was deleted
    OVERDUE = "overdue"  # links whose end has come are still public


# Not those with which nobody can be told: the app or the portal is gone.
BY_ERROR_CODE: Mapping[str, Cause] = {
    "no_rights": Cause.RIGHTS,
    "not_on_plan": Cause.PLAN,
    "scope_missing": Cause.SCOPE,
    "no_token": Cause.ACCESS,
    "access_does_not_last": Cause.RENEWAL,
    "not_admin": Cause.ADMIN,
}


def cause_of(
    outcome: Outcome, inputs: Mapping[str, object], templates: Mapping[int, Template]
) -> Cause | None:
    """What a person must mend; None: nothing, or it is about this one deal."""
    if outcome.error_code == "no_document":
        template = templates.get(as_int(inputs.get(FIELD)) or 0)
        return Cause.TEMPLATE if template and template.gone else None
    return BY_ERROR_CODE.get(outcome.error_code)
