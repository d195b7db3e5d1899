"""One REST call to a portal over HTTP. Knows no pace, no tokens' life, no retries.

Tokens travel in POST bodies only: a URL ends up in logs.
"""

import asyncio
import json
import socket
import ssl
from collections.abc import Sequence
from functools import lru_cache

import httpx2 as httpx

from robot.errors import NotExecutedError, OutcomeUnknownError, PortalError
from robot.portal.network import NotPublicError
from robot.protocol.answers import Answer, decipher
from robot.protocol.calls import Call, batch_of, take_apart

MAX_ANSWER_BYTES = 16 * 1024 * 1024  # 50 documents with all their values stay far below
# Bitrix24 ends a call after 60 s; an answer that trickles is given up, too.
WHOLE_CALL = 75.0  # seconds
# The code of a call that did not leave, since requests to all portals together are too many.
NO_PLACE = "LINKROBOT_BUSY"
RETRY_AFTER_NO_CONNECTION = 1.0  # seconds; the caller's pauses grow from here
# What a person can do something about.
_CAUSES = (
    (NotPublicError, "its address is not public; LINKROBOT_PRIVATE_PORTALS may name its host"),
    (socket.gaierror, "the DNS does not know its name"),
    (ssl.SSLCertVerificationError, "its certificate is not valid"),
    (ssl.SSLError, "it makes no secure connection (TLS)"),
    (ConnectionRefusedError, "it refuses connections"),
)


async def send(
    http: httpx.AsyncClient, endpoint: str, call: Call, *, access_token: str = ""
) -> Answer:
    """Call one method at `endpoint` (`https://portal/rest/`, or an incoming webhook's address).

    Raises:
        PortalError: see robot.errors for what each kind means.
    """
    request = _request(http, f"{endpoint}{call.method}", call, access_token)
    response, body = await exchange(http, request, call.method)
    location = response.headers.get("location", "")
    return decipher(call.method, response.status_code, body, location=location)


async def exchange(
    http: httpx.AsyncClient, request: httpx.Request, method: str
) -> tuple[httpx.Response, bytes]:
    """Send one request and read its answer whole: within a time and a size, however it comes.

    Raises:
        NotExecutedError: there was no connection, nothing ran.
        OutcomeUnknownError: no whole answer came.
    """
    try:
        async with asyncio.timeout(WHOLE_CALL):
            response = await http.send(request, stream=True)
            try:
                return response, await _read(response, method)
            finally:
                await response.aclose()
    except httpx.PoolTimeout as error:
        raise NotExecutedError(
            method, NO_PLACE, in_words(error), retry_after=RETRY_AFTER_NO_CONNECTION
        ) from None
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        raise NotExecutedError(
            method, "", in_words(error), retry_after=RETRY_AFTER_NO_CONNECTION
        ) from None
    except (httpx.HTTPError, TimeoutError) as error:
        raise OutcomeUnknownError(method, "", in_words(error)) from None


async def send_together(
    http: httpx.AsyncClient, endpoint: str, calls: Sequence[Call], *, access_token: str = ""
) -> list[Answer | PortalError]:
    """Send up to 50 calls in one request; a call that stands alone goes without batch.

    Returns what each call answered. Raises PortalError where the request as a whole failed.
    """
    if len(calls) > 1:
        answer = await send(http, endpoint, batch_of(calls), access_token=access_token)
        return take_apart(calls, answer)
    return [await send(http, endpoint, calls[0], access_token=access_token)]


# Reading an address costs as much as sending the request; a portal is called at a few of them.
_url = lru_cache(maxsize=4_096)(httpx.URL)


def _request(http: httpx.AsyncClient, url: str, call: Call, access_token: str) -> httpx.Request:
    """What `http.build_request` makes, without its merging: half of the CPU time of a request."""
    params = dict(call.params) | ({"auth": access_token} if access_token else {})
    return httpx.Request(
        "POST",
        _url(url),
        headers=[*http.headers.raw, (b"Content-Type", b"application/json")],
        content=json.dumps(params, ensure_ascii=False, separators=(",", ":")).encode(),
        extensions={"timeout": http.timeout.as_dict()},
    )


async def _read(response: httpx.Response, method: str) -> bytes:
    parts, size = [], 0
    async for part in response.aiter_bytes():
        size += len(part)
        if size > MAX_ANSWER_BYTES:
            raise OutcomeUnknownError(method, "", "the answer is too large")
        parts.append(part)
    return b"".join(parts)


def in_words(error: Exception) -> str:
    """The kind of failure; never the library's text, which may hold an address with a secret."""
    cause: BaseException | None = error
    while cause:
        for kind, words in _CAUSES:
            if isinstance(cause, kind):
                return f"no connection: {words}"
        cause = cause.__cause__ or cause.__context__  # httpcore raises "from None"
    return f"no answer ({type(error).__name__})"
