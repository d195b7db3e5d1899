"""Who sends a message, and the tokens that come with it: the `auth` fields. Pure.

Nothing here is proven: verifying is portal/verify.py's part. Facts: wire facts 1.4, 8.1, 8.3.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime

from robot.protocol.fields import HUGE, Fields

MEMBER_ID = re.compile(r"[A-Za-z0-9]{1,64}")  # 32 hex digits, as far as was seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Auth:
    """Bitrix24's `auth` block; what is missing is "" or None. Nothing of it is verified."""

    member_id: str  # the portal's lasting id; its domain may change
    access_token: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    expires_at: datetime | None = None  # of the access token, UTC
    user_id: int | None = None  # whose tokens they are; above 0
    domain: str = ""  # the portal's host; may be an alias, or empty
    client_endpoint: str = ""  # https://<portal>/rest/
    server_endpoint: str = ""  # https://<authorization server>/rest/
    application_token: str = field(default="", repr=False)
    scope: tuple[str, ...] = ()
    status: str = ""  # L local, F free, D demo, T trial, P paid


def parse_auth(fields: Fields) -> Auth:
    """The `auth` fields of a robot's call or of an event; any but member_id may be missing.

    Raises:
        UnreadableError: no member_id, or a field of the wrong shape.
    """
    user_id = fields.number("user_id")
    return Auth(
        member_id=fields.required("member_id", MEMBER_ID),
        access_token=fields.text("access_token"),
        refresh_token=fields.text("refresh_token"),
        expires_at=fields.moment("expires"),
        user_id=user_id if user_id and user_id < HUGE else None,
        domain=fields.text("domain"),
        client_endpoint=fields.text("client_endpoint"),
        server_endpoint=fields.text("server_endpoint"),
        application_token=fields.text("application_token"),
        scope=split_scope(fields.text("scope")),
        status=fields.text("status"),
    )


def split_scope(scope: str) -> tuple[str, ...]:
    """`crm,bizproc` or `crm bizproc`: the docs say spaces, commas were seen (wire facts 8.1)."""
    return tuple(scope.replace(",", " ").split())
