"""Asking the authorization server: only those of the allow-list, a few at a time, a 'no' kept."""

import asyncio

import httpx2 as httpx
import pytest

from robot.errors import BusyError, ForgedError, OtherAppError, OutcomeUnknownError, RejectedError
from robot.portal.verify import AT_A_TIME, NO_IS_REMEMBERED, WAITING
from tests.portal.portal_rig import (
    CLIENT_ID,
    ENDPOINT,
    FIRST,
    MEMBER,
    SECOND,
    AuthServer,
    answered_by,
    app_info,
    pair,
    sent_form,
    verifier,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    """Run the async tests on asyncio, as the app does."""
    return "asyncio"


async def test_what_counts_is_what_the_server_says() -> None:
    server = AuthServer(known={"good": app_info()})
    async with answered_by(server.answer) as http:
        found = await verifier(http).identify("good")

    assert (found.member_id, found.client_id) == (MEMBER, CLIENT_ID)
    assert (found.user_id, found.client_endpoint) == (1, ENDPOINT)
    assert server.urls == [f"{FIRST}/rest/app.info"]


async def test_a_token_never_stands_in_an_address() -> None:
    server = AuthServer(known={"made-up-token": app_info()})
    async with answered_by(server.answer) as http:
        asking = verifier(http)
        await asking.identify("made-up-token")
        await asking.renew(pair(), member_id=MEMBER, client_id=CLIENT_ID)

    assert not any("made-up" in url or "?" in url for url in server.urls)


async def test_the_server_that_a_message_names_is_asked_first() -> None:
    server = AuthServer(known={"good": app_info()})
    async with answered_by(server.answer) as http:
        await verifier(http).identify("good", named_server=f"{SECOND}/rest/")

    assert server.urls == [f"{SECOND}/rest/app.info"]


@pytest.mark.parametrize(
    "named",
    [
        "https://evil.example/rest/",
        "https://oauth.bitrix.info.evil.example/rest/",
        "http://oauth.bitrix.info/rest/",
        "https://user@oauth.bitrix.info/rest/",
        "rest",
        "\ud800",
    ],
)
async def test_a_server_that_is_not_on_the_list_is_never_asked(named: str) -> None:
    server = AuthServer()
    async with answered_by(server.answer) as http:
        with pytest.raises(ForgedError):
            await verifier(http).identify("unknown", named_server=named)

    assert server.urls == [f"{FIRST}/rest/app.info", f"{SECOND}/rest/app.info"]


async def test_a_token_that_no_server_knows_is_forged_and_the_no_is_kept_for_a_minute() -> None:
    server, now = AuthServer(), [1_000.0]
    async with answered_by(server.answer) as http:
        asking = verifier(http, servers=(FIRST,), clock=lambda: now[0])
        for now[0] in (1_000.0, 1_000.0 + NO_IS_REMEMBERED - 1):
            with pytest.raises(ForgedError):
                await asking.identify("made-up")
        assert len(server.asked) == 1

        now[0], server.known = 1_000.0 + NO_IS_REMEMBERED, {"made-up": app_info()}
        await asking.identify("made-up")

    assert len(server.asked) == 2


async def test_the_no_about_one_token_is_not_about_another() -> None:
    server = AuthServer(known={"good": app_info()})
    async with answered_by(server.answer) as http:
        asking = verifier(http)
        with pytest.raises(ForgedError):
            await asking.identify("bad")

        assert (await asking.identify("good")).member_id == MEMBER


async def test_without_a_token_nobody_is_asked() -> None:
    server = AuthServer()
    async with answered_by(server.answer) as http:
        with pytest.raises(ForgedError):
            await verifier(http).identify("")

    assert server.urls == []


async def test_a_server_that_is_away_is_no_no() -> None:
    server = AuthServer(is_away=True)
    async with answered_by(server.answer) as http:
        asking = verifier(http)
        with pytest.raises(OutcomeUnknownError) as caught:
            await asking.identify("good")
        server.is_away, server.known = False, {"good": app_info()}

        await asking.identify("good")

    assert "made-up" not in str(caught.value)


async def test_one_server_away_and_a_no_of_the_other_is_not_known() -> None:
    async def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == "oauth.bitrix.info":
            raise httpx.ReadTimeout("slow")
        return httpx.Response(401, json={"error": "invalid_token"})

    async with answered_by(answer) as http:
        with pytest.raises(OutcomeUnknownError):
            await verifier(http).identify("perhaps")


async def test_another_application_is_told_as_such_and_not_remembered_as_forged() -> None:
    server = AuthServer(known={"good": app_info(client_id="local.another")})
    async with answered_by(server.answer) as http:
        asking = verifier(http)
        for _ in range(2):
            with pytest.raises(OtherAppError, match=r"local\.another"):
                await asking.identify("good")


async def test_without_client_ids_in_the_settings_every_application_is_verified() -> None:
    server = AuthServer(known={"good": app_info(client_id="local.another")})
    async with answered_by(server.answer) as http:
        found = await verifier(http, credentials={}).identify("good")

    assert found.client_id == "local.another"


async def test_only_a_few_are_asked_about_at_a_time_and_few_may_wait() -> None:
    under_way, most, all_ask, go_on = 0, 0, asyncio.Event(), asyncio.Event()

    async def answer(request: httpx.Request) -> httpx.Response:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        if under_way == AT_A_TIME:
            all_ask.set()
        await go_on.wait()
        under_way -= 1
        return httpx.Response(200, json={"result": app_info()})

    async with answered_by(answer) as http:
        asking = verifier(http)
        tasks = [asyncio.create_task(asking.identify(f"t{n}")) for n in range(WAITING)]
        await asyncio.wait_for(all_ask.wait(), 60)
        with pytest.raises(BusyError, match="too many"):
            await asking.identify("one more")
        go_on.set()
        await asyncio.gather(*tasks)
        await asking.identify("one more")

    assert most == AT_A_TIME


async def test_a_renewal_sends_the_secret_to_the_allow_list_only() -> None:
    forms = []

    async def answer(request: httpx.Request) -> httpx.Response:
        forms.append((request.url.host, sent_form(request)))
        return await AuthServer().answer(request)

    async with answered_by(answer) as http:
        renewed = await verifier(http).renew(pair(), member_id=MEMBER, client_id=CLIENT_ID)

    assert renewed.access_token == "renewed-1"
    assert [host for host, _ in forms] == ["oauth.bitrix.info"]
    assert forms[0][1]["client_secret"] == "made-up-client-secret"
    assert forms[0][1]["refresh_token"] == "refresh of access-1"


async def test_a_refresh_token_that_the_first_server_does_not_know_goes_to_the_second() -> None:
    server = AuthServer()

    async def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == "oauth.bitrix.info":
            return httpx.Response(200, json={"error": "wrong_client"})
        return await server.answer(request)

    async with answered_by(answer) as http:
        renewed = await verifier(http).renew(pair(), member_id=MEMBER, client_id=CLIENT_ID)

    assert renewed.access_token == "renewed-1"


@pytest.mark.parametrize("away", ["oauth.bitrix.info", "oauth.bitrix24.tech"])
async def test_an_unanswered_renewal_outweighs_a_no(away: str) -> None:
    async def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == away:
            raise httpx.ConnectTimeout("slow")
        return httpx.Response(400, json={"error": "invalid_grant"})

    async with answered_by(answer) as http:
        with pytest.raises(OutcomeUnknownError):
            await verifier(http).renew(pair(), member_id=MEMBER, client_id=CLIENT_ID)


async def test_tokens_of_another_portal_or_user_are_not_taken() -> None:
    server = AuthServer()
    async with answered_by(server.answer) as http:
        asking = verifier(http)
        with pytest.raises(RejectedError):
            await asking.renew(pair(), member_id="b" * 32, client_id=CLIENT_ID)
        with pytest.raises(RejectedError, match="another user"):
            await asking.renew(pair(user_id=2), member_id=MEMBER, client_id=CLIENT_ID)
