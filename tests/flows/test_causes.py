"""Which failures an administrator is told of: those that a person must mend, and no others."""

import re
from pathlib import Path

import pytest

from robot.flows.causes import BY_ERROR_CODE, Cause, cause_of
from robot.flows.flow import Template, failed, succeeded
from robot.flows.texts import notices

TEMPLATES = {39: Template(name="Contract"), 41: Template(name="Invoice", gone=True)}
# They pass, or are about one deal, or nobody can be told, or it is a fault of ours.
NOT_TOLD = {
    *("no_document", "document_not_found", "too_many_documents", "not_a_crm_item"),
    *("unreadable_document_id", "unreadable_template_id", "unreadable_which"),
    *("unreadable_valid_days", "ended_meanwhile", "no_link", "unexpected_answer"),
    *("bitrix24_error", "gave_up", "unknown_robot", "internal_error"),
    *("app_not_installed", "portal_deleted"),
}


@pytest.mark.parametrize(("code", "cause"), BY_ERROR_CODE.items())
def test_what_a_person_must_mend_is_told(code: str, cause: Cause) -> None:
    assert cause_of(failed(code, "…"), {}, {}) is cause


@pytest.mark.parametrize("code", sorted(NOT_TOLD))
def test_the_rest_is_not(code: str) -> None:
    assert cause_of(failed(code, "…"), {}, {}) is None


def test_what_succeeded_is_not_told() -> None:
    assert cause_of(succeeded("Done."), {}, {}) is None


def test_every_code_of_the_readme_is_one_or_the_other() -> None:
    readme = Path(__file__).parents[2].joinpath("README.md").read_text(encoding="utf-8")
    table = readme.split("`error_code` stays the same")[1].split("## Commands")[0]
    codes = {code for row in re.findall(r"^\| (`.*?) \|", table, re.M) for code in row.split("`")}

    assert {code for code in codes if code.strip(", ")} == {*BY_ERROR_CODE, *NOT_TOLD}


TEMPLATE_IDS = {
    "deleted": ("41", Cause.TEMPLATE),
    "still there": ("39", None),
    "not ours": ("7", None),
    "any": ("", None),
    "several": (["41"], None),
}


@pytest.mark.parametrize(("given", "cause"), TEMPLATE_IDS.values(), ids=TEMPLATE_IDS)
def test_robots_that_use_a_deleted_template_are_told_of(given: object, cause: Cause | None) -> None:
    assert cause_of(failed("no_document", "…"), {"template_id": given}, TEMPLATES) is cause


@pytest.mark.parametrize("cause", Cause)
def test_each_cause_has_its_remedy(cause: Cause) -> None:
    assert notices("en")[cause]
