"""The newest tokens of each user of each portal, sealed."""

from datetime import UTC, datetime

from sqlalchemy import Connection, bindparam, select, update

from robot.protocol.oauth import Tokens
from robot.store.portals import Portal
from robot.store.tables import tokens
from robot.store.upsert import Insert, Once
from robot.store.vault import UnopenedError, Vault

# Older than every pair that may come.
SET_ASIDE = datetime(1970, 1, 1, tzinfo=UTC)


def _replace(row: Insert, *, overrule: bool) -> Insert:
    new = row.excluded
    return row.on_conflict_do_update(
        index_elements=["portal_id", "user_id"],
        set_={"secrets": new.secrets, "expires_at": new.expires_at},
        where=None if overrule else tokens.c.expires_at < new.expires_at,
    )


_ADD = Once(tokens, lambda row: row.on_conflict_do_nothing())
_RENEW = Once(tokens, lambda row: _replace(row, overrule=False))
_OVERRULE = Once(tokens, lambda row: _replace(row, overrule=True))
_OF_PORTAL = select(tokens).where(tokens.c.portal_id == bindparam("of_portal"))


def save(
    conn: Connection, vault: Vault, portal: Portal, user_tokens: Tokens, *, overrule: bool
) -> None:
    """Keep a user's tokens: newer ones than stored, or (after a renewal) these in any case.

    Tokens that cannot be renewed never take the place of others.
    """
    statement = _OVERRULE if overrule else _RENEW
    if not user_tokens.refresh_token:
        statement = _ADD
    secrets = {"access": user_tokens.access_token, "refresh": user_tokens.refresh_token}
    row = {
        "portal_id": portal.id,
        "user_id": user_tokens.user_id,
        "secrets": vault.seal(portal.member_id, secrets),
        "expires_at": user_tokens.expires_at,
    }
    conn.execute(statement.of(conn), row)


def set_aside(conn: Connection, portal: Portal, refused: Tokens) -> None:
    """Any pair may take this one's place; nothing happens where another one did already."""
    conn.execute(
        update(tokens)
        .where(
            tokens.c.portal_id == portal.id,
            tokens.c.user_id == refused.user_id,
            tokens.c.expires_at == refused.expires_at,
        )
        .values(expires_at=SET_ASIDE)
    )


def of_user(conn: Connection, vault: Vault, portal: Portal, user_id: int) -> Tokens | None:
    """One user's tokens; those that our keys do not open count as unknown."""
    query = _OF_PORTAL.where(tokens.c.user_id == user_id)
    row = conn.execute(query, {"of_portal": portal.id}).one_or_none()
    if row is None:
        return None
    return _tokens(vault, portal.member_id, row.user_id, row.secrets, row.expires_at)


def of_portal(conn: Connection, vault: Vault, portal: Portal) -> list[Tokens]:
    """Every user's tokens; those that our keys do not open count as unknown."""
    rows = conn.execute(_OF_PORTAL, {"of_portal": portal.id})
    found = (
        _tokens(vault, portal.member_id, row.user_id, row.secrets, row.expires_at) for row in rows
    )
    return [user_tokens for user_tokens in found if user_tokens]


def _tokens(
    vault: Vault, member_id: str, user_id: int, sealed: bytes, expires_at: datetime
) -> Tokens | None:
    try:
        secrets = vault.open(member_id, sealed)
    except UnopenedError:
        return None
    return Tokens(
        user_id=user_id,
        access_token=secrets["access"],
        refresh_token=secrets["refresh"],
        expires_at=expires_at,
    )
