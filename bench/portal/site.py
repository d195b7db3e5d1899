"""All portals and their authorization server, on loopback, with TLS as the SDKs insist on it."""

import asyncio
import json
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.portal.portal import Portal
from bench.portal.rest import Exchange, read_fields
from bench.portal.wire import Answer, Connection, Request
from sandbox import certificate

CLIENT_ID, CLIENT_SECRET = "local.0123456789abcd.12345678", "made-up-secret"
PORTALS = 50
LIVES = 3600  # seconds, of an access token


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What is served, and the certificate to trust."""

    portals: list[Portal]
    oauth: str
    certificate: Path

    @property
    def portal(self) -> Portal:
        """The first one, which most rows use."""
        return self.portals[0]

    def auth(self, portal: Portal) -> dict[str, str]:
        """The `auth` part of what that portal sends (wire facts 1.4)."""
        return {
            "access_token": portal.access_token,
            "expires": str(int(time.time()) + LIVES),
            "expires_in": str(LIVES),
            "scope": "crm,bizproc",
            "domain": portal.host,
            "server_endpoint": f"{self.oauth}/rest/",
            "status": "L",
            "client_endpoint": f"{portal.url}/rest/",
            "member_id": portal.member_id,
            "user_id": "1",
            "refresh_token": f"refresh{portal.access_token}",
            "application_token": portal.application_token,
        }


@asynccontextmanager
async def serving(folder: Path, *, portals: int = PORTALS) -> AsyncIterator[Site]:
    """Serve meanwhile: portal k at the k-th loopback address, all at one port."""
    hosts = [f"127.0.0.{last}" for last in range(1, portals + 1)]
    pem = folder / "portal.pem"
    certificate.write(pem, hosts)
    tls, loop = certificate.context(pem), asyncio.get_running_loop()
    found: dict[str, Portal] = {}
    rest = await loop.create_server(
        lambda: Connection(lambda request: Exchange(found[request.host]).answer(request)),
        hosts[0],
        0,
        ssl=tls,
        backlog=2048,
    )
    port = int(rest.sockets[0].getsockname()[1])
    oauth_server = await _serve_oauth(found, hosts[0], tls)
    oauth = f"https://{hosts[0]}:{oauth_server.sockets[0].getsockname()[1]}"
    found |= {f"{host}:{port}": Portal(n, host, port) for n, host in enumerate(hosts)}
    others = [
        await loop.create_server(
            lambda: Connection(lambda request: Exchange(found[request.host]).answer(request)),
            host,
            port,
            ssl=tls,
            backlog=2048,
        )
        for host in hosts[1:]
    ]
    try:
        yield Site(portals=list(found.values()), oauth=oauth, certificate=pem)
    finally:
        for server in (rest, oauth_server, *others):
            server.close()


async def _serve_oauth(found: dict[str, Portal], host: str, tls: ssl.SSLContext) -> asyncio.Server:
    async def answer(request: Request) -> Answer:
        fields = read_fields(request)
        token = (fields.get("auth") or fields.get("refresh_token", "")).removeprefix("refresh")
        portal = next((one for one in found.values() if one.access_token == token), None)
        if portal is None:
            return Answer(status=401, body=b'{"error": "invalid_token"}')
        told = _app_info(portal) if "app.info" in request.path else _renewed(portal)
        return Answer(status=200, body=json.dumps(told).encode())

    loop = asyncio.get_running_loop()
    return await loop.create_server(lambda: Connection(answer), host, 0, ssl=tls)


def _app_info(portal: Portal) -> dict[str, Any]:
    return {
        "result": {
            "client_id": CLIENT_ID,
            "scope": "crm,bizproc",
            "user_id": 1,
            "install": {
                "installed": True,
                "version": 1,
                "status": "L",
                "scope": "crm,bizproc",
                "client_endpoint": f"{portal.url}/rest/",
                "member_id": portal.member_id,
            },
        }
    }


def _renewed(portal: Portal) -> dict[str, Any]:
    return {
        "access_token": portal.access_token,
        "refresh_token": f"refresh{portal.access_token}",
        "expires_in": LIVES,
        "member_id": portal.member_id,
        "client_endpoint": f"{portal.url}/rest/",
        "user_id": 1,
    }
