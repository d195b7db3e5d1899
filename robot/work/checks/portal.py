"""What the check run of one portal saw (robot/flows/check.py), as findings."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from robot.flows import check
from robot.flows.binding import EVENTS, NEEDED
from robot.flows.catalogue import ACTIVITIES, DEFINITIONS
from robot.store.portals import Portal
from robot.work.checks import portal_words as words
from robot.work.checks.finding import Finding, State, failed, warning, well

NEEDED_SCOPES = frozenset({"crm", "bizproc"})
ACCESS = "access"

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
    found = failed(ACCESS, words.NOT_ASKED.where(why=why), words.LOOK_WHETHER_IT_WORKS)
    return replace(found, portal=portal.host)


def not_taken_up(portal: Portal) -> Finding:
    """Nobody came to look at the portal."""
    return replace(failed(ACCESS, words.NOT_TAKEN_UP, words.SEE_WHY), portal=portal.host)


def _access(portal: Portal, seen: Seen, *, is_renewable: bool) -> Finding:
    """Who registered the robots, and whether that access works and will go on to."""
    page = portal.endpoint.removesuffix("rest/")
    who = {"user": portal.user_id, "page": f"{page}company/personal/user/{portal.user_id}/"}
    if code := seen.get(f"{check.SCOPES}_error"):
        text, remedy = words.REFUSED.get(code, words.REFUSED_OTHERWISE)
        return failed(ACCESS, text.where(**who), remedy, words=_words(seen, check.SCOPES))
    if not is_renewable:
        return warning(ACCESS, words.NO_KEY.where(**who), words.SEE_KEYS)
    code = seen.get(f"{check.RENEWAL}_error")
    if code == "unanswered":
        return warning(ACCESS, words.NO_ANSWER.where(**who), words.SEE_SERVER)
    if code:
        text = words.NOT_RENEWED.where(**who)
        return failed(ACCESS, text, words.KEYS, words=_words(seen, check.RENEWAL))
    return well(ACCESS, words.WORKS.where(**who))


def _permissions(seen: Seen) -> Finding:
    name = "permissions"
    missing = sorted(NEEDED_SCOPES - set(seen[check.SCOPES].split(",")))
    if missing:
        return failed(name, words.LACKS.where(missing=", ".join(missing)), words.TICK)
    return well(name, words.HAS_SCOPES)


def _plan(seen: Seen) -> Finding:
    name = "plan"
    missing = [look for look in check.METHODS if seen.get(look) == check.NO]
    if missing:
        lacking = frozenset(words.OF_PLAN[look] for look in missing)
        methods = ", ".join(check.METHODS[look] for look in missing)
        return failed(name, words.LACKING[lacking].where(methods=methods), words.CHOOSE_PLAN)
    unknown = [method for look, method in check.METHODS.items() if look not in seen]
    if unknown:
        text = words.PLAN_NOT_TOLD.where(methods=", ".join(unknown))
        return warning(name, text, words.ASK_BITRIX24)
    return well(name, words.PLAN_HAS_ALL)


def _administrator(portal: Portal, seen: Seen) -> Finding:
    name, told = "administrator's rights", seen.get(check.ADMIN)
    if told == check.YES:
        return well(name, words.IS_ADMINISTRATOR)
    if told is None:
        text = words.RIGHTS_NOT_TOLD.where(user=portal.user_id)
        return warning(name, text, words.OPEN_IT, words=_words(seen, check.ADMIN))
    return failed(name, words.NO_ADMINISTRATOR.where(user=portal.user_id), words.OPEN_IT)


def _robots(seen: Seen, *, is_as_in_code: bool, in_designer: bool) -> Finding:
    """Registered there as in the code; and the events, since an update wipes all robots."""
    name = "robots"
    if check.ROBOTS not in seen:
        said = _words(seen, check.ROBOTS)
        return failed(name, words.ROBOTS_NOT_TOLD, words.SYNC_AFTER, words=said)
    codes = sorted(definition.code for definition in DEFINITIONS)
    missing = _missing(codes, seen[check.ROBOTS])
    if in_designer and check.ACTIVITIES in seen:
        missing += _missing(sorted(ACTIVITIES), seen[check.ACTIVITIES])
    if missing:
        return failed(name, words.NOT_REGISTERED.where(missing=", ".join(missing)), words.SYNC)
    if not is_as_in_code:
        return failed(name, words.DIFFER, words.SYNC)
    if missing := _missing(EVENTS, seen.get(check.EVENTS, ",".join(EVENTS))):
        kind = failed if set(missing) & set(NEEDED) else warning
        return kind(name, words.NOT_BOUND.where(events=", ".join(missing)), words.SYNC)
    text = words.REGISTERED
    if in_designer:
        is_there = check.ACTIVITIES in seen
        text = words.REGISTERED_IN_DESIGNER if is_there else words.REGISTERED_NO_DESIGNER
    return well(name, text.where(codes=", ".join(codes)))


def _missing(wanted: Sequence[str], listed: str) -> list[str]:
    return [one for one in wanted if one not in listed.split(",")]


def _words(seen: Seen, look: str) -> str:
    return seen.get(f"{look}_words", "")
