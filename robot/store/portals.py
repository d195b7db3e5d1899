"""Portals: what the authorization server said of each, and how to recognise its messages."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    bindparam,
    case,
    false,
    func,
    or_,
    select,
    true,
    update,
)

from robot.flows.flow import Template
from robot.protocol.origin import is_same
from robot.store import expiry
from robot.store.robots import read_templates
from robot.store.tables import portals
from robot.store.upsert import insert


@dataclass(frozen=True, slots=True, kw_only=True)
class Portal:
    """One Bitrix24 account that installed one of our applications."""

    id: int  # ours; rows refer to it
    member_id: str  # Bitrix24's lasting id of the account; its address may change
    endpoint: str  # https://host/rest/
    client_id: str  # which application: a re-created local application has another one
    user_id: int  # the administrator on whose behalf robots run by default
    scope: tuple[str, ...]
    language: str
    installed_at: datetime
    has_page: bool = False  # any employee may know its application token
    renewed_with: bytes | None = None  # the application's keys of its last renewal, as a digest
    removed_at: datetime | None = None
    templates: Mapping[int, Template] = field(default_factory=dict)  # that its robots offer, by id

    @property
    def host(self) -> str:
        """Its address as people know it."""
        return self.endpoint.split("/")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """A portal as it was just verified."""

    member_id: str
    client_id: str
    endpoint: str
    user_id: int
    scope: tuple[str, ...]
    language: str = ""
    application_token_hash: bytes | None = None  # a frame may bring none
    by_frame: bool = False  # a browser brought it: the stored application token stays
    is_new: bool = False  # the app was installed just now


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """How an installed portal's messages are known."""

    portal_id: int
    application_token_hash: bytes | None
    has_page: bool = False


# Made once: making a statement costs as much as executing it.
_FIND = select(portals).where(portals.c.id == bindparam("portal"), portals.c.removed_at.is_(None))
_RECOGNISE = select(
    portals.c.id,
    portals.c.member_id,
    portals.c.application_token_hash,
    portals.c.has_page,
).where(
    portals.c.member_id.in_(bindparam("members", expanding=True)), portals.c.removed_at.is_(None)
)
# In one order, so that nobody waits for each other. Storing runs waits for a removal alone.
_STAYING = _RECOGNISE.order_by(portals.c.id).with_for_update(read=True, key_share=True)
_LEAVING = _RECOGNISE.order_by(portals.c.id).with_for_update()


def install(conn: Connection, verified: Installation, *, now: datetime) -> Portal:
    """Keep a verified portal; a known one is brought up to date.

    Its administrator stays: only who registered the robots has shown to be one.
    """
    row = insert(conn, portals).values(
        member_id=verified.member_id,
        client_id=verified.client_id,
        endpoint=verified.endpoint,
        user_id=verified.user_id,
        scope=",".join(verified.scope),
        language=verified.language,
        application_token_hash=verified.application_token_hash,
        has_page=_shows_token(verified),
        installed_at=now,
    )
    stored = conn.execute(
        row.on_conflict_do_update(
            index_elements=["member_id", "client_id"], set_=_news(verified, now)
        ).returning(portals)
    )
    portal = _portal(stored.one())
    expiry.resume(conn, portal.id, now=now)
    return portal


def _news(verified: Installation, now: datetime) -> dict[str, Any]:
    """What a verified message changes of a portal that is known already."""
    is_back = portals.c.removed_at.is_not(None)
    values: dict[str, Any] = {
        "endpoint": verified.endpoint,
        "scope": ",".join(verified.scope),
        "removed_at": None,
        "installed_at": now
        if verified.is_new
        else case((is_back, now), else_=portals.c.installed_at),
        # Once shown it stays known, until the app is removed and comes back.
        "has_page": true()
        if _shows_token(verified)
        else case((is_back, false()), else_=portals.c.has_page),
    }
    if verified.language:
        # A frame tells the language of whoever opens it, and the next one may speak another.
        is_unknown = portals.c.language == ""
        values["language"] = (
            case((is_unknown, verified.language), else_=portals.c.language)
            if verified.by_frame
            else verified.language
        )
    if brought := verified.application_token_hash:
        stored = portals.c.application_token_hash
        values["application_token_hash"] = (
            func.coalesce(stored, brought) if verified.by_frame else brought
        )
    return values


def _shows_token(verified: Installation) -> bool:
    """A browser brought the application token, so whoever opens the page may know it."""
    return verified.by_frame and verified.application_token_hash is not None


def recognise(
    conn: Connection, member_ids: Iterable[str], *, is_removal: bool = False
) -> Mapping[str, list[Recognised]]:
    """member_id -> its installations, among these portals, until the transaction's end."""
    statement = _LEAVING if is_removal else _STAYING
    rows = conn.execute(statement, {"members": list(member_ids)})
    found: dict[str, list[Recognised]] = {}
    for row in rows:
        found.setdefault(row.member_id, []).append(
            Recognised(
                portal_id=row.id,
                application_token_hash=row.application_token_hash,
                has_page=row.has_page,
            )
        )
    return found


def recognised(known: Sequence[Recognised], application_token: str) -> Recognised | None:
    """The installation whose application token a message carries.

    A portal that we do not know costs the same comparison as one that we do.
    """
    for candidate in known or [Recognised(portal_id=0, application_token_hash=None)]:
        if is_same(candidate.application_token_hash, application_token):
            return candidate
    return None


def move(conn: Connection, portal_id: int, *, endpoint: str) -> None:
    """The authorization server confirmed the portal's new address."""
    conn.execute(update(portals).where(portals.c.id == portal_id).values(endpoint=endpoint))


def renewed(conn: Connection, portal_id: int, *, keys: bytes) -> None:
    """An access was renewed with these keys of the application."""
    is_news = or_(portals.c.renewed_with.is_(None), portals.c.renewed_with != keys)
    conn.execute(
        update(portals).where(portals.c.id == portal_id, is_news).values(renewed_with=keys)
    )


def find(conn: Connection, portal_id: int) -> Portal | None:
    """An installed portal."""
    row = conn.execute(_FIND, {"portal": portal_id}).one_or_none()
    return _portal(row) if row else None


def find_by_name(conn: Connection, name: str) -> Portal | None:
    """An installed portal by its member_id or its address (`acme.bitrix24.com`); newest first."""
    wanted = name.lower().removeprefix("https://").removeprefix("http://").strip("/")
    found = (
        portal
        for portal in listed(conn)
        if not portal.removed_at and wanted in (portal.member_id.lower(), portal.host)
    )
    return max(found, key=lambda portal: portal.installed_at, default=None)


def listed(conn: Connection) -> list[Portal]:
    """Every portal, installed ones and removed ones, by address."""
    rows = conn.execute(select(portals).order_by(portals.c.endpoint, portals.c.id))
    return [_portal(row) for row in rows]


def _portal(row: Row[Any]) -> Portal:
    return Portal(
        id=row.id,
        member_id=row.member_id,
        endpoint=row.endpoint,
        client_id=row.client_id,
        user_id=row.user_id,
        scope=tuple(row.scope.split(",")) if row.scope else (),
        language=row.language,
        installed_at=row.installed_at,
        has_page=row.has_page,
        renewed_with=row.renewed_with,
        removed_at=row.removed_at,
        templates=read_templates(row.templates),
    )
