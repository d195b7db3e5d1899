"""What an answer to a report (bizproc.event.send) means. Pure.

Facts: wire facts sections 3.1 and 4. The send runs the workflow's following rules inside the
call, so most errors are theirs, and our values were taken all the same.
"""

from dataclasses import dataclass

from robot.errors import PortalError, RejectedError
from robot.protocol.answers import Answer
from robot.protocol.oauth import NO_TOKEN
from robot.store.runs import Ending
from robot.work.retries import pause

NOT_SAVED_YET = "404"  # the workflow is written down only after the robot was called
LOCKED = "423"
PORTAL_DELETED = "PORTAL_DELETED"
# Seconds for which a workflow that is not found may still appear.
APPEARS_WITHIN = 300.0
# Longest pause while a workflow that is just being written down is not found, in seconds.
SOON = 10.0
# These are about our access to the portal: time, or an administrator, may mend them.
ABOUT_ACCESS = frozenset(
    {
        NO_TOKEN,
        "APPLICATION_NOT_FOUND",
        "AUTHORIZATION_ERROR",
        "ERROR_METHOD_NOT_FOUND",
        "ERROR_OAUTH",
        "EXPIRED_TOKEN",
        "INSUFFICIENT_SCOPE",
        "INVALID_CREDENTIALS",
        "INVALID_TOKEN",
        "NOT_INSTALLED",
        "NO_AUTH_FOUND",
        "PAYMENT_REQUIRED",
        "USER_ACCESS_ERROR",
    }
)
PROBING = 600.0  # seconds between tries while our access is broken


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Either the report is over (`ending`), or it is sent again after `retry_in` seconds."""

    ending: Ending | None = None
    note: str = ""
    retry_in: float = 0.0


def judge(
    result: Answer | PortalError,
    *,
    attempt: int,
    waited: float,
    was_unanswered: bool,
    is_late: bool,
) -> Verdict:
    """What to do after try number `attempt`, `waited` seconds after the first one.

    `was_unanswered`: an earlier try may have been heard. `is_late`: the run's deadline is over.
    """
    if isinstance(result, Answer):
        return Verdict(ending=Ending.REPORTED)
    if not isinstance(result, RejectedError):
        return Verdict(retry_in=pause(attempt, at_least=getattr(result, "retry_after", 0.0)))
    if result.code == NOT_SAVED_YET:
        return _not_found(attempt, waited, was_unanswered=was_unanswered)
    if result.code == LOCKED and not is_late:
        return Verdict(retry_in=min(pause(attempt), SOON))
    return _refused(result, attempt)


def concerns_portal(error: RejectedError) -> bool:
    """Whether a refusal is about the portal or our access to it, whatever was called."""
    return (
        error.code in ABOUT_ACCESS
        or error.code == PORTAL_DELETED
        or "commercial plan" in error.text.lower()
    )


def _not_found(attempt: int, waited: float, *, was_unanswered: bool) -> Verdict:
    if was_unanswered:
        return Verdict(ending=Ending.REPORTED, note="An earlier send was heard.")
    if waited < APPEARS_WITHIN:
        return Verdict(retry_in=min(pause(attempt), SOON))
    return Verdict(ending=Ending.WORKFLOW_GONE, note="The workflow had ended before our answer.")


def _refused(error: RejectedError, attempt: int) -> Verdict:
    if error.code == PORTAL_DELETED:
        return Verdict(ending=Ending.PORTAL_DELETED, note=error.text)
    if concerns_portal(error):
        return Verdict(retry_in=pause(attempt, at_least=PROBING))
    if error.code in ("ACCESS_DENIED", LOCKED):
        return Verdict(ending=Ending.REFUSED, note=f"{error.text} ({error.code})")
    return Verdict(
        ending=Ending.REPORTED, note=f"A later rule of the workflow failed: {error.text}"
    )
