"""Who is calling: by token or by incoming webhook. Wire facts 6.1, 6.3."""

from typing import Any

from starlette.requests import Request

from sandbox.errors import RestError
from sandbox.portal import Portal, User
from sandbox.rest.caller import Caller
from sandbox.site import Site

WRONG = RestError("NO_AUTH_FOUND", "Wrong authorization data", status=401)


def authorize(
    site: Site, request: Request, webhook: tuple[str, str] | None, parameters: dict[str, Any]
) -> Caller:
    """The user and the app behind a request.

    Raises:
        RestError: no token, a bad one, or a user or app that may not call.
    """
    url = f"{request.url.scheme}://{request.url.netloc}"
    if webhook:
        return _by_webhook(site, url, *webhook)
    return _by_token(site, url, _token(request, parameters))


def _token(request: Request, parameters: dict[str, Any]) -> str:
    """`Authorization: Bearer` first, then `auth`, then `access_token`."""
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and bearer:
        return bearer.strip()
    token = parameters.get("auth") or parameters.get("access_token")
    if not isinstance(token, str) or not token:
        raise WRONG
    return token


def _by_token(site: Site, url: str, token: str) -> Caller:
    record = site.world.tokens.access(token)
    if record is None or record.grant.member_id != site.portal.member_id:
        raise WRONG
    app = site.portal.app
    if record.revoked or app is None or app.client_id != record.grant.client_id:
        raise RestError("APPLICATION_NOT_FOUND", "Application not found", status=401)
    if record.expires <= site.portal.clock.now():
        raise RestError("expired_token", "The access token provided has expired", status=401)
    return Caller(
        site=site,
        user=_user(site.portal, record.grant.user_id),
        app=app,
        key=app.client_id,
        scope=frozenset(record.grant.scope),
        access_token=token,
        url=url,
    )


def _by_webhook(site: Site, url: str, user_id: str, code: str) -> Caller:
    webhook = site.portal.webhooks.get(code)
    if webhook is None or str(webhook.user_id) != user_id:
        raise WRONG
    return Caller(
        site=site,
        user=_user(site.portal, webhook.user_id),
        app=None,
        key=f"webhook {webhook.user_id}/{code[:4]}",
        scope=frozenset(webhook.scope),
        access_token="",
        url=url,
    )


def _user(portal: Portal, user_id: int) -> User:
    user = portal.users.get(user_id)
    if user is None or not user.active:
        raise RestError("authorization_error", "Unable to authorize user", status=401)
    return user
