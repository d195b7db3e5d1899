"""What the check run of one portal saw (robot/flows/check.py), as findings."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from robot.flows import check
from robot.flows.binding import EVENTS, NEEDED
from robot.flows.catalogue import ACTIVITIES, DEFINITIONS
from robot.store.portals import Portal
from robot.work.checks.finding import Finding, State, failed, warning, well

NEEDED_SCOPES = frozenset({"crm", "bizproc"})
ACCESS = "access"
SYNC = "linkrobot robots sync"
OPEN_IT = (
    "Let an administrator open the application in Bitrix24 once, or save the local application "
    "there again: Linkrobot then works on that administrator's behalf."
)
KEYS = (
    "See that LINKROBOT_CLIENT_ID and LINKROBOT_CLIENT_SECRET hold the application's present id "
    "and key, start Linkrobot again if you changed them, and look again. If not mended: "
    f"{OPEN_IT[0].lower()}{OPEN_IT[1:]}"
)
# What a refusal of everything means: by the codes of robot/flows/failures.py.
REFUSED: Mapping[str, tuple[str, str]] = {
    "no_rights": ("was dismissed or may not use the application any more.", OPEN_IT),
    "no_token": ("has no valid access left.", KEYS),
    "app_not_installed": (
        "cannot be used: the application is not installed there any more.",
        "Install it again, or leave it: nothing is waiting there that could be answered.",
    ),
    "portal_deleted": (
        "cannot be used: the portal was deleted, or its public part is closed.",
        "Nothing can be done from here.",
    ),
    "not_on_plan": (
        "cannot be used: the portal's plan has no apps any more.",
        "Choose a commercial plan with an active Market subscription.",
    ),
}
# What a plan lacks that lacks these methods.
OF_PLAN = {"adding": "automation rules", "sending": "automation rules", "enabling": "documents"}
REFUSED_OTHERWISE = ("cannot be used.", "Bitrix24's own words tell why.")

Seen = Mapping[str, str]


def judge(
    portal: Portal,
    seen: Seen,
    *,
    is_as_in_code: bool,
    is_renewable: bool,
    in_designer: bool = False,
) -> Sequence[Finding]:
    """All findings of one portal.

    `is_as_in_code`: its robots, as far as we know; `is_renewable`: its application's key is set;
    `in_designer`: the robots shall be in the workflow designer, too.
    """
    found = [_access(portal, seen, is_renewable=is_renewable)]
    if check.SCOPES in seen:
        found += [_permissions(seen), _plan(seen), _administrator(portal, seen)]
    # Where one of these is wrong, robots that are missing are what follows from it.
    if all(one.state is not State.FAILED for one in found):
        found.append(_robots(seen, is_as_in_code=is_as_in_code, in_designer=in_designer))
    return [replace(one, portal=portal.host) for one in found]


def not_asked(portal: Portal, why: str) -> Finding:
    """The portal could not be asked in time."""
    remedy = (
        "Look whether its Bitrix24 works. If it does, the log says why Linkrobot does not reach it."
    )
    return replace(failed(ACCESS, why, remedy), portal=portal.host)


def _who(portal: Portal) -> str:
    page = portal.endpoint.removesuffix("rest/")
    return f"Administrator {portal.user_id} ({page}company/personal/user/{portal.user_id}/)"


def _access(portal: Portal, seen: Seen, *, is_renewable: bool) -> Finding:
    """Who registered the robots, and whether that access works and will go on to."""
    who = _who(portal)
    if code := seen.get(f"{check.SCOPES}_error"):
        text, remedy = REFUSED.get(code, REFUSED_OTHERWISE)
        return failed(ACCESS, f"{who} {text}{_words(seen, check.SCOPES)}", remedy)
    if not is_renewable:
        text = f"{who} installed it. Access works, and ends within the hour: no key to renew it."
        return warning(ACCESS, text, "See «application keys».")
    code = seen.get(f"{check.RENEWAL}_error")
    if code == "unanswered":
        text = f"{who} installed it. Access works; its renewal got no answer."
        return warning(ACCESS, text, "See «authorization server», and run this again.")
    if code:
        text = f"{who} installed it. Access is not renewed any more, and ends within the hour."
        return failed(ACCESS, f"{text}{_words(seen, check.RENEWAL)}", KEYS)
    return well(ACCESS, f"{who} installed it. Access works, and was renewed just now.")


def _permissions(seen: Seen) -> Finding:
    name = "permissions"
    missing = sorted(NEEDED_SCOPES - set(seen[check.SCOPES].split(",")))
    if missing:
        return failed(
            name,
            f"The application lacks: {', '.join(missing)}.",
            "Open it in Bitrix24's developer resources, tick «CRM» (crm) and «Business processes» "
            f"(bizproc), and save. Then: `{SYNC}`.",
        )
    return well(name, "The application has crm and bizproc.")


def _plan(seen: Seen) -> Finding:
    name = "plan"
    missing = [look for look in check.METHODS if seen.get(look) == check.NO]
    if missing:
        lacks = " and ".join(dict.fromkeys(OF_PLAN[look] for look in missing))
        methods = ", ".join(check.METHODS[look] for look in missing)
        return failed(
            name,
            f"The portal's plan has no {lacks} ({methods}).",
            f"Choose a plan with automation rules (CRM robots) and documents, then: `{SYNC}`.",
        )
    unknown = [method for look, method in check.METHODS.items() if look not in seen]
    if unknown:
        text = f"Bitrix24 does not tell whether it has {', '.join(unknown)}."
        return warning(name, text, "If robots fail, ask Bitrix24 what the portal's plan holds.")
    return well(name, "The plan has automation rules and documents.")


def _administrator(portal: Portal, seen: Seen) -> Finding:
    name, told = "administrator's rights", seen.get(check.ADMIN)
    if told == check.YES:
        return well(name, "Whoever installed it is an administrator.")
    if told is None:
        text = f"Bitrix24 does not tell whether user {portal.user_id} is an administrator."
        return warning(name, f"{text}{_words(seen, check.ADMIN)}", OPEN_IT)
    text = f"User {portal.user_id}, who installed it, is no administrator (any more)."
    return failed(name, f"{text} Robots cannot be registered again.", OPEN_IT)


def _robots(seen: Seen, *, is_as_in_code: bool, in_designer: bool) -> Finding:
    """Registered there as in the code; and the events, since an update wipes all robots."""
    name, remedy = "robots", f"`{SYNC}`"
    if check.ROBOTS not in seen:
        text = f"Bitrix24 does not tell which robots there are.{_words(seen, check.ROBOTS)}"
        return failed(name, text, f"Bitrix24's own words tell why. Then: {remedy}.")
    codes = sorted(definition.code for definition in DEFINITIONS)
    missing = _missing(codes, seen[check.ROBOTS])
    if in_designer and check.ACTIVITIES in seen:
        missing += _missing(sorted(ACTIVITIES), seen[check.ACTIVITIES])
    if missing:
        return failed(name, f"Not registered there: {', '.join(missing)}.", remedy)
    if not is_as_in_code:
        text = "They differ from this version, or call another address."
        return failed(name, text, remedy)
    if missing := _missing(EVENTS, seen.get(check.EVENTS, ",".join(EVENTS))):
        text = f"Bitrix24 would not tell of {', '.join(missing)}."
        return (failed if set(missing) & set(NEEDED) else warning)(name, text, remedy)
    return well(
        name, f"Registered as in the code: {', '.join(codes)}. {_designer(seen, in_designer)}"
    )


def _designer(seen: Seen, in_designer: bool) -> str:
    if not in_designer:
        return "Not in the workflow designer: LINKROBOT_ACTIVITIES says so."
    if check.ACTIVITIES in seen:
        return "In the workflow designer, too."
    return "Not in the workflow designer, which this plan lacks."


def _missing(wanted: Sequence[str], listed: str) -> list[str]:
    return [one for one in wanted if one not in listed.split(",")]


def _words(seen: Seen, look: str) -> str:
    words = seen.get(f"{look}_words")
    return f" Bitrix24 said: {words}" if words else ""
