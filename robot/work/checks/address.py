"""The public address, looked at from here: reachable, its certificate, and Linkrobot behind it."""

import asyncio
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx2 as httpx

from robot.work.checks.finding import Finding, failed, warning, well
from robot.work.readiness import NOT_READY, READY, STOPPING

ANSWERS_WITHIN = 20.0  # seconds
LEAST_DAYS = 14  # for which a certificate should still be valid
NAME, CERTIFICATE = "public address", "certificate"
SEEN_AT_MOST = 200  # bytes of an answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the address answered."""

    status: int = 0
    body: str = ""
    ends_at: datetime | None = None  # its certificate
    trouble: str = ""  # why there was no answer


async def ask(http: httpx.AsyncClient, url: str) -> Seen:
    """Ask the public address whether Linkrobot is ready; nothing secret is sent."""
    try:
        async with (
            asyncio.timeout(ANSWERS_WITHIN),
            http.stream("GET", f"{url}/readyz") as answer,
        ):
            ends_at = _ends_at(answer.extensions.get("network_stream"))
            body = b""
            async for part in answer.aiter_bytes():
                body += part
                if len(body) > SEEN_AT_MOST:
                    break
    except TimeoutError:
        return Seen(trouble=f"no answer within {ANSWERS_WITHIN:.0f} s")
    except httpx.HTTPError as error:
        return Seen(trouble=str(error) or type(error).__name__)
    text = body[:SEEN_AT_MOST].decode(errors="replace").strip()
    return Seen(status=answer.status_code, body=text, ends_at=ends_at)


def judge(url: str, seen: Seen, *, is_running: bool, now: datetime) -> list[Finding]:
    """What that means; `is_running`: an app works on our data folder."""
    if "CERTIFICATE_VERIFY_FAILED" in seen.trouble:
        return [_bad_certificate(url, seen.trouble)]
    if seen.trouble:
        text = f"{url} cannot be reached from here: {seen.trouble}."
        return [failed(NAME, text, _unreached(url) if is_running else START)]
    found = [_behind(url, seen, is_running=is_running)]
    if seen.ends_at:
        found.append(_certificate(seen.ends_at, now))
    return found


START = (
    "Linkrobot does not run: start it (`linkrobot serve`, `systemctl start linkrobot` or `docker "
    "compose up --detach`). What Bitrix24 sends meanwhile is lost."
)


def _unreached(url: str) -> str:
    return (
        "See that its name points to this server, that its port is open from outside, and that "
        "the web server before Linkrobot (Caddy) runs. Some networks do not reach their own public "
        f"address: then open {url}/readyz from elsewhere."
    )


def _behind(url: str, seen: Seen, *, is_running: bool) -> Finding:
    if (seen.status, seen.body) == (200, READY):
        if url.startswith("https://"):
            return well(NAME, f"{url} is reachable, and Linkrobot is ready behind it.")
        return warning(
            NAME,
            f"{url} is reachable from this machine only.",
            "To serve a real Bitrix24, set LINKROBOT_PUBLIC_URL to an https address.",
        )
    if seen.body == NOT_READY:
        return failed(
            NAME,
            f"Linkrobot answers at {url}, but its database takes nothing.",
            "The log says why (`app.not_ready`), and what mends it.",
        )
    if seen.body == STOPPING:
        return warning(NAME, f"Linkrobot at {url} is about to stop.", START)
    return failed(
        NAME,
        f"{url}/readyz was not answered by Linkrobot (status {seen.status}).",
        "Let the web server before Linkrobot (Caddy) pass everything on to LINKROBOT_HOST and "
        "LINKROBOT_PORT."
        if is_running
        else START,
    )


def _certificate(ends_at: datetime, now: datetime) -> Finding:
    days = (ends_at - now).days
    text = f"It is valid for {days} more days, until {ends_at:%Y-%m-%d}."
    if days < LEAST_DAYS:
        return failed(
            CERTIFICATE,
            text,
            "It should have been renewed by now: look into the log of the web server before "
            "Linkrobot (Caddy). Bitrix24 calls no address whose certificate has expired.",
        )
    return well(CERTIFICATE, text)


def _bad_certificate(url: str, trouble: str) -> Finding:
    return failed(
        CERTIFICATE,
        f"The certificate of {url} does not verify: {trouble}.",
        "Bitrix24 calls no such address. Let the web server before Linkrobot (Caddy) get a "
        "certificate for this name from a public authority, and send all of its chain.",
    )


def _ends_at(stream: Any) -> datetime | None:
    """When the certificate of a connection ends; None without TLS."""
    tls = stream.get_extra_info("ssl_object") if stream else None
    ends = (tls.getpeercert() or {}).get("notAfter") if tls else None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC) if ends else None
