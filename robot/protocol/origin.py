"""Is this message from the portal that it names. Pure.

Bitrix24 signs nothing: the `application_token` given at install is the only proof that every
later message carries (docs: api-reference/events/safe-event-handlers.md).
"""

import hashlib
import hmac


def digest(secret: str) -> bytes:
    """SHA-256 of a secret that we must recognise but never need again."""
    return hashlib.sha256(secret.encode()).digest()


def is_same(stored: bytes | None, application_token: str) -> bool:
    """Whether a message's application token is the stored one, in constant time.

    A portal for which none is stored costs the same time and is never the same.
    """
    given = digest(application_token)
    return hmac.compare_digest(stored or bytes(32), given) and bool(stored and application_token)
