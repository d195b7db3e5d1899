"""Access and refresh tokens, as the authorization server knows them. Wire facts 1.4, 7."""

import secrets
from dataclasses import dataclass, field

ACCESS_LIVES = 3600  # seconds
_TOKEN_BYTES = 35  # seen live: 70 hex characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Who a token speaks for."""

    member_id: str
    client_id: str
    user_id: int
    scope: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Freshly minted tokens of one grant; `expires` in unix seconds."""

    access: str
    refresh: str
    expires: int
    grant: Grant


@dataclass(slots=True, kw_only=True)
class _Record:
    grant: Grant
    expires: float
    revoked: bool = False  # the app was uninstalled


@dataclass(slots=True, kw_only=True)
class Tokens:
    """All tokens of all portals."""

    _access: dict[str, _Record] = field(default_factory=dict)
    _refresh: dict[str, _Record] = field(default_factory=dict)

    def mint(self, grant: Grant, *, now: float, refresh_lives: float) -> Pair:
        """A new pair; the refresh token lives so many seconds from now."""
        access, refresh = secrets.token_hex(_TOKEN_BYTES), secrets.token_hex(_TOKEN_BYTES)
        self._access[access] = _Record(grant=grant, expires=now + ACCESS_LIVES)
        self._refresh[refresh] = _Record(grant=grant, expires=now + refresh_lives)
        return Pair(access=access, refresh=refresh, expires=int(now) + ACCESS_LIVES, grant=grant)

    def access(self, token: str) -> _Record | None:
        return self._access.get(token)

    def refresh(self, token: str) -> _Record | None:
        return self._refresh.get(token)

    def forget_refresh(self, token: str) -> None:
        self._refresh.pop(token, None)

    def expire(self, member_id: str, user_id: int | None, *, now: float) -> int:
        """All access tokens of the portal (and user) end now; refresh tokens live on."""
        hit = [
            record
            for record in self._access.values()
            if record.grant.member_id == member_id and user_id in (None, record.grant.user_id)
        ]
        for record in hit:
            record.expires = min(record.expires, now)
        return len(hit)

    def revoke(self, member_id: str, client_id: str) -> None:
        """The app left the portal: all its tokens are dead."""
        for record in [*self._access.values(), *self._refresh.values()]:
            if (record.grant.member_id, record.grant.client_id) == (member_id, client_id):
                record.revoked = True
