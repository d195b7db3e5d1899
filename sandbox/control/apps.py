"""An app is installed, opened, updated, uninstalled."""

import secrets
from typing import Any

from sandbox import lifecycle, opening
from sandbox.control.fields import Ask, Field, read
from sandbox.courier import Reply
from sandbox.errors import ControlError
from sandbox.portal import App

_TEXT = Field(kind=str, default="")
_INSTALL = {
    "install_url": _TEXT,
    "name": Field(kind=str, default="Local app"),
    "scope": Field(kind=str, default="crm,bizproc"),
    "interface": Field(kind=bool, default=False),
    "user_id": Field(kind=int, default=1),
    "client_id": _TEXT,
    "client_secret": _TEXT,
    "app_url": _TEXT,
    "deliver": Field(kind=bool, default=True),
}


async def install(ask: Ask) -> Any:
    """Save the app's form: an API-only app is told at once, one with interface by its frame."""
    given = read(ask.body, _INSTALL)
    if given["deliver"] and not given["install_url"]:
        raise ControlError("install_url is missing", known=sorted(_INSTALL))
    app = _new_app(ask, given)
    old = ask.site.portal.app
    if old and old.client_id != app.client_id:
        lifecycle.remove(ask.site, old)
    ask.site.portal.app = app
    ask.site.world.client_secrets[app.client_id] = app.client_secret
    reply = await _deliver(ask, app) if given["deliver"] else None
    return {
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "application_token": app.application_token,
        "status": reply.status if reply else None,
        "headers": reply.headers if reply else {},
        "body": reply.body if reply else "",
    }


def _new_app(ask: Ask, given: dict[str, Any]) -> App:
    """A re-created local app has a new client_id, unless the same is asked for."""
    client_id = given["client_id"] or f"local.{secrets.token_hex(7)}.{secrets.randbelow(10**8):08}"
    known_secret = ask.site.world.client_secrets.get(client_id)
    return App(
        name=given["name"],
        client_id=client_id,
        client_secret=given["client_secret"] or known_secret or secrets.token_urlsafe(37),
        application_token=secrets.token_hex(16),
        scope=[name.strip() for name in given["scope"].split(",") if name.strip()],
        user_id=given["user_id"],
        interface=given["interface"],
        installed=not given["interface"],
        install_url=given["install_url"],
        app_url=given["app_url"] or given["install_url"],
    )


async def _deliver(ask: Ask, app: App) -> Reply:
    if app.interface:
        return await lifecycle.open_frame(ask.site, app, app.install_url, app.user_id)
    return await lifecycle.deliver_install(ask.site, app)


async def finish(ask: Ask) -> Any:
    """The installer page called BX24.installFinish(); an API-only app cannot."""
    read(ask.body, {})
    app = ask.site.portal.the_app()
    if not app.interface:
        raise ControlError("An app without interface is installed at once")
    return {"installed": True, "statuses": await lifecycle.finish_install(ask.site, app)}


async def open_page(ask: Ask) -> Any:
    """A user opens the app: the installer until it finished, for administrators only."""
    user_id = read(ask.body, {"user_id": Field(kind=int, default=1)})["user_id"]
    app, user = ask.site.portal.the_app(), ask.site.portal.user(user_id)
    url = opening.page_for(app, user)
    return _as_json(await lifecycle.open_frame(ask.site, app, url, user_id))


async def update(ask: Ask) -> Any:
    app = ask.site.portal.the_app()
    given = read(ask.body, {"version": Field(kind=int, default=app.version + 1)})
    statuses = await lifecycle.update(ask.site, app, given["version"])
    return {"status": _first(statuses), "application_token": app.application_token}


async def uninstall(ask: Ask) -> Any:
    clean = read(ask.body, {"clean": Field(kind=(bool, int), default=False)})["clean"]
    return {
        "status": _first(
            await lifecycle.uninstall(ask.site, ask.site.portal.the_app(), clean=bool(clean))
        )
    }


def _first(statuses: list[int | None]) -> int | None:
    """Of the handler that was bound; None where there was none."""
    return statuses[0] if statuses else None


def _as_json(reply: Reply) -> dict[str, Any]:
    return {"status": reply.status, "headers": reply.headers, "body": reply.body}
