"""A renewal on order: once, whether or not the access token lives, and written down like any."""

import httpx2 as httpx
import pytest

from robot.errors import PortalError, RejectedError
from robot.portal.access import JUST_RENEWED, Access
from robot.portal.session import Session, address_rule
from robot.protocol.answers import Answer
from robot.protocol.calls import RENEW
from robot.protocol.oauth import NO_TOKEN, UNANSWERED, Tokens
from tests.portal.portal_rig import (
    ENDPOINT,
    AuthServer,
    KeptTokens,
    access,
    answered_by,
    pair,
    verifier,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    """Run the async tests on asyncio, as the app does."""
    return "asyncio"


def session(http: httpx.AsyncClient, held: Access) -> Session:
    async def moved(_endpoint: str) -> None:
        raise AssertionError("nothing moves here")

    return Session(
        http,
        verifier(http),
        held,
        endpoint=ENDPOINT,
        confirm=address_rule(loopback=False, private_portals=frozenset()),
        moved=moved,
    )


async def ordered(
    server: AuthServer, *, credentials: dict[str, str] | None = None
) -> Answer | PortalError:
    """Order a renewal of a pair that lives, twice at once; what both were answered."""
    async with answered_by(server.answer) as http:
        asking = verifier(http) if credentials is None else verifier(http, credentials=credentials)
        held = access(asking)
        held.offer(pair("living"))
        asked = session(http, held).request([RENEW, RENEW], user_id=1, may_send=lambda: None)
        first, second = await asked
        assert first == second
        return first


async def test_a_living_pair_is_renewed_once_and_written_down() -> None:
    server, kept = AuthServer(), KeptTokens()
    async with answered_by(server.answer) as http:
        held = access(verifier(http), kept)
        held.offer(pair("living"))
        for _ in range(2):  # who asks a moment later is content with that
            found = await session(http, held).request([RENEW], user_id=1, may_send=lambda: None)
            assert found == [Answer(result=True)]
        assert (await held.token(1)).access_token == "renewed-1"

    assert server.renewed == ["refresh of living"]
    assert [tokens.access_token for tokens in kept.saved] == ["renewed-1"]


async def test_minutes_later_it_is_renewed_again() -> None:
    server, now = AuthServer(), 0.0
    async with answered_by(server.answer) as http:
        held = access(verifier(http), clock=lambda: now)
        held.offer(pair("living"))
        await held.renew(1)
        now = JUST_RENEWED
        await held.renew(1)

    assert server.renewed == ["refresh of living", "refresh of renewed-1"]


async def test_all_who_ask_at_once_get_the_same_answer() -> None:
    server = AuthServer()

    assert await ordered(server) == Answer(result=True)
    assert server.renewed == ["refresh of living"]


async def test_a_refresh_token_that_has_died_is_told() -> None:
    found = await ordered(AuthServer(dead={"refresh of living"}))

    assert isinstance(found, RejectedError)
    assert found.code == NO_TOKEN


async def test_a_renewal_on_order_that_fails_throws_no_living_token_away() -> None:
    server = AuthServer(dead={"refresh of living"})
    async with answered_by(server.answer) as http:
        held = access(verifier(http))
        held.offer(pair("living"))
        with pytest.raises(RejectedError):
            await held.renew(1)

        assert (await held.token(1)).access_token == "living"


async def test_without_our_secret_nobody_is_asked() -> None:
    server = AuthServer()

    found = await ordered(server, credentials={})

    assert isinstance(found, RejectedError)
    assert found.code == NO_TOKEN
    assert server.urls == []


async def test_a_renewal_without_an_answer_is_not_tried_again() -> None:
    server = AuthServer(is_away=True)

    found = await ordered(server)

    assert isinstance(found, RejectedError)
    assert found.code == UNANSWERED
    assert len(server.urls) == 2  # each server once


class FullDisk(KeptTokens):
    """The first pair cannot be written down."""

    is_full = True

    async def save(self, renewed: Tokens) -> None:
        if self.is_full:
            self.is_full = False
            raise OSError("the disk is full")
        await super().save(renewed)


async def test_a_pair_that_could_not_be_written_down_is_not_renewed_twice() -> None:
    server, kept = AuthServer(), FullDisk()
    async with answered_by(server.answer) as http:
        held = access(verifier(http), kept)
        held.offer(pair("living"))
        with pytest.raises(OSError, match="full"):
            await held.renew(1)

        await held.renew(1)

    assert server.renewed == ["refresh of living"]
    assert len(kept.saved) == 1
