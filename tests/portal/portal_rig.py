"""Portals and authorization servers as functions: a request in, a response out."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import httpx2 as httpx

from robot.portal.access import Access
from robot.portal.verify import Verifier
from robot.protocol.oauth import Tokens

MEMBER, CLIENT_ID = "a" * 32, "local.5c8bb1b0891cf2.87252039"
FIRST, SECOND = "https://oauth.bitrix.info", "https://oauth.bitrix24.tech"
ENDPOINT = "https://acme.bitrix24.com/rest/"
Answering = Callable[[httpx.Request], Coroutine[None, None, httpx.Response]]


@asynccontextmanager
async def answered_by(answer: Answering) -> AsyncIterator[httpx.AsyncClient]:
    """A client whose every request is answered by that function."""
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        yield http


def sent_form(request: httpx.Request) -> dict[str, str]:
    """The fields of a form that was sent."""
    return {name: values[0] for name, values in parse_qs(request.content.decode()).items()}


def sent_json(request: httpx.Request) -> Any:
    """The body of a REST call."""
    return json.loads(request.content)


def pair(access: str = "access-1", *, life: float = 3600, **changes: Any) -> Tokens:
    """A user's tokens that live for so many seconds from now on."""
    values: dict[str, Any] = {
        "user_id": 1,
        "refresh_token": f"refresh of {access}",
        "expires_at": datetime.now(UTC) + timedelta(seconds=life),
    }
    return Tokens(access_token=access, **values | changes)


@dataclass
class AuthServer:
    """An authorization server that knows some tokens, and remembers what it was asked."""

    known: dict[str, dict[str, Any]] = field(default_factory=dict)  # access token -> app.info
    dead: set[str] = field(default_factory=set)  # refresh tokens
    is_away: bool = False
    away_for: int = 0  # so many of the next requests
    asked: list[str] = field(default_factory=list)  # access tokens, by app.info
    renewed: list[str] = field(default_factory=list)  # refresh tokens
    urls: list[str] = field(default_factory=list)
    holds: dict[str, asyncio.Event] = field(default_factory=dict)  # access token -> its answer

    async def answer(self, request: httpx.Request) -> httpx.Response:
        """Take one request."""
        self.urls.append(str(request.url))
        form = sent_form(request)
        self.away_for -= 1
        if self.is_away or self.away_for >= 0:
            raise httpx.ConnectError("no route to https://oauth.bitrix.info?secret=made-up")
        if request.url.path == "/oauth/token/":
            return self._renew(form)
        self.asked.append(form["auth"])
        if form["auth"] in self.holds:
            await self.holds[form["auth"]].wait()
        if form["auth"] not in self.known:
            return httpx.Response(401, json={"error": "invalid_token"})
        return httpx.Response(200, json={"result": self.known[form["auth"]]})

    def _renew(self, form: dict[str, str]) -> httpx.Response:
        self.renewed.append(form["refresh_token"])
        if form["refresh_token"] in self.dead:
            return httpx.Response(400, json={"error": "invalid_grant"})
        number = len(self.renewed)
        return httpx.Response(
            200,
            json={
                "access_token": f"renewed-{number}",
                "refresh_token": f"refresh of renewed-{number}",
                "expires_in": 3600,
                "member_id": MEMBER,
                "domain": "oauth.bitrix.info",
                "user_id": 1,
            },
        )


def app_info(
    *, client_id: str = CLIENT_ID, endpoint: str = ENDPOINT, member_id: str = MEMBER
) -> dict[str, Any]:
    """The result of app.info."""
    install = {"member_id": member_id, "client_endpoint": endpoint, "version": "1"}
    return {"client_id": client_id, "user_id": 1, "scope": "crm,bizproc", "install": install}


def verifier(http: httpx.AsyncClient, **changes: Any) -> Verifier:
    """A verifier with our one application."""
    values: dict[str, Any] = {
        "servers": (FIRST, SECOND),
        "credentials": {CLIENT_ID: "made-up-client-secret"},
    }
    return Verifier(http, **values | changes)


@dataclass
class KeptTokens:
    """Where the tokens of a portal are kept."""

    stored: dict[int, Tokens] = field(default_factory=dict)
    saved: list[Tokens] = field(default_factory=list)
    aside: list[Tokens] = field(default_factory=list)

    async def load(self, user_id: int) -> Tokens | None:
        """The user's pair."""
        return self.stored.get(user_id)

    async def save(self, renewed: Tokens) -> None:
        """A renewed pair."""
        self.saved.append(renewed)
        self.stored[renewed.user_id] = renewed

    async def set_aside(self, refused: Tokens) -> None:
        """It is not renewed any more."""
        self.aside.append(refused)


def access(asking: Verifier, kept: KeptTokens | None = None, **changes: Any) -> Access:
    """The tokens of one portal."""
    values: dict[str, Any] = {
        "member_id": MEMBER,
        "client_id": CLIENT_ID,
        "pause": lambda _times: 0.0,
    }
    return Access(asking, kept or KeptTokens(), **values | changes)
