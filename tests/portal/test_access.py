"""Tokens of a portal's users: the living first, renewed once for everybody, never thrown away."""

import asyncio
from contextlib import suppress

import httpx2 as httpx
import pytest

from robot.errors import OutcomeUnknownError, RejectedError
from robot.portal.access import KEPT
from robot.protocol.oauth import NO_TOKEN, Tokens
from tests.portal.portal_rig import (
    FIRST,
    AuthServer,
    KeptTokens,
    access,
    answered_by,
    pair,
    verifier,
)

pytestmark = pytest.mark.anyio
EXPIRED = pair("expired", life=-10)


@pytest.fixture
def anyio_backend() -> str:
    """Run the async tests on asyncio, as the app does."""
    return "asyncio"


async def test_a_living_token_is_taken_without_asking_anybody() -> None:
    server = AuthServer()
    async with answered_by(server.answer) as http:
        tokens = access(verifier(http))
        tokens.offer(pair("short", life=600))
        tokens.offer(pair("long", life=3000))

        found = await tokens.token(1)

    assert found.access_token == "long"
    assert server.urls == []


async def test_ten_who_ask_at_once_cost_one_renewal() -> None:
    server, kept = AuthServer(), KeptTokens()
    async with answered_by(server.answer) as http:
        tokens = access(verifier(http), kept)
        tokens.offer(EXPIRED)

        found = await asyncio.gather(*(tokens.token(1) for _ in range(10)))

    assert {one.access_token for one in found} == {"renewed-1"}
    assert server.renewed == ["refresh of expired"]
    assert [one.refresh_token for one in kept.saved] == ["refresh of renewed-1"]


async def test_a_renewed_pair_is_written_down_before_it_is_used() -> None:
    server, order = AuthServer(), list[str]()

    class Noting(KeptTokens):
        async def save(self, renewed: Tokens) -> None:
            await asyncio.sleep(0)
            order.append(f"saved {renewed.access_token}")

    async with answered_by(server.answer) as http:
        tokens = access(verifier(http), Noting())
        tokens.offer(EXPIRED)
        order.append(f"used {(await tokens.token(1)).access_token}")

    assert order == ["saved renewed-1", "used renewed-1"]


async def test_a_dead_refresh_token_is_followed_by_the_next_newest_first() -> None:
    newer, older = pair("newer", life=-10), pair("older", life=-20)
    server = AuthServer(dead={"refresh of newer"})
    async with answered_by(server.answer) as http:
        tokens = access(verifier(http))
        tokens.offer(older)
        tokens.offer(newer)

        found = await tokens.token(1)

    assert found.access_token.startswith("renewed")
    assert server.renewed[0] == "refresh of newer"
    assert server.renewed[-1] == "refresh of older"


async def test_where_every_refresh_token_is_dead_there_is_no_token() -> None:
    server = AuthServer(dead={"refresh of expired"})
    async with answered_by(server.answer) as http:
        tokens = access(verifier(http))
        tokens.offer(EXPIRED)

        with pytest.raises(RejectedError) as caught:
            await tokens.token(1)

    assert caught.value.code == NO_TOKEN
    assert tokens.users() == []


async def test_a_server_that_cannot_be_asked_costs_no_token() -> None:
    server = AuthServer(is_away=True)
    async with answered_by(server.answer) as http:
        tokens = access(verifier(http))
        tokens.offer(EXPIRED)
        for _ in range(3):
            with pytest.raises(OutcomeUnknownError):
                await tokens.token(1)
        assert tokens.users() == [1]
        server.is_away = False

        found = await tokens.token(1)

    assert found.access_token == "renewed-1"


async def test_a_token_that_the_portal_refused_is_not_taken_again() -> None:
    server = AuthServer()
    async with answered_by(server.answer) as http:
        tokens = access(verifier(http))
        tokens.offer(pair("first", life=3000))
        tokens.offer(pair("second", life=2000))

        tokens.spoil(await tokens.token(1))
        second = await tokens.token(1)
        tokens.spoil(second)
        third = await tokens.token(1)

    assert second.access_token == "second"
    assert third.access_token == "renewed-1"


async def test_without_our_secret_only_living_tokens_are_of_use() -> None:
    server = AuthServer()
    async with answered_by(server.answer) as http:
        tokens = access(verifier(http, credentials={}))
        tokens.offer(EXPIRED)
        assert tokens.users() == []
        with pytest.raises(RejectedError):
            await tokens.token(1)
        tokens.offer(pair("living"))

        assert tokens.users() == [1]
        assert (await tokens.token(1)).access_token == "living"

    assert server.urls == []


async def test_nobodys_token_is_nobodys() -> None:
    async with answered_by(AuthServer().answer) as http:
        tokens = access(verifier(http))
        tokens.offer(pair("mine"))

        with pytest.raises(RejectedError) as caught:
            await tokens.token(2)

    assert caught.value.code == NO_TOKEN


async def test_a_burst_of_tokens_is_not_hoarded() -> None:
    async with answered_by(AuthServer().answer) as http:
        tokens = access(verifier(http))
        for number in range(100):
            tokens.offer(pair(f"access-{number}", life=1000 + number))
        taken = set()
        for _ in range(KEPT):
            taken.add((await tokens.token(1)).access_token)
            tokens.spoil(await tokens.token(1))

    assert taken == {f"access-{number}" for number in range(100 - KEPT, 100)}


async def test_tokens_that_come_during_a_failing_renewal_are_taken() -> None:
    server = AuthServer(dead={"refresh of expired"})
    came = [pair(f"access-{number}", life=1000 + number) for number in range(KEPT)]

    async def answer(request: httpx.Request) -> httpx.Response:
        for one in came:  # a burst of runs arrives while we wait
            tokens.offer(one)
        return await server.answer(request)

    async with answered_by(answer) as http:
        tokens = access(verifier(http))
        tokens.offer(EXPIRED)
        with suppress(RejectedError):  # those that it looked at were dead
            await tokens.token(1)

        found = await tokens.token(1)

    assert found in came


async def test_users_renew_apart_from_each_other() -> None:
    is_answering, server = asyncio.Event(), AuthServer()

    async def answer(request: httpx.Request) -> httpx.Response:
        await is_answering.wait()
        return await server.answer(request)

    async with answered_by(answer) as http:
        tokens = access(verifier(http, servers=(FIRST,)))
        tokens.offer(EXPIRED)
        tokens.offer(pair("of another", user_id=2))
        waiting = asyncio.create_task(tokens.token(1))

        other = await asyncio.wait_for(tokens.token(2), 60)
        is_answering.set()
        await waiting

    assert other.access_token == "of another"


async def test_a_renewed_token_that_has_lived_its_hour_is_renewed_again() -> None:
    server, now = AuthServer(), [0.0]
    async with answered_by(server.answer) as http:
        tokens = access(verifier(http), clock=lambda: now[0])
        tokens.offer(EXPIRED)
        first = await tokens.token(1)
        now[0] += 3600
        tokens.spoil(first)

        second = await tokens.token(1)

    assert second.access_token != first.access_token
    assert len(server.renewed) == 2
