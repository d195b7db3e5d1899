"""Public links by hand through an incoming webhook: nothing is installed, nothing is stored.

The webhook's address holds its secret code; it is never shown and never part of an error.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx2 as httpx

from robot.errors import (
    FlowError,
    MovedError,
    PortalError,
    RejectedError,
    SettingsError,
    TokenError,
)
from robot.flows import documents
from robot.flows.failures import Tried, explain, gave_up, no_link
from robot.portal.client import send_together
from robot.protocol.answers import Answer
from robot.protocol.calls import BATCH_LIMIT, Call
from robot.settings import is_loopback
from robot.work.retries import pause

# https://<portal>/rest/<user>/<code>/, as Bitrix24 shows it under «Inbound webhook».
_ADDRESS = re.compile(r"(https?)://([^/\s?#@]+)/rest/([0-9]+)/([0-9A-Za-z]+)(?:/[\w.]*)?")
TRIES = 8  # of one request; about a minute in all


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What came of one document."""

    document_id: int
    succeeded: bool
    public_url: str = ""
    expires_at: str = ""  # in UTC, for people; empty: it has no end
    error_code: str = ""
    error_text: str = ""


def webhook_address(text: str) -> str:
    """The address to which a method's name is added.

    Raises:
        SettingsError: it is not a webhook's address; the text is not repeated.
    """
    match = _ADDRESS.fullmatch(text.strip())
    is_safe = match and (
        match[1] == "https" or is_loopback(urlsplit(f"//{match[2]}").hostname or "")
    )
    if not match or not is_safe:
        raise SettingsError(
            "This is not the address of an inbound webhook. In Bitrix24: Developer resources, "
            "Other, Inbound webhook; it looks like https://acme.bitrix24.com/rest/1/CODE/"
        )
    return f"{match[1]}://{match[2]}/rest/{match[3]}/{match[4]}/"


async def change_links(
    http: httpx.AsyncClient, address: str, document_ids: Sequence[int], *, public: bool
) -> AsyncIterator[Done]:
    """Turn the links of these documents on or off, up to 50 in one request."""
    build = documents.enable_public_url if public else documents.disable_public_url
    for first in range(0, len(document_ids), BATCH_LIMIT):
        ids = document_ids[first : first + BATCH_LIMIT]
        results = await _insist(http, address, [build(document_id) for document_id in ids])
        for document_id, result in zip(ids, results, strict=True):
            yield _done(document_id, result, public=public)


async def _insist(
    http: httpx.AsyncClient, address: str, calls: Sequence[Call]
) -> list[Answer | PortalError]:
    """What each call was answered; what was not is asked again, which is safe."""
    results: dict[int, Answer | PortalError] = {}
    for attempt in range(1, TRIES + 1):
        open_calls = [n for n in range(len(calls)) if not _is_final(results.get(n))]
        if not open_calls:
            break
        if attempt > 1:
            await asyncio.sleep(pause(attempt - 1))
        found = await _ask(http, address, [calls[n] for n in open_calls])
        results |= dict(zip(open_calls, found, strict=True))
    return [results[n] for n in range(len(calls))]


async def _ask(
    http: httpx.AsyncClient, address: str, calls: Sequence[Call]
) -> list[Answer | PortalError]:
    try:
        return await send_together(http, address, calls)
    except PortalError as error:
        return [error] * len(calls)


def _is_final(result: Answer | PortalError | None) -> bool:
    """A webhook has no other token to try, and its address is the operator's to change."""
    return isinstance(result, Answer | RejectedError | TokenError | MovedError)


def _done(document_id: int, result: Answer | PortalError, *, public: bool) -> Done:
    if isinstance(result, Answer):
        url = documents.read_link(result) if public else ""
        if url or not public:
            return Done(document_id=document_id, succeeded=True, public_url=url)
        error = no_link(document_id)
    else:
        error = _told(result)
    return Done(
        document_id=document_id, succeeded=False, error_code=error.code, error_text=error.text
    )


def _told(error: PortalError) -> FlowError:
    if isinstance(error, TokenError):
        text = "Bitrix24 does not know this webhook: its code is wrong, or it was deleted."
        return FlowError("no_token", text)
    if isinstance(error, MovedError):
        host = urlsplit(error.location).hostname
        return FlowError("portal_moved", f"The portal moved to {host}: use its new address.")
    if isinstance(error, RejectedError):
        return explain(error)
    return gave_up(Tried(error.method, TRIES, error))
