"""The authorization servers answer, and our clock agrees with theirs."""

import socket
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx2 as httpx
import pytest

from robot.work.checks import servers
from robot.work.checks.finding import State
from robot.work.checks.servers import Asked
from tests.portal.portal_rig import FIRST, SECOND, answered_by

NOW = datetime(2026, 11, 25, 12, 0, 0, tzinfo=UTC)


def states(*asked: Asked) -> list[tuple[str, State]]:
    return [(one.name, one.state) for one in servers.judge(asked)]


def asked(server: str = FIRST, *, trouble: str = "", ahead: float | None = 0.0) -> Asked:
    return Asked(server=server, trouble=trouble, seconds_ahead=ahead)


def test_servers_that_answer_are_well() -> None:
    assert {state for _, state in states(asked(), asked(SECOND))} == {State.WELL}


def test_of_several_servers_one_that_does_not_answer_is_a_warning() -> None:
    first, second, clock = servers.judge([asked(), asked(SECOND, trouble="no route", ahead=None)])

    assert (first.state, second.state, clock.state) == (State.WELL, State.WARNING, State.WELL)
    assert SECOND in second.text


def test_where_none_answers_something_must_be_mended() -> None:
    found = states(asked(trouble="no route", ahead=None), asked(SECOND, trouble="x", ahead=None))

    assert found == [
        ("authorization server", State.FAILED),
        ("authorization server", State.FAILED),
        ("clock", State.WARNING),
    ]


@pytest.mark.parametrize(
    ("ahead", "state", "words"),
    [
        (59.0, State.WELL, "agrees"),
        (-59.0, State.WELL, "agrees"),
        (61.0, State.FAILED, "61 s ahead of"),
        (-3600.0, State.FAILED, "3,600 s behind"),
    ],
)
def test_a_clock_may_be_a_minute_off(ahead: float, state: State, words: str) -> None:
    found = servers.clock([asked(trouble="x", ahead=None), asked(SECOND, ahead=ahead)])

    assert found.state is state
    assert words in found.text


@pytest.mark.parametrize(
    ("date", "seconds"),
    [
        ("Wed, 25 Nov 2026 11:58:30 GMT", 90.0),
        ("Wed, 25 Nov 2026 12:00:30 -0000", -30.0),
        ("", None),
        ("yesterday", None),
    ],
)
def test_the_date_of_an_answer_is_read(date: str, seconds: float | None) -> None:
    assert servers.seconds_ahead(date, NOW) == seconds


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("response", "is_trouble"),
    [
        pytest.param(
            httpx.Response(401, json={"error": "NO_AUTH_FOUND"}), False, id="who are you, it asks"
        ),
        pytest.param(httpx.Response(404, text="<html>"), False, id="there is no such page"),
        pytest.param(httpx.Response(502, text="Bad gateway"), True, id="a gateway's trouble"),
    ],
)
async def test_a_server_is_asked_without_any_secret(
    response: httpx.Response, is_trouble: bool, anyio_backend: str
) -> None:
    requests = []

    async def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        response.headers["date"] = format_datetime(datetime.now(UTC) - timedelta(hours=1))
        return response

    async with answered_by(answer) as http:
        found = await servers.ask(http, FIRST)

    (request,) = requests
    assert (request.method, request.url.query, request.content) == ("GET", b"", b"")
    assert bool(found.trouble) is is_trouble
    assert found.seconds_ahead == pytest.approx(3600, abs=30)


@pytest.mark.anyio
async def test_a_server_that_cannot_be_reached_is_told_with_the_reason(anyio_backend: str) -> None:
    async def answer(_request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("[Errno -2]") from socket.gaierror(-2, "Name not known")

    async with answered_by(answer) as http:
        found = await servers.ask(http, FIRST)

    assert found.trouble == "no connection: the DNS does not know its name"
