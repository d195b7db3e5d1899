"""The sandbox's hands outside: POSTs to the app's handlers, and work that goes on meanwhile."""

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx2 as httpx

from sandbox.forms import encode

# How long the queue server waits for a handler is not established (wire facts 14).
HANDLER_TIMEOUT = 20.0  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a handler answered; status None where nothing came back."""

    status: int | None
    headers: dict[str, str]
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Courier:
    """One HTTP client and one task group for the whole process."""

    client: httpx.AsyncClient
    tasks: asyncio.TaskGroup

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        self.tasks.create_task(work)

    async def post(
        self, url: str, fields: dict[str, Any], *, query: Mapping[str, str] | None = None
    ) -> Reply:
        """One form POST as PHP writes it; never repeated, redirects are not followed."""
        if query:
            url = f"{url}{'&' if '?' in url else '?'}{urlencode(query)}"
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        try:
            answer = await self.client.post(url, content=encode(fields), headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL):
            return Reply(status=None, headers={}, body="")
        return Reply(status=answer.status_code, headers=dict(answer.headers), body=answer.text)


def make_client() -> httpx.AsyncClient:
    return httpx.AsyncClient(
        timeout=httpx.Timeout(HANDLER_TIMEOUT, pool=None),
        limits=httpx.Limits(max_connections=100, max_keepalive_connections=100),
        trust_env=False,
    )
