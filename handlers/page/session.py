"""Our own session for a page in Bitrix24's frame, where no cookie can be relied on.

It is sealed, so nobody can make or read one; it names one portal and one user of it, and lives for
minutes: the page renews it with what Bitrix24's frame gives it, and whoever is no administrator any
more gets none. Each change carries a token of its own besides, bound to the session and the action.
"""

import hmac
import secrets
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta

from handlers.page.texts import mark, said
from robot.errors import ForgedError, RobotError
from robot.store.vault import UnopenedError, Vault
from robot.work.visiting import Visitor

LIVES = timedelta(minutes=10)
OWNER = "session of the page"
HEADER = "X-Linkrobot-Session"
ENDED = mark("This page was open for long. Reload it in Bitrix24.")


class SessionEndedError(RobotError):
    """401: the page has to be opened again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Who looks at the page, for as long as it is believed."""

    portal_id: int
    user_id: int
    language: str  # Bitrix24's code, such as `de`
    time_zone: str  # IANA; empty: that of the browser
    secret: str = field(repr=False)
    expires_at: int  # seconds since 1970


def begin(visitor: Visitor, *, language: str, now: datetime) -> Session:
    """A new one, for an administrator."""
    return Session(
        portal_id=visitor.portal.id,
        user_id=visitor.user_id,
        language=language,
        time_zone=visitor.time_zone,
        secret=secrets.token_urlsafe(24),
        expires_at=int((now + LIVES).timestamp()),
    )


def prolong(old: Session, visitor: Visitor, *, now: datetime) -> Session:
    """The same page goes on, so that the tokens of its forms stay good.

    Raises:
        ForgedError: it is another user's page.
    """
    if (old.portal_id, old.user_id) != (visitor.portal.id, visitor.user_id):
        raise ForgedError("the session of the page is another user's")
    return replace(old, expires_at=int((now + LIVES).timestamp()))


def seal(vault: Vault, session: Session) -> str:
    """As the page carries it."""
    return vault.seal(OWNER, asdict(session)).decode()


def unseal(vault: Vault, text: str) -> Session:
    """What we sealed, also when its time is over.

    Raises:
        ForgedError: we did not.
    """
    try:
        return Session(**vault.open(OWNER, text.encode()))
    except (UnopenedError, TypeError):  # another version's has other fields
        raise ForgedError("the session of the page is none of ours") from None


def check(session: Session, *, now: datetime | None = None) -> Session:
    """The session, while it lives.

    Raises:
        SessionEndedError: its time is over.
    """
    if (now or datetime.now(UTC)).timestamp() >= session.expires_at:
        raise SessionEndedError(said(session.language, ENDED))
    return session


def token(session: Session, action: str) -> str:
    """What a change has to bring: good in this session, for this action only."""
    return hmac.digest(session.secret.encode(), action.encode(), "sha256").hex()


def check_token(session: Session, action: str, given: str) -> None:
    """Whether a change was asked for by our own page.

    Raises:
        ForgedError: not so.
    """
    if not hmac.compare_digest(token(session, action).encode(), given.encode()):
        raise ForgedError("a change of the page without its token")
