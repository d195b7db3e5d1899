"""Renewals that get lost, are refused, or would be asked for too often: nobody is locked out."""

import asyncio

import httpx2 as httpx
import pytest

from robot.errors import OutcomeUnknownError, RejectedError
from robot.protocol.oauth import NO_TOKEN
from tests.portal.portal_rig import (
    FIRST,
    AuthServer,
    KeptTokens,
    access,
    answered_by,
    pair,
    sent_form,
    verifier,
)

pytestmark = pytest.mark.anyio
STORED = pair("stored", life=-100)


@pytest.fixture
def anyio_backend() -> str:
    """Run the async tests on asyncio, as the app does."""
    return "asyncio"


class Rotating(AuthServer):
    """Each refresh token renews once; so many of its answers get lost on the way."""

    lost = 0

    async def answer(self, request: httpx.Request) -> httpx.Response:
        """Take one request."""
        answer = await super().answer(request)
        if request.url.path == "/oauth/token/":
            self.dead.add(sent_form(request)["refresh_token"])
            self.lost -= 1
            if self.lost >= 0:
                raise httpx.ReadError("reset")
        return answer


async def test_own_token_then_the_stored_one_then_the_newest_refresh_token() -> None:
    server = AuthServer()
    async with answered_by(server.answer) as http:
        tokens = access(verifier(http))
        tokens.offer(pair("stored", life=600), is_stored=True)
        tokens.offer(pair("older event", life=-50))
        tokens.offer(pair("own", life=3_000))
        used = []
        for _ in range(3):
            found = await tokens.token(1)
            used.append(found.access_token)
            tokens.spoil(found)

    assert used == ["own", "stored", "renewed-1"]
    assert server.renewed == ["refresh of own"], "the newest refresh token"


async def test_a_renewal_whose_answer_got_lost_leaves_the_other_refresh_tokens() -> None:
    server, kept = Rotating(), KeptTokens(stored={1: STORED})
    server.lost = 1
    async with answered_by(server.answer) as http:
        tokens = access(verifier(http, servers=(FIRST,)), kept)
        tokens.offer(STORED, is_stored=True)
        tokens.offer(pair("event", life=-100_000))
        with pytest.raises(OutcomeUnknownError):
            await tokens.token(1)

        found = await tokens.token(1)

    assert server.renewed == ["refresh of stored", "refresh of stored", "refresh of event"]
    assert found.access_token == "renewed-3"
    assert kept.stored[1] is found


async def test_a_pair_that_lost_its_renewal_makes_room_for_the_next_one_that_comes() -> None:
    server, kept = Rotating(), KeptTokens(stored={1: STORED})
    server.lost = 1
    async with answered_by(server.answer) as http:
        tokens = access(verifier(http, servers=(FIRST,)), kept)
        tokens.offer(STORED, is_stored=True)
        for error in (OutcomeUnknownError, RejectedError):
            with pytest.raises(error):
                await tokens.token(1)
        assert tokens.users() == []
        event = pair("event")

        tokens.offer(event)

        assert (await tokens.token(1)) is event
        assert tokens.worth_storing() == [event]
    assert kept.aside == [STORED]


async def test_a_pair_that_comes_while_a_renewal_is_refused_is_taken() -> None:
    server, event = AuthServer(), pair("event")
    async with answered_by(lambda request: bring(request)) as http:
        tokens = access(verifier(http), KeptTokens(stored={1: STORED}))

        async def bring(request: httpx.Request) -> httpx.Response:
            tokens.offer(event)  # by a call that comes just now
            server.dead.add(STORED.refresh_token)
            return await server.answer(request)

        tokens.offer(STORED, is_stored=True)

        assert await tokens.token(1) is event


async def test_what_was_renewed_elsewhere_meanwhile_is_taken() -> None:
    server, kept = AuthServer(), KeptTokens()
    async with answered_by(server.answer) as http:
        tokens = access(verifier(http), kept)
        tokens.offer(STORED, is_stored=True)
        kept.stored[1] = pair("renewed elsewhere")

        found = await tokens.token(1)

    assert found is kept.stored[1]
    assert server.urls == []


async def test_while_the_authorization_server_is_away_it_is_asked_after_growing_pauses() -> None:
    server, now = AuthServer(is_away=True), [0.0]
    async with answered_by(server.answer) as http:
        tokens = access(
            verifier(http, servers=(FIRST,)),
            clock=lambda: now[0],
            pause=lambda times: 10.0 * times,
        )
        tokens.offer(STORED)
        for now[0] in (0.0, 9.0, 10.0, 29.0, 30.0):
            asking = (tokens.token(1) for _ in range(100))
            found = await asyncio.gather(*asking, return_exceptions=True)
            assert {type(error) for error in found} == {OutcomeUnknownError}
        assert len(server.urls) == 3
        server.is_away, now[0] = False, 60.0

        assert (await tokens.token(1)).access_token == "renewed-1"


async def test_connection_error_costs_no_token() -> None:
    away = httpx.Response(401, json={"error": "CONNECTION_ERROR"})
    answers, kept = [away, httpx.Response(400, json={"error": "invalid_grant"})], KeptTokens()
    server = AuthServer()

    async def answer(request: httpx.Request) -> httpx.Response:
        return answers.pop(0) if answers else await server.answer(request)

    async with answered_by(answer) as http:
        tokens = access(verifier(http), kept)
        tokens.offer(STORED)
        with pytest.raises(OutcomeUnknownError):
            await tokens.token(1)

        assert tokens.users() == [1]
        assert (await tokens.token(1)).access_token == "renewed-1"
    assert kept.aside == []


@pytest.mark.parametrize("error", ["invalid_grant", "wrong_client", "expired_token"])
async def test_a_refused_renewal_says_why_and_is_not_asked_for_again(error: str) -> None:
    asked = 0

    async def answer(_request: httpx.Request) -> httpx.Response:
        nonlocal asked
        asked += 1
        return httpx.Response(400, json={"error": error, "error_description": "No"})

    async with answered_by(answer) as http:
        tokens = access(verifier(http, servers=(FIRST,)), KeptTokens(stored={1: STORED}))
        tokens.offer(STORED, is_stored=True)
        for _ in range(3):
            with pytest.raises(RejectedError) as caught:
                await tokens.token(1)
            assert caught.value.code == NO_TOKEN
            assert asked == 1


async def test_users_with_a_living_token_are_told_apart() -> None:
    async with answered_by(AuthServer().answer) as http:
        tokens = access(verifier(http))
        tokens.offer(STORED)
        tokens.offer(pair("of another", user_id=2))

        assert tokens.users() == [1, 2]
        assert [tokens.has(user_id, living=True) for user_id in (1, 2, 3)] == [False, True, False]
