"""The `auth` part of what a portal sends to handlers: wire facts 1.4, 8.1, 8.3."""

from typing import Any

from sandbox.portal import App, Portal
from sandbox.tokens import ACCESS_LIVES
from sandbox.world import World

# The order in which live portals write them: payloads P1 to P3 of the wire facts.
_ROBOT = (
    "access_token",
    "expires",
    "expires_in",
    "scope",
    "domain",
    "server_endpoint",
    "status",
    "client_endpoint",
    "member_id",
    "user_id",
    "refresh_token",
    "application_token",
)
# https://apidocs.bitrix24.com/api-reference/common/events/on-app-install.html
_EVENT = (
    "domain",
    "scope",
    "access_token",
    "refresh_token",
    "expires_in",
    "server_endpoint",
    "status",
    "client_endpoint",
    "member_id",
    "application_token",
)


def robot_auth(world: World, portal: Portal, app: App, user_id: int) -> dict[str, Any]:
    """All twelve keys of a robot's call; without a usable user there are no tokens."""
    auth = portal_auth(world, portal, app)
    user = portal.users.get(user_id)
    if user and user.active and portal.settings.send_tokens != "none":
        auth |= _token_fields(world, portal, app, user_id)
    if portal.settings.send_tokens == "no_refresh":
        auth.pop("refresh_token", None)
    return _in_order(auth, _ROBOT)


def event_auth(world: World, portal: Portal, app: App, user_id: int | None) -> dict[str, Any]:
    """Of events: no user_id and no expires; without a user there are no tokens either."""
    auth = portal_auth(world, portal, app)
    auth |= {"scope": ",".join(app.scope), "status": app.status}
    user = portal.users.get(user_id or 0)
    if user and user.active:
        auth |= _token_fields(world, portal, app, user.id)
    return _in_order(auth, _EVENT)


def _in_order(auth: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: auth[name] for name in names if name in auth}


def portal_auth(world: World, portal: Portal, app: App) -> dict[str, Any]:
    """What names the portal; all that ONAPPUNINSTALL has."""
    named = {
        "domain": portal.domain if portal.settings.send_domain else "",
        "server_endpoint": world.server_endpoint,
        "client_endpoint": portal.client_endpoint,
        "member_id": portal.member_id,
    }
    if portal.settings.send_application_token:
        named["application_token"] = app.application_token
    return named


def _token_fields(world: World, portal: Portal, app: App, user_id: int) -> dict[str, Any]:
    pair = world.mint(portal, app, user_id)
    return {
        "access_token": pair.access,
        "expires": pair.expires,
        "expires_in": ACCESS_LIVES,
        "scope": ",".join(app.scope),
        "status": app.status,
        "user_id": user_id,
        "refresh_token": pair.refresh,
    }
