"""Bitrix24's refusals get codes that stay the same, and texts that say the remedy."""

import pytest

from robot.errors import NotExecutedError, OutcomeUnknownError
from robot.flows.failures import (
    Tried,
    explain,
    explain_registering,
    gave_up,
    internal_error,
)
from robot.protocol.oauth import NO_TOKEN
from tests.flows.flow_player import refusal

MODIFY = "You do not have permissions to modify this document"
VIEW = "You do not have permissions to view documents"
MISSING = "Bitrix\\DocumentGenerator\\Document constructor must be is public"
REFUSALS = [
    # wire facts 10.2: the codes are often nothing, so the words tell
    ("100", MISSING, "bitrix24_error"),
    ("0", "Document not found", "document_not_found"),
    ("", "Document not found", "document_not_found"),
    ("DOCGEN_ACCESS_ERROR", "Access denied", "no_rights"),
    ("DOCGEN_ACCESS_ERROR", "Доступ запрещен", "no_rights"),
    ("", MODIFY, "no_rights"),
    ("0", MODIFY, "no_rights"),
    ("", VIEW, "no_rights"),
    ("", "Module documentgenerator is not installed", "not_on_plan"),
    ("ALLOWED_ONLY_INTRANET_USER", "", "no_rights"),
    # section 6.3
    ("AUTHORIZATION_ERROR", "Unable to authorize user", "no_rights"),
    ("USER_ACCESS_ERROR", "The user does not have access to the application.", "no_rights"),
    ("INVALID_CREDENTIALS", "Invalid request credentials", "no_rights"),
    ("APPLICATION_NOT_FOUND", "Application not found", "app_not_installed"),
    ("ERROR_OAUTH", "Application not installed", "app_not_installed"),
    ("NOT_INSTALLED", "Application not installed", "app_not_installed"),
    ("PAYMENT_REQUIRED", "Subscription has been ended", "not_on_plan"),
    ("INSUFFICIENT_SCOPE", "", "scope_missing"),
    ("ACCESS_DENIED", "Access denied!", "no_rights"),
    ("ACCESS_DENIED", "REST is available only on commercial plans.", "not_on_plan"),
    ("ERROR_METHOD_NOT_FOUND", "Method not found!", "not_on_plan"),
    ("PORTAL_DELETED", "Portal was deleted", "portal_deleted"),
    (NO_TOKEN, "", "no_token"),
    ("ERROR_CORE", "Something broke", "bitrix24_error"),
    ("", "", "bitrix24_error"),
]


@pytest.mark.parametrize(("code", "words", "error_code"), REFUSALS)
def test_every_refusal_has_a_lasting_code(code: str, words: str, error_code: str) -> None:
    told = explain(refusal(code, words))

    assert told.code == error_code
    assert len(told.text) > 30


@pytest.mark.parametrize("code", ["EXPIRED_TOKEN", "INVALID_TOKEN", "NO_AUTH_FOUND"])
def test_a_token_that_is_refused_for_good_is_a_missing_token(code: str) -> None:
    assert explain(refusal(code, "The access token provided has expired")).code == "no_token"


def test_bitrix24s_own_words_and_code_are_told_too() -> None:
    told = explain(refusal("ERROR_CORE", "Something broke"))

    assert told.text.endswith("Bitrix24 said: «Something broke» (ERROR_CORE)")


@pytest.mark.parametrize("code", ["", "0"])
def test_a_code_that_says_nothing_is_not_told(code: str) -> None:
    assert explain(refusal(code, "Document not found")).text.endswith("«Document not found»")


def test_our_own_code_is_not_told_as_bitrix24s() -> None:
    assert "Bitrix24 said" not in explain(refusal(NO_TOKEN)).text


@pytest.mark.parametrize(
    ("code", "words", "error_code"),
    [
        ("ACCESS_DENIED", "Access denied!", "not_admin"),
        ("ACCESS_DENIED", "Access denied! Application context required", "not_admin"),
        ("ACCESS_DENIED", "REST is available only on commercial plans.", "not_on_plan"),
        ("ERROR_METHOD_NOT_FOUND", "Method not found!", "not_on_plan"),
        ("INSUFFICIENT_SCOPE", "", "scope_missing"),
        ("ERROR_WRONG_HANDLER_URL", "Wrong handler URL", "bitrix24_error"),
    ],
)
def test_a_refused_registration_says_what_to_do(code: str, words: str, error_code: str) -> None:
    assert explain_registering(refusal(code, words)).code == error_code


def test_giving_up_says_what_came_last() -> None:
    unanswered = OutcomeUnknownError("batch", "", "no answer (ReadTimeout)")
    refused = NotExecutedError("batch", "OPERATION_TIME_LIMIT", "Method is blocked")

    told = gave_up(Tried("crm.documentgenerator.document.list", 7, unanswered))

    assert told.code == "gave_up"
    assert "7 times: crm.documentgenerator.document.list. Last: no answer (ReadT" in told.text
    assert "«Method is blocked» (OPERATION_TIME_LIMIT)" in gave_up(Tried("m", 1, refused)).text
    assert "once: m." in gave_up(Tried("m", 1, refused)).text


def test_giving_up_before_anything_was_tried_blames_nobody_else() -> None:
    assert gave_up(None).code == "gave_up"
    assert "Bitrix24 could not be reached" not in gave_up(None).text


def test_a_fault_of_ours_names_the_run_and_blames_nobody_else() -> None:
    assert internal_error(17).code == "internal_error"
    assert "17" in internal_error(17).text
