"""Event tokens: `<workflow_id>|<activity_name>|<32 alnum>.<64 hex>`. Wire facts 1.2."""

import hmac
import secrets
import string
from hashlib import sha256
from typing import Any

_ALNUM = string.ascii_letters + string.digits


def new_workflow_id(now: float) -> str:
    """PHP's `uniqid('', true)`: 14 hex, a dot, 8 digits."""
    return f"{int(now * 1_000_000):014x}.{secrets.randbelow(10**8):08d}"


def new_activity_name() -> str:
    return "A" + "_".join(str(10_000 + secrets.randbelow(90_000)) for _ in range(4))


def new_secret() -> str:
    return "".join(secrets.choice(_ALNUM) for _ in range(32))


def sign(key: bytes, workflow_id: str, activity_name: str, secret: str) -> str:
    text = f"{workflow_id}|{activity_name}|{secret}"
    return f"{text}.{_signature(key, text)}"


def open_token(key: bytes, token: Any) -> tuple[str, str, str] | None:
    """(workflow_id, activity_name, secret), or None where it is not of this portal."""
    if not isinstance(token, str):
        return None
    text, _, signature = token.rpartition(".")
    if not hmac.compare_digest(_signature(key, text).encode(), signature.encode()):
        return None
    parts = text.split("|")
    return (parts[0], parts[1], parts[2]) if len(parts) == 3 else None


def _signature(key: bytes, text: str) -> str:
    return hmac.new(key, b"bizproc" + text.encode(), sha256).hexdigest()
