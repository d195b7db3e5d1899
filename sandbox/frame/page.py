"""GET /_sandbox/frame: opens the installed app's page in a frame, as Bitrix24 does."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment, FileSystemLoader, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from sandbox import opening, php
from sandbox.errors import ControlError
from sandbox.opening import Opening, Placement
from sandbox.portal import App, Portal, User
from sandbox.site import Site

STATIC = Path(__file__).parent / "static"
_KNOWN = ("user_id", "lang", "placement", "options", "popup", "install_finished")
_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=select_autoescape()
)


async def show(site: Site, request: Request) -> Response:
    """The window with the page in it, or with the words of why there is none.

    At any other name of the portal (`localhost`) the page's messages would not arrive.
    """
    if request.url.netloc != site.portal.domain:
        return RedirectResponse(f"{site.portal.url}{request.url.path}?{request.url.query}")
    try:
        return _window(site, dict(request.query_params))
    except ControlError as error:
        html = _PAGES.get_template("frame.html").render(error=error.body["error"], name="")
        return HTMLResponse(html, status_code=error.status, headers=_policy())


def _window(site: Site, query: dict[str, str]) -> Response:
    user_id, placement = _read(query)
    app, user = site.portal.the_app(), site.portal.user(user_id)
    opened = opening.make(
        site,
        app,
        opening.page_for(app, user),
        user.id,
        language=query.get("lang", ""),
        placement=placement,
    )
    site.portal.journal.add("frame.opened", user_id=user.id, installer=not app.installed)
    html = _PAGES.get_template("frame.html").render(
        name=app.name,
        action=_address(opened),
        target="|".join(opened.query[name] for name in ("DOMAIN", "PROTOCOL", "APP_SID")),
        fields={name: php.text(value) for name, value in opened.body.items()},
        told=_told(site.portal, app, user, opened) | {"popup": query.get("popup") == "1"},
    )
    return HTMLResponse(html, headers=_policy(_origin(opened.url)))


def _read(query: dict[str, str]) -> tuple[int, Placement]:
    """The user, and the placement, whose options are an object of JSON."""
    if unknown := sorted(set(query) - set(_KNOWN)):
        raise ControlError(f"Unknown fields: {', '.join(unknown)}", known=list(_KNOWN))
    try:
        user_id = int(query.get("user_id", "1"))
        options = json.loads(query.get("options", '{"any": "/"}'))
    except ValueError as error:
        raise ControlError("user_id is a number, options are JSON") from error
    if not isinstance(options, dict):
        raise ControlError("options are a JSON object")
    return user_id, Placement(name=query.get("placement", opening.DEFAULT), options=options)


def _address(opened: Opening) -> str:
    return f"{opened.url}{'&' if '?' in opened.url else '?'}{urlencode(opened.query)}"


def _told(portal: Portal, app: App, user: User, opened: Opening) -> dict[str, Any]:
    """What the window knows: the answer to getInitData, and where its own questions go."""
    return {
        "sid": opened.sid,
        "origin": _origin(opened.url),
        "user_id": user.id,
        "code": app.client_id,
        "init": {
            "LANG": opened.query["LANG"],
            "DOMAIN": portal.domain,
            "PROTOCOL": int(opened.query["PROTOCOL"]),
            "PATH": "/rest",
            "AUTH_ID": opened.body["AUTH_ID"],
            "AUTH_EXPIRES": str(opened.body["AUTH_EXPIRES"]),
            "REFRESH_ID": opened.body["REFRESH_ID"],
            "MEMBER_ID": portal.member_id,
            "FIRST_RUN": user.id not in app.seen_by,
            "IS_ADMIN": user.admin,
            "INSTALL": not app.installed,
            "USER_OPTIONS": app.user_options.get(user.id, {}),
            "APP_OPTIONS": app.options,
            "PLACEMENT": opened.body["PLACEMENT"],
            "PLACEMENT_OPTIONS": json.loads(opened.body["PLACEMENT_OPTIONS"]),
        },
    }


def _origin(url: str) -> str:
    """Scheme, host and port of a page, without a port that the scheme implies."""
    parts = urlsplit(url)
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    port = f":{parts.port}" if parts.port not in (None, usual) else ""
    host = parts.hostname or ""
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}"


def _policy(app: str = "") -> dict[str, str]:
    """Scripts and styles are files of ours; the only other origin is the app's."""
    app_only = app or "'none'"
    rules = (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src data:",
        f"frame-src 'self' {app}".strip(),
        f"form-action {app_only}",
        "frame-ancestors 'self'",
        "base-uri 'none'",
    )
    return {"Content-Security-Policy": "; ".join(rules), "Cache-Control": "no-store"}
