"""How a portal opens an app's page in its frame: the form POST of wire facts 8.2."""

import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from sandbox.errors import ControlError
from sandbox.portal import App, User
from sandbox.site import Site
from sandbox.tokens import ACCESS_LIVES

DEFAULT = "DEFAULT"  # the placement of an app's own page


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where in the portal a page is embedded, and what it is told about it."""

    name: str = DEFAULT
    options: dict[str, Any] = field(default_factory=lambda: {"any": "/"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """One opening of a page: what stands in its address, and what in its form."""

    url: str
    query: dict[str, str]
    body: dict[str, Any]

    @property
    def sid(self) -> str:
        """What the page's messages to the portal's window end with."""
        return self.query["APP_SID"]


def page_for(app: App, user: User) -> str:
    """The installer until it has finished, for administrators only; then the app's page.

    Raises:
        ControlError: others are told that the app is not fully installed.
    """
    if app.installed:
        return app.app_url
    if not user.admin:
        text = "The app is not fully installed: an administrator opens it first"
        raise ControlError(text, status=409)
    return app.install_url


def make(
    site: Site,
    app: App,
    url: str,
    user_id: int,
    *,
    language: str = "",
    placement: Placement | None = None,
) -> Opening:
    """Address and form of one opening, with fresh tokens of this user."""
    pair, placement = site.world.mint(site.portal, app, user_id), placement or Placement()
    query = {
        "DOMAIN": site.portal.domain,
        "PROTOCOL": "1" if site.portal.scheme == "https" else "0",
        "LANG": language or site.portal.settings.language,
        "APP_SID": secrets.token_hex(16),
    }
    body: dict[str, Any] = {
        "AUTH_ID": pair.access,
        "AUTH_EXPIRES": ACCESS_LIVES,
        "REFRESH_ID": pair.refresh,
        "SERVER_ENDPOINT": site.world.server_endpoint,
    }
    if site.portal.settings.send_application_token:
        body["APPLICATION_TOKEN"] = app.application_token
        body["APPLICATION_SCOPE"] = ",".join(app.scope)
    body |= {
        "member_id": site.portal.member_id,
        "status": app.status,
        "PLACEMENT": placement.name,
        "PLACEMENT_OPTIONS": json.dumps(placement.options),
    }
    return Opening(url=url, query=query, body=body)
