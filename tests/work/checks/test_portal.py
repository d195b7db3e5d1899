"""What a look at a portal means, from its worst case on: each with the remedy that mends it."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from robot.flows import check
from robot.flows.binding import EVENTS, NEEDED, USEFUL
from robot.flows.catalogue import ACTIVITIES, DISABLE, ENABLE
from robot.work.checks import portal as judging
from robot.work.checks.finding import Finding, State
from tests.work.checks.checks_rig import a_portal

GOOD = {
    "succeeded": "Y",
    check.SCOPES: "bizproc,crm",
    check.ADMIN: check.YES,
    check.ROBOTS: f"somebody_elses,{ENABLE},{DISABLE}",
    check.ACTIVITIES: ",".join(ACTIVITIES),
    check.EVENTS: ",".join(EVENTS),
    **dict.fromkeys(check.METHODS, check.YES),
}
SYNC, OPEN = "linkrobot robots sync", "open the application"


def judged(
    seen: Mapping[str, str] | None = None,
    *,
    without: str = "",
    is_as_in_code: bool = True,
    is_renewable: bool = True,
    in_designer: bool = True,
) -> dict[str, Finding]:
    known = {look: value for look, value in GOOD.items() if look != without} | dict(seen or {})
    found = judging.judge(
        a_portal(),
        known,
        is_as_in_code=is_as_in_code,
        is_renewable=is_renewable,
        in_designer=in_designer,
    )
    assert {one.portal for one in found} == {"acme.bitrix24.com"}
    return {one.name: one for one in found}


def wrong(found: dict[str, Finding]) -> dict[str, State]:
    return {name: one.state for name, one in found.items() if one.state is not State.WELL}


def test_a_portal_where_all_is_well_says_who_installed_it() -> None:
    found = judged()

    assert wrong(found) == {}
    assert set(found) == {"access", "permissions", "plan", "administrator's rights", "robots"}
    assert "https://acme.bitrix24.com/company/personal/user/1/" in found["access"].text


@pytest.mark.parametrize(
    ("code", "text", "remedy"),
    [
        ("no_rights", "dismissed", OPEN),
        ("no_token", "no valid access", OPEN),
        ("app_not_installed", "not installed", "Install it again"),
        ("portal_deleted", "deleted", "Nothing"),
        ("not_on_plan", "plan", "commercial plan"),
        ("bitrix24_error", "made up", "own words"),
    ],
)
def test_access_that_is_gone_is_one_failure_with_its_remedy(
    code: str, text: str, remedy: str
) -> None:
    seen = {"scopes_error": code, "scopes_words": "made up (CODE)"}

    found = judged(seen, without=check.SCOPES)

    assert wrong(found) == {"access": State.FAILED}
    assert set(found) == {"access"}
    assert text in found["access"].text
    assert remedy in found["access"].remedy


def test_access_that_is_not_renewed_any_more_is_a_failure() -> None:
    found = judged({"renewal_error": "no_token", "renewal_words": "(NO_TOKEN)"})

    assert wrong(found) == {"access": State.FAILED}
    assert "LINKROBOT_CLIENT_SECRET" in found["access"].remedy


@pytest.mark.parametrize(("error", "is_renewable"), [("unanswered", True), ("no_token", False)])
def test_access_that_works_and_could_not_be_renewed_now_is_a_warning(
    error: str, is_renewable: bool
) -> None:
    found = judged({"renewal_error": error}, is_renewable=is_renewable)

    assert wrong(found) == {"access": State.WARNING}


@pytest.mark.parametrize(
    ("scopes", "missing"), [("crm", "bizproc"), ("bizproc", "crm"), ("", "bizproc, crm")]
)
def test_a_missing_permission_is_named(scopes: str, missing: str) -> None:
    found = judged({"scopes": scopes, "robots_error": "scope_missing"}, without=check.ROBOTS)

    assert wrong(found) == {"permissions": State.FAILED}
    assert found["permissions"].text.endswith(f": {missing}.")


@pytest.mark.parametrize("look", check.METHODS)
def test_a_method_that_the_plan_lacks_is_named(look: str) -> None:
    found = judged({look: check.NO})

    assert wrong(found) == {"plan": State.FAILED}
    assert check.METHODS[look] in found["plan"].text


def test_a_plan_of_which_nothing_is_told_is_a_warning() -> None:
    assert wrong(judged(without="sending")) == {"plan": State.WARNING}


def test_an_administrator_who_is_none_any_more_is_a_failure() -> None:
    found = judged({"admin": check.NO, "robots_error": "no_rights"}, without=check.ROBOTS)

    assert wrong(found) == {"administrator's rights": State.FAILED}
    assert OPEN in found["administrator's rights"].remedy
    assert wrong(judged(without=check.ADMIN)) == {"administrator's rights": State.WARNING}


def test_robots_that_are_missing_differ_or_cannot_be_listed_are_a_failure() -> None:
    missing = judged({"robots": ENABLE})["robots"]
    differing = judged(is_as_in_code=False)["robots"]
    unbound = judged({"events": EVENTS[0]})["robots"]
    unknown = judged({"robots_error": "bitrix24_error"}, without=check.ROBOTS)["robots"]

    found = [missing, differing, unbound, unknown]
    assert {one.state for one in found} == {State.FAILED}
    assert all(SYNC in one.remedy for one in found)
    assert DISABLE in missing.text
    assert EVENTS[1] in unbound.text


@pytest.mark.parametrize(
    ("seen", "without", "in_designer", "words"),
    [
        pytest.param({}, "", True, "In the workflow designer, too", id="both"),
        pytest.param(
            {"activities_error": "not_on_plan"}, check.ACTIVITIES, True, "plan lacks", id="no plan"
        ),
        pytest.param({"activities": ""}, "", False, "LINKROBOT_ACTIVITIES", id="not wanted"),
    ],
)
def test_whether_they_are_in_the_workflow_designer_is_told(
    seen: dict[str, str], without: str, in_designer: bool, words: str
) -> None:
    found = judged(seen, without=without, in_designer=in_designer)["robots"]

    assert (found.state, words in found.text) == (State.WELL, True)


def test_activities_that_are_missing_are_a_failure() -> None:
    found = judged({"activities": ""})["robots"]

    assert (found.state, found.remedy) == (State.FAILED, f"`{SYNC}`")
    assert f"{ENABLE}_activity" in found.text


def test_deleted_documents_that_are_not_told_are_only_worth_a_warning() -> None:
    found = judged({"events": ",".join(NEEDED)})["robots"]

    assert found.state is State.WARNING
    assert USEFUL[0] in found.text


def test_events_of_which_nothing_is_told_are_no_failure() -> None:
    assert wrong(judged(without=check.EVENTS)) == {}


def test_a_portal_that_could_not_be_asked_is_a_failure() -> None:
    found = judging.not_asked(a_portal(), "no answer")

    assert (found.state, found.portal) == (State.FAILED, "acme.bitrix24.com")


def test_a_portal_on_another_port_is_named_with_it() -> None:
    local = replace(a_portal(), endpoint="http://127.0.0.2:8100/rest/")

    (access, *_) = judging.judge(local, GOOD, is_as_in_code=True, is_renewable=True)

    assert "http://127.0.0.2:8100/company/personal/user/1/" in access.text
    assert access.portal == "127.0.0.2:8100"
