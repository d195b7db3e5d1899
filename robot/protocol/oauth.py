"""What the authorization servers say: who a portal is, and new tokens. No I/O.

Facts: wire facts sections 1.6 and 7. In a renewal's answer `domain` is the authorization server,
never the portal; `wrong_client` comes with HTTP 200.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from robot.errors import OutcomeUnknownError, RejectedError, TokenError
from robot.protocol.answers import as_int, decipher, error_of

APP_INFO = "app.info"
RENEWAL = "oauth/token"
NO_TOKEN = "NO_TOKEN"  # noqa: S105  our own code: nobody's access token is left to try
UNANSWERED = "UNANSWERED"  # our own code: a renewal that is asked for once only got no answer
TOKEN_LIFE = timedelta(hours=1)  # docs: settings/oauth/auto-renewal.md
# A token that ends sooner than this is not used any more; clocks differ a little.
EXPIRY_MARGIN = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """One user's way into one portal."""

    user_id: int
    access_token: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)
    expires_at: datetime

    def is_live(self, now: datetime) -> bool:
        """Whether the access token is worth trying."""
        return bool(self.access_token) and self.expires_at - EXPIRY_MARGIN > now


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A portal as the authorization server knows it; nothing here comes from the POST."""

    member_id: str
    client_id: str
    user_id: int  # whose token was verified
    client_endpoint: str  # not yet checked against the rules for addresses
    scope: tuple[str, ...]


def read_app_info(status: int, body: bytes) -> Verified:
    """Who the token belongs to.

    Raises:
        PortalError: the server refused the token (RejectedError, TokenError) or did not answer
            as documented (OutcomeUnknownError).
    """
    result = decipher(APP_INFO, status, body).result
    install = result.get("install") if isinstance(result, dict) else None
    if not isinstance(install, dict):
        raise OutcomeUnknownError(APP_INFO, "", "no `install` in the answer")
    member_id, client_id = str(install.get("member_id") or ""), str(result.get("client_id") or "")
    user_id = as_int(result.get("user_id")) or 0
    if not (member_id and client_id and user_id > 0):
        raise RejectedError(APP_INFO, "", "the answer names no portal, application or user")
    return Verified(
        member_id=member_id,
        client_id=client_id,
        user_id=user_id,
        client_endpoint=str(install.get("client_endpoint") or ""),
        scope=_scope(result.get("scope") or install.get("scope")),
    )


def renewal(client_id: str, client_secret: str, refresh_token: str) -> dict[str, str]:
    """The form of a renewal. Sent as a POST body, so that no log of addresses holds it."""
    return {
        "grant_type": "refresh_token",
        "client_id": client_id,
        "client_secret": client_secret,
        "refresh_token": refresh_token,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    """A renewal's answer: the new pair, and what it proves of the portal."""

    tokens: Tokens
    client_endpoint: str  # not yet checked against the rules for addresses
    scope: tuple[str, ...]


def read_renewal(status: int, body: bytes, *, member_id: str, now: datetime) -> Renewed:
    """The new pair of tokens; it replaces the old one.

    Raises:
        PortalError: refused (RejectedError), or no answer as documented (OutcomeUnknownError).
    """
    payload = _payload(status, body)
    if payload.get("error"):
        error = error_of(RENEWAL, payload, status=status)
        if isinstance(error, TokenError):  # of a refresh token, that is final
            raise RejectedError(RENEWAL, error.code, error.text)
        raise error
    access_token, refresh_token = payload.get("access_token"), payload.get("refresh_token")
    if not (isinstance(access_token, str) and isinstance(refresh_token, str) and access_token):
        raise OutcomeUnknownError(RENEWAL, "", f"HTTP {status} without tokens")
    if payload.get("member_id") != member_id:
        raise RejectedError(RENEWAL, "", "the tokens belong to another portal")
    longest = int(TOKEN_LIFE.total_seconds())
    life = min(as_int(payload.get("expires_in")) or longest, longest)
    return Renewed(
        tokens=Tokens(
            user_id=as_int(payload.get("user_id")) or 0,
            access_token=access_token,
            refresh_token=refresh_token,
            expires_at=now + timedelta(seconds=life),
        ),
        client_endpoint=str(payload.get("client_endpoint") or ""),
        scope=_scope(payload.get("scope")),
    )


def aware(unix_seconds: int) -> datetime:
    """A Unix time as aware UTC."""
    return datetime.fromtimestamp(unix_seconds, UTC)


def _payload(status: int, body: bytes) -> Mapping[str, Any]:
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        payload = None
    if not isinstance(payload, dict):
        raise OutcomeUnknownError(RENEWAL, "", f"HTTP {status}, not JSON")
    return payload


def _scope(value: object) -> tuple[str, ...]:
    """Commas in most places, spaces on one page of the documentation."""
    return tuple(str(value or "").replace(",", " ").split())
