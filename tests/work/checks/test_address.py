"""The public address: reachable, https, its certificate good for weeks, Linkrobot behind it."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2 as httpx
import pytest

from robot.portal import network
from robot.work.checks import address
from robot.work.checks.address import Seen
from robot.work.checks.finding import Finding, State
from robot.work.readiness import NOT_READY
from tests.portal.portal_rig import answered_by
from tests.portal.tls_rig import make_certificate, serving

URL, NOW = "https://robot.example.com", datetime(2026, 11, 25, 12, tzinfo=UTC)


def judged(seen: Seen, *, url: str = URL, is_running: bool = True) -> list[Finding]:
    return address.judge(url, seen, is_running=is_running, now=NOW)


def ready(*, days: float = 60) -> Seen:
    """Linkrobot answers, with a certificate that is valid for so many days."""
    return Seen(status=200, body="ready", ends_at=NOW + timedelta(days=days))


def test_linkrobot_behind_a_good_certificate_is_well_and_the_days_left_are_shown() -> None:
    found, certificate = judged(ready(days=60.5))

    assert (found.state, certificate.state) == (State.WELL, State.WELL)
    assert "60 more days" in certificate.text


@pytest.mark.parametrize(
    ("days", "state"), [(14.1, State.WELL), (13.9, State.FAILED), (-3, State.FAILED)]
)
def test_a_certificate_must_be_valid_for_two_more_weeks(days: float, state: State) -> None:
    _, certificate = judged(ready(days=days))

    assert certificate.state is state


@pytest.mark.parametrize(
    ("seen", "is_running", "text", "remedy"),
    [
        pytest.param(
            Seen(trouble="no connection to robot.example.com, port 443"),
            True,
            "cannot be reached from here: no connection",
            "points to this server",
            id="nothing listens, though the app runs",
        ),
        pytest.param(
            Seen(trouble="no connection to robot.example.com, port 443"),
            False,
            "cannot be reached",
            "linkrobot serve",
            id="nothing listens, and the app does not run",
        ),
        pytest.param(
            Seen(status=502, body="<html>"), False, "502", "linkrobot serve", id="only a proxy"
        ),
        pytest.param(
            Seen(status=200, body="Welcome to nginx"),
            True,
            "not answered by Linkrobot",
            "LINKROBOT_PORT",
            id="somebody else",
        ),
        pytest.param(
            Seen(status=503, body=NOT_READY),
            True,
            "its database takes nothing",
            "The log",
            id="the app without its database",
        ),
    ],
)
def test_what_is_wrong_is_told_with_the_remedy_that_fits(
    seen: Seen, is_running: bool, text: str, remedy: str
) -> None:
    (found,) = judged(seen, is_running=is_running)

    assert (found.name, found.state) == (address.NAME, State.FAILED)
    assert text in found.text
    assert remedy in found.remedy


def test_an_address_of_this_machine_alone_is_a_warning() -> None:
    (found,) = judged(Seen(status=200, body="ready"), url="http://127.0.0.1:8000")

    assert found.state is State.WARNING


@pytest.mark.anyio
async def test_the_certificate_of_a_real_connection_is_read(
    tmp_path: Path, anyio_backend: str
) -> None:
    certificate = make_certificate(
        tmp_path / "robot.pem", "robot.example", life=timedelta(days=30, hours=1)
    )

    async def this_machine(_host: str, _port: int) -> list[str]:
        return ["127.0.0.1"]

    tls = ssl.create_default_context(cafile=certificate)
    async with (
        serving(certificate, b"ready\n") as port,
        network.open_client(
            loopback=True, private_hosts=frozenset(), tls=tls, resolve=this_machine
        ) as http,
    ):
        url = f"https://robot.example:{port}"
        good = await address.ask(http, url)
        bad = await address.ask(http, f"https://other.example:{port}")

    now = datetime.now(UTC)
    well, days = address.judge(url, good, is_running=True, now=now)
    (refused,) = address.judge(url, bad, is_running=True, now=now)
    assert (well.state, days.state) == (State.WELL, State.WELL)
    assert "30 more days" in days.text
    assert (refused.name, refused.state) == (address.CERTIFICATE, State.FAILED)


@pytest.mark.anyio
async def test_an_answer_that_never_ends_is_not_read_to_its_end(anyio_backend: str) -> None:
    async def answer(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=b"x" * 10_000_000)

    async with answered_by(answer) as http:
        seen = await address.ask(http, URL)

    assert len(seen.body) <= address.SEEN_AT_MOST
