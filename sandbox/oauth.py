"""The authorization server: /oauth/token/ and its own app.info. Wire facts 1.6, 7."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.errors import RestError
from sandbox.portal import App, Portal
from sandbox.rest import parameters
from sandbox.rest.clock import Stopwatch
from sandbox.tokens import ACCESS_LIVES, Grant, Pair
from sandbox.troubles import ordered, with_faults
from sandbox.world import World

Work = Callable[[World, Request, dict[str, Any]], dict[str, Any]]
# wrong_client comes with HTTP 200 and no description: wire facts 7.
WRONG_CLIENT = RestError("wrong_client", "", status=200)


def create(world: World) -> Starlette:
    """One server for all portals. SDKs write its paths with and without a slash."""
    token, info = partial(_answer, world, _token), partial(_answer, world, _app_info)
    both = ["GET", "POST"]
    return Starlette(
        routes=[
            *(Route(path, token, methods=both) for path in ("/oauth/token/", "/oauth/token")),
            *(
                Route(path, info, methods=both)
                for path in ("/rest/app.info", "/rest/app.info.json", "/rest/app.info/")
            ),
        ]
    )


async def _answer(world: World, work: Work, request: Request) -> Response:
    name = "app.info" if work is _app_info else "oauth.token"
    given = await parameters.read(request)
    return await with_faults(
        request,
        world.oauth_faults,
        target="oauth",
        names={name},
        drop=world.drop_connection,
        work=partial(_work, world, partial(work, world, request, given), name),
    )


async def _work(world: World, work: Callable[[], dict[str, Any]], name: str) -> Response:
    try:
        await ordered(world.oauth_faults, "oauth", name)
        return JSONResponse(work())
    except RestError as error:
        body = error.body()
        if error is WRONG_CLIENT:
            del body["error_description"]
        return JSONResponse(body, status_code=error.status)


def _token(world: World, request: Request, given: dict[str, Any]) -> dict[str, Any]:
    """A new pair for a refresh token; only this grant type is here."""
    if given.get("grant_type") != "refresh_token":
        raise RestError(
            "invalid_request",
            "The sandbox knows only grant_type refresh_token: read "
            "https://apidocs.bitrix24.com/settings/oauth/auto-renewal.html",
        )
    if not given.get("refresh_token"):
        raise RestError("invalid_request", 'No "refresh_token" parameter found')
    _check_client(world, given)
    token = str(given["refresh_token"])
    grant = _granted(world, token, str(given["client_id"]))
    portal = world.portal_of(grant.member_id)
    app = _installed(portal, grant)
    pair = world.mint(portal, app, grant.user_id)
    if portal.settings.rotation:
        world.tokens.forget_refresh(token)
    portal.journal.add("token.renewed", user_id=grant.user_id)
    return _renewed(world, portal, app, pair)


def _check_client(world: World, given: dict[str, Any]) -> None:
    secret = world.client_secrets.get(str(given.get("client_id") or ""))
    if secret is None:
        raise WRONG_CLIENT
    if given.get("client_secret") != secret:
        raise RestError("invalid_client", "Invalid client credentials")


def _granted(world: World, token: str, client_id: str) -> Grant:
    record = world.tokens.refresh(token)
    if record is None or record.expires <= _now(world, record.grant):
        raise RestError("invalid_grant", "Invalid refresh token")
    if record.grant.client_id != client_id:
        raise WRONG_CLIENT
    if record.revoked:
        raise RestError("NOT_INSTALLED", "Application not installed", status=401)
    return record.grant


def _now(world: World, grant: Grant) -> float:
    """Tokens age by the clock of their portal."""
    return world.portal_of(grant.member_id).clock.now()


def _installed(portal: Portal, grant: Grant) -> App:
    app = portal.app
    if app is None or app.client_id != grant.client_id:
        raise RestError("NOT_INSTALLED", "Application not installed", status=401)
    if not portal.settings.rest_plan:
        raise RestError("PAYMENT_REQUIRED", "Payment required", status=401)
    return app


def _renewed(world: World, portal: Portal, app: App, pair: Pair) -> dict[str, Any]:
    """`domain` is the authorization server's own, not the portal's."""
    return {
        "access_token": pair.access,
        "client_endpoint": portal.client_endpoint,
        "domain": world.oauth_domain,
        "expires": pair.expires,
        "expires_in": ACCESS_LIVES,
        "member_id": portal.member_id,
        "refresh_token": pair.refresh,
        "scope": ",".join(app.scope),
        "server_endpoint": world.server_endpoint,
        "status": app.status,
        "user_id": pair.grant.user_id,
    }


def _app_info(world: World, request: Request, given: dict[str, Any]) -> dict[str, Any]:
    """The trusted answer to whose token this is; its shape is b24pysdk's BitrixAppInfoResponse."""
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    token = bearer if scheme.lower() == "bearer" else given.get("auth")
    record = world.tokens.access(str(token or ""))
    if record is None:
        raise RestError("NO_AUTH_FOUND", "Wrong authorization data", status=401)
    if record.revoked:
        raise RestError("NOT_INSTALLED", "Application not installed", status=401)
    if record.expires <= _now(world, record.grant):
        raise RestError("expired_token", "The access token provided has expired", status=401)
    portal = world.portal_of(record.grant.member_id)
    watch = Stopwatch.start(portal)
    app = _installed(portal, record.grant)
    portal.journal.add("token.checked", user_id=record.grant.user_id)
    return {
        "result": {
            "client_id": app.client_id,
            "scope": ",".join(record.grant.scope),
            "expires": datetime.fromtimestamp(int(record.expires), tz=UTC).isoformat(),
            "install": _install(portal, app),
            "user_id": record.grant.user_id,
        },
        "time": watch.block("oauth", "app.info"),
    }


def _install(portal: Portal, app: App) -> dict[str, Any]:
    return {
        "installed": app.installed,
        "version": str(app.version),
        "status": app.status,
        "scope": ",".join(app.scope),
        "domain": portal.domain,
        "uri": portal.url,
        "client_endpoint": portal.client_endpoint,
        "member_id": portal.member_id,
        "member_type": "b24",
    }
