"""What at a portal makes a run fail as it did: an employee's rights, faults of the REST server."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.faults import Fault
from sandbox.replay.recording import RecordedRun

_METHODS = tuple(
    f"crm.documentgenerator.document.{verb}" for verb in ("list", "get", "enablepublicurl")
)
_GOOD: Mapping[str, Any] = {"documents": "modify", "crm_read": True}
# error_code -> what the portal answers, where the file does not tell it better
_REFUSALS = {
    "scope_missing": (
        "insufficient_scope",
        "The request requires higher privileges than provided by the access token",
        403,
    ),
    "not_on_plan": ("ACCESS_DENIED", "REST is available only on commercial plans.", 403),
    "app_not_installed": ("APPLICATION_NOT_FOUND", "Application not found", 401),
    "portal_deleted": ("PORTAL_DELETED", "Portal was deleted", 500),
    "bitrix24_error": ("ERROR_CORE", "", 400),
    # It tells nothing, so it is tried again, and holds nobody else up.
    "gave_up": ("INTERNAL_SERVER_ERROR", "Internal server error", 500),
    "no_token": ("NO_AUTH_FOUND", "Wrong authorization data", 401),
}
# error_code -> what the authorization server answers to a renewal
_NO_RENEWAL = {"no_token": "invalid_grant", "access_does_not_last": "wrong_client"}
_CANNOT_BE = {
    "ended_meanwhile": "it ends so only beside the run that turned the link off",
    "internal_error": "a fault of the app itself cannot be ordered",
    "no_link": "the sandbox always gives an address",
    "not_a_crm_item": "the sandbox has only CRM items",
    "portal_moved": "it is no outcome of a robot",
    "unexpected_answer": "the sandbox answers as documented",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """What is to be so while a run is done."""

    rights: Mapping[str, Any] = field(default_factory=lambda: dict(_GOOD))  # of the employee
    faults: tuple[Fault, ...] = ()


def why_not(run: RecordedRun) -> str:
    """Why a run cannot be played so that it ends as it did; empty where it can."""
    if not run.is_of_a_robot:
        return "it is one of the app's own, which no portal asks for"
    if run.item is None:
        return _CANNOT_BE["not_a_crm_item"]
    return _CANNOT_BE.get(run.outcome.error_code, "") if run.outcome else ""


def cause_of(run: RecordedRun, *, user_id: int | None) -> Cause:
    """As its error code says; `user_id`: whom refusals concern, None: everybody."""
    code = run.outcome.error_code if run.outcome else ""
    if code == "no_rights":
        return _no_rights(run, user_id)
    faults: list[Fault] = []
    if code in _REFUSALS:
        error, text, status = _REFUSALS[code]
        if code != "gave_up":
            error, text = run.their_code or error, run.their_words or text
        faults += _refused(error, text, status, user_id)
    if code in _NO_RENEWAL:
        faults.append(_fault("oauth.token", target="oauth", error=_NO_RENEWAL[code]))
    return Cause(faults=tuple(faults))


def busy(run: RecordedRun) -> Fault | None:
    """The portal did not take so many of its answers at once."""
    if run.reports <= 0:
        return None
    times = min(run.reports, 3)  # each makes the next pause longer
    return _fault("bizproc.event.send", kind="status", status=503, times=times)


def _no_rights(run: RecordedRun, user_id: int | None) -> Cause:
    if run.their_code in ("DOCGEN_ACCESS_ERROR", "ACCESS_DENIED"):
        return Cause(rights={**_GOOD, "crm_read": False})
    if run.their_code == "ALLOWED_ONLY_INTRANET_USER":
        return Cause(rights={**_GOOD, "extranet": True})
    if run.their_code:  # dismissed, or not allowed to use the app
        text = run.their_words or "Unable to authorize user"
        return Cause(faults=tuple(_refused(run.their_code, text, 401, user_id)))
    may_view = "modify" in run.their_words
    return Cause(rights={**_GOOD, "documents": "view" if may_view else "none"})


def _refused(error: str, text: str, status: int, user_id: int | None) -> list[Fault]:
    """Only documents are: the answer to the workflow was taken."""
    return [
        _fault(method, error=error, description=text, status=status, user_id=user_id)
        for method in _METHODS
    ]


def _fault(method: str, **about: Any) -> Fault:
    defaults = {
        "target": "rest",
        "kind": "error",
        "times": None,
        "error": "",
        "description": "",
        "status": 400,
        "seconds": 0.0,
    }
    return Fault(method=method, **{**defaults, **about})
