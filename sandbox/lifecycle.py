"""An app comes, opens, changes and goes: what the portal sends then. Wire facts 8."""

import secrets
from typing import Any

from sandbox import opening
from sandbox.courier import Reply
from sandbox.messages import event_auth, portal_auth
from sandbox.portal import App
from sandbox.site import Site


async def deliver_install(site: Site, app: App) -> Reply:
    """ONAPPINSTALL of an app that uses the API only: once, to its installation path."""
    return await _send(site, app.install_url, _install_event(site, app))


def _install_event(site: Site, app: App) -> dict[str, Any]:
    data = {
        "VERSION": app.version,
        "ACTIVE": "Y",
        "INSTALLED": "Y",
        "LANGUAGE_ID": site.portal.settings.language,
    }
    return _event(site, "ONAPPINSTALL", data, event_auth(site.world, site.portal, app, app.user_id))


async def open_frame(site: Site, app: App, url: str, user_id: int) -> Reply:
    """The POST that opens a page of the app in the portal's frame, without a browser."""
    opened = opening.make(site, app, url, user_id)
    return await site.world.courier.post(opened.url, opened.body, query=opened.query)


async def finish_install(site: Site, app: App) -> list[int | None]:
    """The installer page called BX24.installFinish(): from now on events fire."""
    app.installed = True
    return await _tell(site, "ONAPPINSTALL", _install_event(site, app))


async def update(site: Site, app: App, version: int) -> list[int | None]:
    """A new version: all robots and event handlers of the app are gone, its token is new."""
    previous, app.version = app.version, version
    app.application_token = secrets.token_hex(16)
    app.seen_by.clear()
    handlers = _forget_registrations(site, app)
    data = {
        "VERSION": version,
        "PREVIOUS_VERSION": previous,
        "LANGUAGE_ID": site.portal.settings.language,
    }
    event = _event(site, "ONAPPUPDATE", data, event_auth(site.world, site.portal, app, app.user_id))
    return await _tell(site, "ONAPPUPDATE", event, handlers)


async def uninstall(site: Site, app: App, *, clean: bool) -> list[int | None]:
    """The app is gone: no tokens in the message, and none that work any more."""
    handlers = remove(site, app)
    data = {"LANGUAGE_ID": site.portal.settings.language, "CLEAN": int(clean)}
    event = _event(site, "ONAPPUNINSTALL", data, portal_auth(site.world, site.portal, app))
    return await _tell(site, "ONAPPUNINSTALL", event, handlers)


def remove(site: Site, app: App) -> dict[str, list[str]]:
    """The app's row, tokens and registrations; returns its event handlers as they were."""
    site.world.tokens.revoke(site.portal.member_id, app.client_id)
    site.portal.app = None
    return _forget_registrations(site, app)


def _forget_registrations(site: Site, app: App) -> dict[str, list[str]]:
    """Wipe what the app registered; returns its event handlers by event, as they were."""
    handlers: dict[str, list[str]] = {}
    for handler in site.portal.handlers:
        handlers.setdefault(handler.event, []).append(handler.handler)
    site.portal.handlers.clear()
    for key in [key for key in site.portal.robots if key[0] == app.client_id]:
        del site.portal.robots[key]
    return handlers


def _event(site: Site, name: str, data: dict[str, Any], auth: dict[str, Any]) -> dict[str, Any]:
    return {"event": name, "data": data, "ts": int(site.portal.clock.now()), "auth": auth}


async def _tell(
    site: Site, name: str, event: dict[str, Any], handlers: dict[str, list[str]] | None = None
) -> list[int | None]:
    """Send the event to all handlers bound to it; their statuses."""
    if handlers is None:
        bound = [handler.handler for handler in site.portal.handlers if handler.event == name]
    else:
        bound = handlers.get(name, [])
    return [(await _send(site, url, event)).status for url in bound]


async def _send(site: Site, url: str, event: dict[str, Any]) -> Reply:
    reply = await site.world.courier.post(url, event)
    site.portal.journal.add("event.sent", name=event["event"], status=reply.status)
    return reply
