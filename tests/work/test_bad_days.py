"""Every answer that Bitrix24 may give on a bad day (wire facts section 6): the right outcome, and
no storm of requests.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import httpx2 as httpx
import pytest

from robot.portal import client
from robot.protocol import answers, operating
from robot.store import runs
from robot.store.database import Database
from robot.store.portals import Portal
from robot.store.vault import Vault
from robot.work import retries
from tests.store.store_rig import record
from tests.work.portal_function import SEND, PortalFunction, called, row, work

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("quick_retries", "short_pauses")]
LINKED = ""  # no error: the link came after all
RUNS = 300


@pytest.fixture
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every pause that a portal's answer asks for is a hundredth of a second."""
    for code in answers.REFUSED_BEFORE_RUNNING:
        monkeypatch.setitem(answers.REFUSED_BEFORE_RUNNING, code, 0.01)
    monkeypatch.setattr(client, "RETRY_AFTER_NO_CONNECTION", 0.01)
    monkeypatch.setattr(operating, "PROBES", (0.01,))


def error(status: int, code: str | float, text: str = "Why not") -> httpx.Response:
    return httpx.Response(status, json={"error": code, "error_description": text})


def page(status: int, **headers: str) -> httpx.Response:
    return httpx.Response(status, text="<html>Try later</html>", headers=headers)


PLAN = "REST is available only on commercial plans."
# What the first request of a run is answered, and what its workflow is told.
ROWS: list[tuple[str, Any, str]] = [
    ("an expired token", error(401, "expired_token"), LINKED),
    ("a token that nobody knows", error(401, "invalid_token"), LINKED),
    ("no token found", error(401, "NO_AUTH_FOUND"), LINKED),
    ("a dismissed employee", error(401, "authorization_error"), "no_rights"),
    ("an application that is not there", error(401, "APPLICATION_NOT_FOUND"), "app_not_installed"),
    ("not installed", error(401, "NOT_INSTALLED"), "app_not_installed"),
    ("not installed, older", error(401, "ERROR_OAUTH"), "app_not_installed"),
    ("its authorization server is away", error(401, "CONNECTION_ERROR"), LINKED),
    ("the subscription has ended", error(401, "PAYMENT_REQUIRED"), "not_on_plan"),
    ("a missing permission", error(403, "insufficient_scope", ""), "scope_missing"),
    ("a missing permission, by source", error(401, "insufficient_scope"), "scope_missing"),
    ("not granted to the employee", error(403, "user_access_error"), "no_rights"),
    ("the employee lacks rights", error(403, "INVALID_CREDENTIALS"), "no_rights"),
    ("access denied", error(403, "ACCESS_DENIED", "Access denied!"), "no_rights"),
    ("no commercial plan", error(403, "ACCESS_DENIED", PLAN), "not_on_plan"),
    ("no commercial plan, by source", error(401, "ACCESS_DENIED", PLAN), "not_on_plan"),
    ("a method that is not there", error(404, "ERROR_METHOD_NOT_FOUND"), "not_on_plan"),
    ("too many requests", error(503, "QUERY_LIMIT_EXCEEDED"), LINKED),
    ("blocked by hand", error(503, "OVERLOAD_LIMIT"), LINKED),
    ("over its operating time", error(429, "OPERATION_TIME_LIMIT"), LINKED),
    ("a batch too long", error(400, "ERROR_BATCH_LENGTH_EXCEEDED"), "bitrix24_error"),
    ("not in a batch", error(405, "ERROR_BATCH_METHOD_NOT_ALLOWED"), "bitrix24_error"),
    ("a server error", error(500, "INTERNAL_SERVER_ERROR"), LINKED),
    ("an unexpected answer", error(500, "ERROR_UNEXPECTED_ANSWER"), LINKED),
    ("a database error", error(500, "ERROR_CORE"), LINKED),
    ("words that cannot be encoded", error(200, "WRONG_ENCODING"), "bitrix24_error"),
    ("a person must confirm", error(401, "METHOD_CONFIRM_WAITING"), "bitrix24_error"),
    ("a person said no", error(403, "METHOD_CONFIRM_DENIED"), "bitrix24_error"),
    ("no manifest", error(404, "ERROR_MANIFEST_IS_NOT_AVAILABLE"), "bitrix24_error"),
    ("https required", error(400, "INVALID_REQUEST", "Https required"), "bitrix24_error"),
    ("a wrong argument", error(400, "ERROR_ARGUMENT"), "bitrix24_error"),
    ("a code that is a number", error(400, 0), "bitrix24_error"),
    ("an error with HTTP 200", error(200, "ACCESS_DENIED", "Access denied!"), "no_rights"),
    ("a page with 200", page(200), LINKED),
    ("a page with 403", page(403), LINKED),
    ("a page with 500", page(500), LINKED),
    ("a page with 502", page(502), LINKED),
    ("a page with 503", page(503), LINKED),
    ("a page that is called JSON", page(200, **{"content-type": "application/json"}), LINKED),
    ("a redirect to nowhere", page(302), LINKED),
    ("an empty answer", httpx.Response(200), LINKED),
    ("half an answer", httpx.Response(200, text='{"result": {"docu'), LINKED),
    ("a list", httpx.Response(200, json=[]), LINKED),
    ("a result with a server error", httpx.Response(500, json={"result": True}), LINKED),
    ("no connection", httpx.ConnectError("refused"), LINKED),
    ("no connection in time", httpx.ConnectTimeout("slow"), LINKED),
    ("a reset", httpx.ReadError("reset"), LINKED),
    ("a broken pipe", httpx.WriteError("broken pipe"), LINKED),
    ("no answer in time", httpx.ReadTimeout("slow"), LINKED),
    ("an answer that breaks off", httpx.RemoteProtocolError("closed"), LINKED),
]


