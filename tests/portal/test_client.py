"""One REST call over HTTP: tokens only in the body, answers of bearable size, kinds of silence."""

import gzip
from collections.abc import AsyncIterator

import httpx2 as httpx
import pytest

from robot.errors import MovedError, NotExecutedError, OutcomeUnknownError, PortalError
from robot.portal.client import MAX_ANSWER_BYTES, send, send_together
from robot.protocol.answers import Answer
from robot.protocol.calls import Call
from tests.portal.portal_rig import ENDPOINT, answered_by, sent_json

pytestmark = pytest.mark.anyio
GET = Call("crm.documentgenerator.document.get", {"id": 5})
WEBHOOK = "https://acme.bitrix24.com/rest/1/made-up-code/"


@pytest.fixture
def anyio_backend() -> str:
    """Run the async tests on asyncio, as the app does."""
    return "asyncio"


async def sent(call: Call, endpoint: str = ENDPOINT, *, token: str = "") -> httpx.Request:
    seen = []

    async def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"result": True})

    async with answered_by(answer) as http:
        await send(http, endpoint, call, access_token=token)
    (request,) = seen
    return request


async def failure(answer: httpx.Response | Exception) -> PortalError:
    async def respond(_request: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    async with answered_by(respond) as http:
        with pytest.raises(PortalError) as caught:
            await send(http, WEBHOOK, GET)
    return caught.value


async def test_the_token_travels_in_the_body_and_never_in_the_address() -> None:
    request = await sent(GET, token="made-up-token")

    assert str(request.url) == f"{ENDPOINT}crm.documentgenerator.document.get"
    assert request.method == "POST"
    assert sent_json(request) == {"id": 5, "auth": "made-up-token"}
    assert "made-up-token" not in str(request.headers)


async def test_a_webhook_needs_no_token() -> None:
    request = await sent(GET, WEBHOOK)

    assert str(request.url) == f"{WEBHOOK}crm.documentgenerator.document.get"
    assert "auth" not in sent_json(request)


async def test_texts_in_any_script_arrive() -> None:
    request = await sent(Call("m", {"LOG_MESSAGE": "Счёт №5 «готов» 🙂"}))

    assert sent_json(request)["LOG_MESSAGE"] == "Счёт №5 «готов» 🙂"


async def test_a_call_alone_goes_without_batch_and_several_as_one() -> None:
    urls = []

    async def answer(request: httpx.Request) -> httpx.Response:
        urls.append(request.url.path)
        if request.url.path != "/rest/batch":
            return httpx.Response(200, json={"result": {"id": 5}})
        return httpx.Response(200, json={"result": {"result": {"c0": 1, "c1": 2}}})

    async with answered_by(answer) as http:
        alone = await send_together(http, ENDPOINT, [GET], access_token="t")
        both = await send_together(http, ENDPOINT, [GET, GET], access_token="t")

    assert urls == ["/rest/crm.documentgenerator.document.get", "/rest/batch"]
    assert alone == [Answer(result={"id": 5})]
    assert both == [Answer(result=1), Answer(result=2)]


@pytest.mark.parametrize(
    "error",
    [
        httpx.ConnectError("refused"),
        httpx.ConnectTimeout("slow"),
        httpx.PoolTimeout("busy"),
    ],
    ids=type,
)
async def test_without_a_connection_nothing_ran(error: httpx.HTTPError) -> None:
    assert isinstance(await failure(error), NotExecutedError)


@pytest.mark.parametrize(
    "error",
    [
        httpx.ReadError("reset"),
        httpx.ReadTimeout("slow"),
        httpx.WriteError("broken pipe"),
        httpx.WriteTimeout("slow"),
        httpx.RemoteProtocolError("closed"),
    ],
    ids=type,
)
async def test_a_connection_that_broke_leaves_the_outcome_unknown(error: httpx.HTTPError) -> None:
    assert type(await failure(error)) is OutcomeUnknownError


@pytest.mark.parametrize(
    "answer",
    [
        httpx.ConnectError(f"no route to {WEBHOOK}"),
        httpx.ReadTimeout(f"slow: {WEBHOOK}"),
        httpx.Response(200, text="<html>"),
        httpx.Response(400, json={"error": "X"}),
    ],
    ids=["no route", "slow", "a page", "a no"],
)
async def test_no_error_repeats_the_address(answer: httpx.Response | Exception) -> None:
    assert "made-up-code" not in str(await failure(answer))


async def test_a_redirect_is_not_followed() -> None:
    moved = httpx.Response(302, headers={"location": "https://evil.example/rest/"})

    found = await failure(moved)

    assert isinstance(found, MovedError)
    assert found.location == "https://evil.example/rest/"


async def test_an_answer_that_is_too_large_is_given_up_without_reading_it_whole() -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(100):
            read += 1
            yield b" " * 1024 * 1024

    found = await failure(httpx.Response(200, content=endless()))

    assert type(found) is OutcomeUnknownError
    assert read <= MAX_ANSWER_BYTES // 1024**2 + 1


async def test_a_small_body_that_grows_when_unpacked_is_given_up() -> None:
    bomb = gzip.compress(b" " * (MAX_ANSWER_BYTES + 1))

    found = await failure(httpx.Response(200, content=bomb, headers={"content-encoding": "gzip"}))

    assert type(found) is OutcomeUnknownError


async def test_a_body_that_is_not_packed_as_it_says_leaves_the_outcome_unknown() -> None:
    answer = httpx.Response(200, stream=_Raw(b"no gzip"), headers={"content-encoding": "gzip"})

    assert type(await failure(answer)) is OutcomeUnknownError


class _Raw(httpx.AsyncByteStream):
    def __init__(self, content: bytes) -> None:
        self._content = content

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._content
