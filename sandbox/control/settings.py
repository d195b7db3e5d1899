"""How a portal is set, who its users are, where it lives."""

import secrets
from dataclasses import asdict
from ipaddress import ip_address
from typing import Any, Literal, get_args, get_origin, get_type_hints

from sandbox.control.fields import NUMBER, Ask, Field, read
from sandbox.errors import ControlError
from sandbox.portal import PortalSettings, Webhook

_NUMBERS = (int, float, type(None))


def _field(kind: Any) -> Field:
    """A setting's field from its annotation."""
    if get_origin(kind) is Literal:
        return Field(kind=str, default=None, choices=get_args(kind))
    if get_origin(kind) is dict:
        return Field(kind=dict, default=None)
    if kind == float | None:
        return Field(kind=_NUMBERS, default=None)
    return Field(kind=NUMBER if kind is float else kind, default=None)


async def portal(ask: Ask) -> Any:
    """Set any of PortalSettings; maps are merged."""
    hints = get_type_hints(PortalSettings)
    given = read(ask.body, {name: _field(hint) for name, hint in hints.items()})
    settings = ask.site.portal.settings
    for name in ask.body:
        old = getattr(settings, name)
        setattr(settings, name, old | given[name] if isinstance(old, dict) else given[name])
    return asdict(settings)


async def user(ask: Ask) -> Any:
    found = ask.site.portal.users.get(ask.path["id"])
    if found is None:
        raise ControlError("No such user", status=404, known=sorted(ask.site.portal.users))
    given = read(
        ask.body,
        {
            "admin": Field(kind=bool, default=found.admin),
            "documents": Field(
                kind=str, default=found.documents, choices=("modify", "view", "none")
            ),
            "templates": Field(kind=bool, default=found.templates),
            "crm_read": Field(kind=bool, default=found.crm_read),
            "active": Field(kind=bool, default=found.active),
            "extranet": Field(kind=bool, default=found.extranet),
        },
    )
    for name, value in given.items():
        setattr(found, name, value)
    return asdict(found)


async def webhook(ask: Ask) -> Any:
    given = read(ask.body, {"user_id": Field(kind=int), "scope": Field(kind=str)})
    made = Webhook(
        user_id=given["user_id"],
        code=secrets.token_hex(8),
        scope=[name.strip() for name in given["scope"].split(",") if name.strip()],
    )
    ask.site.portal.webhooks[made.code] = made
    return {"url": f"{ask.site.portal.client_endpoint}{made.user_id}/{made.code}/"}


async def rename(ask: Ask) -> Any:
    """The portal answers at one more loopback address; its old one sends on."""
    host = read(ask.body, {"host": Field(kind=str)})["host"]
    try:
        is_loopback = ip_address(host).is_loopback
    except ValueError:
        is_loopback = False
    if not is_loopback:
        raise ControlError("host is a loopback address such as 127.0.0.77")
    portal, world = ask.site.portal, ask.site.world
    taken = world.portal_at(host)
    if taken not in (None, portal):
        raise ControlError("Another portal has this host")
    if host not in {portal.host, *portal.old_hosts}:
        try:
            await world.open_address(host, portal.port)
        except OSError as error:
            raise ControlError(f"Cannot listen there: {error.strerror}") from error
    portal.old_hosts = (portal.old_hosts | {portal.host}) - {host}
    portal.host = host
    return {"url": portal.url, "old_hosts": sorted(portal.old_hosts)}


async def delete(ask: Ask) -> Any:
    read(ask.body, {})
    ask.site.portal.deleted = True
    return {"deleted": True}


async def expire_tokens(ask: Ask) -> Any:
    """All access tokens die now; refresh tokens live on."""
    given = read(ask.body, {"user_id": Field(kind=(int, type(None)), default=None)})
    portal, tokens = ask.site.portal, ask.site.world.tokens
    now = portal.clock.now()
    return {"expired": tokens.expire(portal.member_id, given["user_id"], now=now)}


async def clock(ask: Ask) -> Any:
    """Set how far the portal's clock is ahead of the machine's; it never goes back."""
    ahead = read(ask.body, {"ahead": Field(kind=NUMBER)})["ahead"]
    portal = ask.site.portal
    if ahead < portal.clock.ahead:
        raise ControlError(f"The clock is {portal.clock.ahead} ahead and does not go back")
    portal.clock.set_ahead(ahead)
    return {"now": portal.clock.now(), "ahead": portal.clock.ahead}