@pytest.mark.parametrize(("answer", "code"), [one[1:] for one in ROWS], ids=[r[0] for r in ROWS])
async def test_each_bad_answer_ends_in_the_right_outcome_after_one_request_more(
    database: Database, portal: Portal, vault: Vault, answer: Any, code: str
) -> None:
    function = PortalFunction(failing=[answer])
    run_id = await record(database, called(vault, portal))

    await work(function, database, vault, portal)

    (report,) = function.sent(SEND)
    assert report["RETURN_VALUES"]["error_code"] == code
    assert bool(report["RETURN_VALUES"]["public_url"]) == (code == LINKED)
    assert (await row(database, run_id)).ending == "reported"
    # What failed, the look-up, the link, the report; or what failed and the report.
    assert function.requests == (4 if code == LINKED else 2)


async def test_a_deleted_portal_ends_the_run_without_a_report(
    database: Database, portal: Portal, vault: Vault
) -> None:
    function = PortalFunction(failing=[error(500, "PORTAL_DELETED") for _ in range(9)])
    run_id = await record(database, called(vault, portal))

    await work(function, database, vault, portal)

    found = await row(database, run_id)
    assert (found.ending, found.error_code) == ("portal_deleted", "portal_deleted")
    assert function.requests == 2


async def waiting(database: Database, portal: Portal, vault: Vault, **changes: Any) -> None:
    """Many runs, each for a document of its own."""
    new = [
        called(vault, portal, f"event-{n}", inputs={"document_id": str(n)}, **changes)
        for n in range(1, RUNS + 1)
    ]
    await database.write(lambda conn: runs.record(conn, new))


def seconds_of_outage(monkeypatch: pytest.MonkeyPatch) -> float:
    """Long for pauses of which the longest is so short."""
    monkeypatch.setattr(retries, "LONGEST", 0.2)
    return 1.5


@pytest.mark.parametrize(
    "trouble",
    [httpx.ReadError("reset"), httpx.ConnectError("refused")],
    ids=["no answer", "no connection"],
)
async def test_a_portal_that_is_away_is_probed_however_many_runs_wait(
    database: Database,
    portal: Portal,
    vault: Vault,
    trouble: Exception,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    function, probes, loop = PortalFunction(), 0, asyncio.get_running_loop()
    back_at = loop.time() + seconds_of_outage(monkeypatch)
    await waiting(database, portal, vault)

    async def away() -> None:
        nonlocal probes
        if loop.time() < back_at:
            probes += 1
            raise trouble

    function.before.append(away)
    await work(function, database, vault, portal)

    assert probes <= 30
    assert len(function.sent(SEND)) == RUNS
    assert {params["RETURN_VALUES"]["error_code"] for params in function.sent(SEND)} == {LINKED}


async def test_an_authorization_server_that_is_away_is_probed_however_many_runs_wait(
    database: Database, portal: Portal, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    function, seconds = PortalFunction(), seconds_of_outage(monkeypatch)
    expired = {
        "event_token": "event",
        "access": "access-1",
        "refresh": "refresh of access-1",
        "expires": int((datetime.now(UTC) - timedelta(hours=1)).timestamp()),
    }
    await waiting(database, portal, vault, secrets=vault.seal(portal.member_id, expired))
    function.auth.is_away = True
    back = partial(setattr, function.auth, "is_away", False)
    asyncio.get_running_loop().call_later(seconds, back)

    await work(function, database, vault, portal)

    asked_in_vain = len(function.auth.urls) - 1
    assert asked_in_vain <= 60, "two servers, each asked as often as a portal would be"
    assert len(function.auth.renewed) == 1, "one renewal for all of them"
    assert len(function.sent(SEND)) == RUNS
