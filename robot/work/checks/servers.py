"""The authorization servers: whether they answer, and whether our clock agrees with theirs."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx2 as httpx

from robot.portal.client import in_words
from robot.protocol.oauth import APP_INFO
from robot.work.checks.finding import Finding, failed, warning, well

ANSWERS_WITHIN = 20.0  # seconds
MOST_OFF = 60.0  # seconds between the two clocks


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a server answered."""

    server: str
    trouble: str = ""  # why it cannot be used
    seconds_ahead: float | None = None  # our clock, against the answer's date


async def ask(http: httpx.AsyncClient, server: str) -> Asked:
    """Ask a server who we are, without a token: it says that it does not know."""
    try:
        async with asyncio.timeout(ANSWERS_WITHIN):
            answer = await http.get(f"{server}/rest/{APP_INFO}")
    except TimeoutError:
        return Asked(server=server, trouble=f"no answer within {ANSWERS_WITHIN:.0f} s")
    except httpx.HTTPError as error:
        return Asked(server=server, trouble=in_words(error))
    # Its certificate has shown that it is Bitrix24's; it need only be in working order.
    trouble = f"it answers with status {answer.status_code}" if answer.is_server_error else ""
    ahead = seconds_ahead(answer.headers.get("date", ""), datetime.now(UTC))
    return Asked(server=server, trouble=trouble, seconds_ahead=ahead)


def seconds_ahead(date: str, now: datetime) -> float | None:
    """How far our clock is ahead of a Date header; None where that says nothing."""
    try:
        theirs = parsedate_to_datetime(date)
    except ValueError:
        return None
    return (now - theirs.replace(tzinfo=theirs.tzinfo or UTC)).total_seconds()


def judge(asked: Sequence[Asked]) -> list[Finding]:
    """Each server, then the clock."""
    some_answer = any(not one.trouble for one in asked)
    return [*(_server(one, some_answer=some_answer) for one in asked), clock(asked)]


def _server(asked: Asked, *, some_answer: bool) -> Finding:
    name = "authorization server"
    if not asked.trouble:
        return well(name, f"{asked.server} answers.")
    text = f"{asked.server} cannot be used from here: {asked.trouble}."
    remedy = (
        "See that this server may connect to it directly, without a proxy. Without it access is "
        "not renewed and no portal is verified."
    )
    if some_answer:
        return warning(name, text, f"{remedy} Your portals may not need this one of the servers.")
    return failed(name, text, remedy)


def clock(asked: Sequence[Asked]) -> Finding:
    """Tokens live for an hour: by a wrong clock they are used too long, or not at all."""
    name = "clock"
    ahead = next((one.seconds_ahead for one in asked if one.seconds_ahead is not None), None)
    if ahead is None:
        return warning(name, "There was no clock to compare ours with.", "Run this again later.")
    if abs(ahead) > MOST_OFF:
        way = "ahead of" if ahead > 0 else "behind"
        text = f"This machine's clock is {abs(ahead):,.0f} s {way} that of Bitrix24."
        return failed(name, text, "Let the clock be set by NTP: `timedatectl set-ntp true`.")
    return well(name, "This machine's clock agrees with that of Bitrix24.")
