"""A portal's requests: expired tokens renewed once, a new address followed only when confirmed."""

import asyncio
from dataclasses import dataclass, field

import httpx2 as httpx
import pytest

from robot.errors import (
    ForgedError,
    NotExecutedError,
    OutcomeUnknownError,
    PortalError,
    RejectedError,
)
from robot.portal.access import Access
from robot.portal.session import Session, address_rule
from robot.protocol.answers import Answer
from robot.protocol.calls import Call
from robot.store.leases import LeaseLostError
from tests.portal.portal_rig import (
    ENDPOINT,
    AuthServer,
    access,
    answered_by,
    app_info,
    pair,
    sent_json,
    verifier,
)

pytestmark = pytest.mark.anyio
NEW_ENDPOINT = "https://new.bitrix24.com/rest/"
GET = Call("crm.documentgenerator.document.get", {"id": 5})


@pytest.fixture
def anyio_backend() -> str:
    """Run the async tests on asyncio, as the app does."""
    return "asyncio"


@dataclass
class Portal:
    """A portal that takes some tokens, at one address."""

    takes: set[str]
    auth: AuthServer = field(default_factory=AuthServer)
    host: str = "acme.bitrix24.com"
    moved_to: str = ""  # what the old address answers, once `host` is another
    tokens: list[str] = field(default_factory=list)  # as they came, at the portal's address
    strangers: list[str] = field(default_factory=list)  # hosts that got a token and should not
    moves: list[str] = field(default_factory=list)

    async def answer(self, request: httpx.Request) -> httpx.Response:
        """Take one request."""
        if request.url.host.startswith("oauth."):
            return await self.auth.answer(request)
        if request.url.host != self.host:
            if request.url.host != "acme.bitrix24.com":
                self.strangers.append(request.url.host)
            return httpx.Response(302, headers={"location": self.moved_to})
        self.tokens.append(sent_json(request)["auth"])
        if self.tokens[-1] not in self.takes:
            return httpx.Response(401, json={"error": "expired_token"})
        return httpx.Response(200, json={"result": "ok"})

    def session(self, http: httpx.AsyncClient, held: Access | None = None) -> Session:
        """A session as the drain makes one."""
        asking = verifier(http)
        if held is None:
            held = access(asking)
            held.offer(pair("access-1"))

        async def moved(endpoint: str) -> None:
            self.moves.append(endpoint)

        return Session(
            http,
            asking,
            held,
            endpoint=ENDPOINT,
            confirm=address_rule(loopback=False, private_portals=frozenset()),
            moved=moved,
        )


async def ask(session: Session) -> list[Answer | PortalError]:
    return await session.request([GET], user_id=1, may_send=lambda: None)


async def test_a_call_goes_with_its_users_token() -> None:
    portal = Portal(takes={"access-1"})
    async with answered_by(portal.answer) as http:
        found = await ask(portal.session(http))

    assert found == [Answer(result="ok")]
    assert portal.tokens == ["access-1"]


async def test_a_token_that_is_refused_is_renewed_and_the_call_sent_again() -> None:
    portal = Portal(takes={"renewed-1"})
    async with answered_by(portal.answer) as http:
        found = await ask(portal.session(http))

    assert found == [Answer(result="ok")]
    assert portal.tokens == ["access-1", "renewed-1"]


async def test_every_token_that_is_held_is_tried_before_a_renewal() -> None:
    portal = Portal(takes={"renewed-1"})
    async with answered_by(portal.answer) as http:
        held = access(verifier(http))
        for number in (1, 2, 3):
            held.offer(pair(f"access-{number}", life=3600 - number))

        found = await ask(portal.session(http, held))

    assert found == [Answer(result="ok")]
    assert portal.tokens == ["access-1", "access-2", "access-3", "renewed-1"]


async def test_a_portal_that_takes_no_token_costs_one_renewal_and_says_no() -> None:
    portal = Portal(takes=set())
    async with answered_by(portal.answer) as http:
        with pytest.raises(RejectedError):
            await ask(portal.session(http))

    assert len(portal.auth.renewed) == 1


async def test_many_requests_with_one_expired_token_cost_one_renewal() -> None:
    portal = Portal(takes={"renewed-1"})
    async with answered_by(portal.answer) as http:
        session = portal.session(http)

        await asyncio.gather(*(ask(session) for _ in range(5)))

    assert portal.auth.renewed == ["refresh of access-1"]


async def test_an_authorization_server_that_is_away_is_no_no() -> None:
    portal = Portal(takes=set(), auth=AuthServer(is_away=True))
    async with answered_by(portal.answer) as http:
        with pytest.raises(OutcomeUnknownError):
            await ask(portal.session(http))


async def test_nothing_is_sent_once_the_lease_is_over() -> None:
    portal = Portal(takes={"access-1"})

    def may_send() -> None:
        raise LeaseLostError("it ran out")

    async with answered_by(portal.answer) as http:
        with pytest.raises(LeaseLostError):
            await portal.session(http).request([GET], user_id=1, may_send=may_send)

    assert portal.tokens == []


async def test_a_portal_that_moved_is_followed_where_the_authorization_server_confirms_it() -> None:
    portal = Portal(takes={"access-1"}, host="new.bitrix24.com", moved_to=NEW_ENDPOINT)
    portal.auth.known = {"access-1": app_info(endpoint=NEW_ENDPOINT)}
    async with answered_by(portal.answer) as http:
        session = portal.session(http)

        found = [await ask(session), await ask(session)]

    assert found == [[Answer(result="ok")]] * 2
    assert portal.moves == [NEW_ENDPOINT]
    assert portal.strangers == []


@pytest.mark.parametrize(
    ("location", "confirmed"),
    [
        pytest.param("https://evil.example/rest/", ENDPOINT, id="it stayed where it was"),
        pytest.param("https://evil.example/rest/", NEW_ENDPOINT, id="it moved elsewhere"),
        pytest.param("https://evil.example/", "https://127.0.0.1/rest/", id="an inner address"),
        pytest.param("/login/", ENDPOINT, id="a page of the portal"),
        pytest.param("", ENDPOINT, id="nowhere"),
    ],
)
async def test_no_token_goes_where_nobody_confirmed_it(location: str, confirmed: str) -> None:
    portal = Portal(takes={"access-1"}, host="elsewhere.example", moved_to=location)
    portal.auth.known = {"access-1": app_info(endpoint=confirmed)}
    async with answered_by(portal.answer) as http:
        with pytest.raises((NotExecutedError, OutcomeUnknownError)):
            await ask(portal.session(http))

    assert portal.strangers == []
    assert portal.moves == []


async def test_a_move_that_the_server_knows_nothing_about_is_tried_again_much_later() -> None:
    portal = Portal(takes={"access-1"}, host="new.bitrix24.com", moved_to=NEW_ENDPOINT)
    async with answered_by(portal.answer) as http:
        with pytest.raises(NotExecutedError) as caught:
            await ask(portal.session(http))

    assert caught.value.retry_after >= 60
    assert portal.moves == []


def test_the_rule_for_addresses_is_that_of_the_settings() -> None:
    strict = address_rule(loopback=False, private_portals=frozenset())
    local = address_rule(loopback=True, private_portals=frozenset())

    assert strict("https://ACME.bitrix24.com/rest") == ENDPOINT
    assert local("http://127.0.0.1:8080/rest/") == "http://127.0.0.1:8080/rest/"
    with pytest.raises(ForgedError):
        strict("http://127.0.0.1:8080/rest/")
