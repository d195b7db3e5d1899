"""What the authorization servers say."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot.errors import (
    NotExecutedError,
    OutcomeUnknownError,
    PortalError,
    RejectedError,
    TokenError,
)
from robot.protocol.oauth import (
    EXPIRY_MARGIN,
    TOKEN_LIFE,
    Renewed,
    Tokens,
    Verified,
    read_app_info,
    read_renewal,
    renewal,
)

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
MEMBER = "a223c6b3710f85df22e9377d6c4f7553"
RENEWED: dict[str, Any] = {
    "access_token": "new-access",
    "client_endpoint": "https://acme.bitrix24.com/rest/",
    "domain": "oauth.bitrix.info",  # the authorization server, not the portal
    "expires_in": 3600,
    "member_id": MEMBER,
    "refresh_token": "new-refresh",
    "scope": "crm,bizproc",
    "server_endpoint": "https://oauth.bitrix.info/rest/",
    "status": "L",
    "user_id": 1,
}
APP: dict[str, Any] = {
    "client_id": "local.5c8bb1b0891cf2.87252039",
    "scope": "crm,bizproc",
    "user_id": 7,
    "install": {
        "member_id": MEMBER,
        "client_endpoint": "https://acme.bitrix24.com/rest/",
        "version": "1",
        "status": "L",
    },
}


def renewed(answer: object, *, status: int = 200) -> Renewed:
    body = json.dumps(answer).encode()
    return read_renewal(status, body, member_id=MEMBER, now=NOW)


def read(answer: object, *, status: int = 200) -> Tokens:
    return renewed(answer, status=status).tokens


def info(answer: object, *, status: int = 200) -> Verified:
    return read_app_info(status, json.dumps(answer).encode())


def test_a_renewal_brings_the_next_pair() -> None:
    assert read(RENEWED) == Tokens(
        user_id=1,
        access_token="new-access",
        refresh_token="new-refresh",
        expires_at=NOW + timedelta(hours=1),
    )


def test_the_address_in_a_renewal_is_the_endpoint_and_never_the_domain() -> None:
    assert renewed(RENEWED).client_endpoint == "https://acme.bitrix24.com/rest/"
    assert "oauth.bitrix.info" not in repr(renewed(RENEWED))


@pytest.mark.parametrize(
    ("expires_in", "life"),
    [
        pytest.param(60, timedelta(seconds=60), id="a number"),
        pytest.param("60", timedelta(seconds=60), id="digits"),
        pytest.param(10**6, TOKEN_LIFE, id="longer than documented"),
        pytest.param(10**17, TOKEN_LIFE, id="a number beyond all calendars"),
        pytest.param(10**40, TOKEN_LIFE, id="a number beyond all databases"),
        pytest.param(None, TOKEN_LIFE, id="nothing"),
        pytest.param("soon", TOKEN_LIFE, id="a word"),
    ],
)
def test_a_tokens_life_is_believed_up_to_what_is_documented(
    expires_in: object, life: timedelta
) -> None:
    assert read(RENEWED | {"expires_in": expires_in}).expires_at == NOW + life


@pytest.mark.parametrize(
    ("status", "answer", "kind"),
    [
        pytest.param(200, {"error": "wrong_client"}, RejectedError, id="wrong_client with 200"),
        pytest.param(400, {"error": "invalid_grant"}, RejectedError, id="a dead refresh token"),
        pytest.param(400, {"error": "invalid_client"}, RejectedError, id="a wrong secret"),
        pytest.param(401, {"error": "NOT_INSTALLED"}, RejectedError, id="removed"),
        pytest.param(403, {"error": "invalid_scope"}, RejectedError, id="scope"),
        pytest.param(401, {"error": "PAYMENT_REQUIRED"}, RejectedError, id="not paid"),
        pytest.param(503, {"error": "QUERY_LIMIT_EXCEEDED"}, NotExecutedError, id="too many"),
        pytest.param(500, {"error": "whatever"}, OutcomeUnknownError, id="a server error"),
        pytest.param(200, {}, OutcomeUnknownError, id="no tokens"),
        pytest.param(200, [], OutcomeUnknownError, id="a list"),
        pytest.param(200, RENEWED | {"access_token": ""}, OutcomeUnknownError, id="empty token"),
        pytest.param(200, RENEWED | {"refresh_token": 5}, OutcomeUnknownError, id="a number"),
        pytest.param(200, RENEWED | {"member_id": "b" * 32}, RejectedError, id="other portal's"),
        pytest.param(200, {**RENEWED, "member_id": None}, RejectedError, id="nobody's"),
    ],
)
def test_a_renewal_that_brings_no_tokens_of_this_portal_says_why(
    status: int, answer: object, kind: type[PortalError]
) -> None:
    with pytest.raises(PortalError) as caught:
        read(answer, status=status)

    assert type(caught.value) is kind


def test_a_page_instead_of_tokens_tells_nothing() -> None:
    with pytest.raises(OutcomeUnknownError):
        read_renewal(502, b"<html>", member_id=MEMBER, now=NOW)


def test_tokens_are_not_shown() -> None:
    assert "new-access" not in repr(read(RENEWED))
    assert "new-refresh" not in repr(read(RENEWED))


def test_a_token_is_not_used_up_to_its_last_second() -> None:
    tokens = read(RENEWED)

    assert tokens.is_live(tokens.expires_at - EXPIRY_MARGIN - timedelta(seconds=1))
    assert not tokens.is_live(tokens.expires_at - EXPIRY_MARGIN)


def test_a_renewal_asks_with_our_secret_in_a_form() -> None:
    assert renewal("id", "secret", "refresh") == {
        "grant_type": "refresh_token",
        "client_id": "id",
        "client_secret": "secret",
        "refresh_token": "refresh",
    }


def test_app_info_says_who_a_portal_is() -> None:
    assert info({"result": APP}) == Verified(
        member_id=MEMBER,
        client_id="local.5c8bb1b0891cf2.87252039",
        user_id=7,
        client_endpoint="https://acme.bitrix24.com/rest/",
        scope=("crm", "bizproc"),
    )


def test_scopes_are_told_apart_by_commas_or_spaces() -> None:
    assert info({"result": APP | {"scope": "crm bizproc"}}).scope == ("crm", "bizproc")


@pytest.mark.parametrize(
    ("status", "answer", "kind"),
    [
        pytest.param(401, {"error": "expired_token"}, TokenError, id="an expired token"),
        pytest.param(401, {"error": "invalid_token"}, TokenError, id="a made-up token"),
        pytest.param(401, {"error": "PAYMENT_REQUIRED"}, RejectedError, id="not paid"),
        pytest.param(200, {"result": {}}, OutcomeUnknownError, id="no install"),
        pytest.param(200, {"result": []}, OutcomeUnknownError, id="a list"),
        pytest.param(200, {"result": APP | {"install": []}}, OutcomeUnknownError, id="no map"),
        pytest.param(200, {"result": APP | {"client_id": ""}}, RejectedError, id="no application"),
        pytest.param(200, {"result": APP | {"user_id": 0}}, RejectedError, id="nobody"),
        pytest.param(200, {"result": APP | {"user_id": -1}}, RejectedError, id="below zero"),
        pytest.param(200, {"result": APP | {"user_id": "x"}}, RejectedError, id="no number"),
        pytest.param(200, {"result": APP | {"user_id": 10**30}}, RejectedError, id="too large"),
        pytest.param(
            200, {"result": APP | {"install": {"x": 1}}}, RejectedError, id="no portal named"
        ),
    ],
)
def test_an_answer_that_names_nobody_proves_nothing(
    status: int, answer: object, kind: type[PortalError]
) -> None:
    with pytest.raises(PortalError) as caught:
        info(answer, status=status)

    assert type(caught.value) is kind


@given(st.integers(200, 599), st.binary())
def test_any_bytes_are_an_identity_or_an_error(status: int, body: bytes) -> None:
    with pytest.raises(PortalError):
        read_app_info(status, body)
    with pytest.raises(PortalError):
        read_renewal(status, body, member_id=MEMBER, now=NOW)
