"""Bitrix24's refusals as an administrator understands them: cause and remedy, then its own words.

The codes are promises: workflows branch on `error_code`. Bitrix24's texts may be in the portal's
language, so its codes are asked first (wire facts 6.3 and 10.2).
"""

from dataclasses import dataclass

from robot.errors import FlowError, PortalError, RejectedError
from robot.flows.texts.en import NOTICES
from robot.protocol.answers import TOKEN_NOT_TAKEN
from robot.protocol.oauth import NO_TOKEN, UNANSWERED

# What an administrator is told of as well, in ten languages, stands there.
_NO_RIGHTS = ("no_rights", NOTICES["rights"])
_NOT_ON_PLAN = ("not_on_plan", NOTICES["plan"])
_DISMISSED = (
    "no_rights",
    "The employee on whose behalf the robot runs was dismissed or may not use this application. "
    "Choose another employee in the robot's «Run as», or open the application's access settings.",
)
_NOT_INSTALLED = (
    "app_not_installed",
    "The application is no longer installed on this portal. Install it again.",
)
_BY_CODE = {
    "DOCGEN_ACCESS_ERROR": (
        "no_rights",
        "The employee on whose behalf the robot runs may not read the document's CRM item, or "
        "that item was deleted. Give that employee the right to read it, or choose an "
        "administrator in the robot's «Run as».",
    ),
    "ALLOWED_ONLY_INTRANET_USER": _NO_RIGHTS,
    "ACCESS_DENIED": _NO_RIGHTS,
    "INSUFFICIENT_SCOPE": ("scope_missing", NOTICES["scope"]),
    "ERROR_METHOD_NOT_FOUND": _NOT_ON_PLAN,
    "PAYMENT_REQUIRED": _NOT_ON_PLAN,
    "AUTHORIZATION_ERROR": _DISMISSED,
    "USER_ACCESS_ERROR": _DISMISSED,
    "INVALID_CREDENTIALS": _NO_RIGHTS,
    "APPLICATION_NOT_FOUND": _NOT_INSTALLED,
    "NOT_INSTALLED": _NOT_INSTALLED,
    "ERROR_OAUTH": _NOT_INSTALLED,
    "PORTAL_DELETED": (
        "portal_deleted",
        "This Bitrix24 was deleted or its public part is closed.",
    ),
    **dict.fromkeys((NO_TOKEN, *TOKEN_NOT_TAKEN), ("no_token", NOTICES["access"])),
}
_BY_WORDS = (
    ("commercial plan", _NOT_ON_PLAN),
    (
        "document not found",
        (
            "document_not_found",
            "There is no such document. Look whether it was deleted, and whether the robot's "
            "field «Document ID» holds the right number.",
        ),
    ),
    ("do not have permissions", _NO_RIGHTS),
    (
        "module documentgenerator is not installed",
        (
            "not_on_plan",
            "The document generator is not installed on this portal.",
        ),
    ),
)
_OTHER = (
    "bitrix24_error",
    "Bitrix24 refused the call. Its own words tell why.",
)
_NOT_ADMIN = ("not_admin", NOTICES["admin"])
_NO_ROBOTS = (
    "not_on_plan",
    "This portal's plan has no automation rules, so the robots cannot be registered. Choose a "
    "plan with automation (CRM robots), then run «linkrobot robots sync» or open the application.",
)


def explain(error: RejectedError) -> FlowError:
    """What a refusal during a run means."""
    return _told(error, _cause(error))


def explain_registering(error: RejectedError) -> FlowError:
    """What a refusal of bizproc.robot.* means: it wants an administrator and a plan with robots."""
    if "commercial plan" in error.text.lower():
        return _told(error, _NOT_ON_PLAN)
    special = {"ACCESS_DENIED": _NOT_ADMIN, "ERROR_METHOD_NOT_FOUND": _NO_ROBOTS}
    return _told(error, special.get(error.code) or _cause(error))


@dataclass(frozen=True, slots=True)
class Tried:
    """A call that came to nothing each time."""

    method: str
    times: int
    error: PortalError  # the last time


def gave_up(tried: Tried | None) -> FlowError:
    """The time for the run is over; what was tried last, if anything was."""
    if tried is None:
        return FlowError(
            "gave_up",
            "The time for this run was over before Linkrobot could do its work: it was not "
            "running, or the portal's limits for requests left no room. Run it again.",
        )
    times = f"{tried.times} times" if tried.times > 1 else "once"
    text = (
        "Bitrix24 could not be reached in time, so Linkrobot stopped trying. "
        f"Tried last, {times}: {tried.method}."
    )
    # Without a code the words are ours.
    error = tried.error
    return FlowError(
        "gave_up", _with_words(text, error) if error.code else f"{text} Last: {error.text}."
    )


def not_proven(*, can_renew: bool) -> FlowError:
    """A run that every employee could have sent brought nothing that tells whose it is."""
    text = (
        "Linkrobot could not see on whose behalf this run is: the access that came with it has "
        "expired, or Bitrix24 does not know it. This application has a page, so its runs are done "
        "only with the access that they bring. "
    )
    if can_renew:
        return FlowError("no_token", f"{text}Run it again.")
    return FlowError(
        "no_token",
        f"{text}Linkrobot's administrator should set LINKROBOT_CLIENT_ID and "
        "LINKROBOT_CLIENT_SECRET, or install the application anew with «Script only» ticked.",
    )


def no_renewal(error: RejectedError) -> FlowError:
    """A link that is to end later needs an access that can be renewed until then."""
    return FlowError("access_does_not_last", _with_words(NOTICES["renewal"], error))


def no_link(document_id: int) -> FlowError:
    """The link was turned on, but the answer does not hold it: it is never guessed."""
    return FlowError(
        "no_link",
        f"Bitrix24 turned the public link of document {document_id} on but gave no address. Open "
        "the document in Bitrix24 and copy its public link.",
    )


def internal_error(run_id: int) -> FlowError:
    """A fault of ours; the log has the details under the run's number."""
    return FlowError(
        "internal_error",
        f"Linkrobot itself failed at run {run_id}; nothing is wrong with the document. Ask the "
        "person who runs Linkrobot to look into its log.",
    )


def _cause(error: RejectedError) -> tuple[str, str]:
    words = error.text.lower()
    for phrase, cause in _BY_WORDS:
        if phrase in words:
            return cause
    return _BY_CODE.get(error.code, _OTHER)


def _told(error: RejectedError, cause: tuple[str, str]) -> FlowError:
    code, text = cause
    return FlowError(code, _with_words(text, error))


# Codes that are not Bitrix24's.
_OURS = frozenset({"", "0", NO_TOKEN, UNANSWERED})


def words_of(error: PortalError) -> str:
    """Bitrix24's own words; empty where it said nothing."""
    words = f"«{error.text}»" if error.text else ""
    code = f"({error.code})" if error.code not in _OURS else ""
    return " ".join(part for part in (words, code) if part)


def _with_words(text: str, error: PortalError) -> str:
    said = words_of(error)
    return f"{text} Bitrix24 said: {said}" if said else text
