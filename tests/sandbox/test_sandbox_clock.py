"""The portal's clock can be moved ahead: what follows it, and what refresh tokens live."""

import time
from datetime import datetime
from typing import Any

import pytest

from tests.sandbox.sandbox_rig import Bitrix, Handler

GET = "crm.documentgenerator.document.get"
DAY = 86400.0  # seconds


def ahead(portal: Bitrix, seconds: float) -> Any:
    return portal.control("POST", "clock", ahead=seconds)


def renew(portal: Bitrix) -> tuple[int, Any]:
    answer = portal.http.post(
        f"{portal.oauth}/oauth/token/",
        data={
            "grant_type": "refresh_token",
            "client_id": portal.app["client_id"],
            "client_secret": portal.app["client_secret"],
            "refresh_token": portal.refresh_token,
        },
    )
    return answer.status_code, answer.json()


def is_about(at: float, expected: float) -> bool:
    return abs(at - expected) < 10


def test_the_clock_goes_ahead_and_never_back(fresh: Bitrix) -> None:
    told = ahead(fresh, 3600)
    back = fresh.http.post(f"{fresh.url}/_sandbox/clock", json={"ahead": 60})

    assert told["ahead"] == 3600
    assert is_about(told["now"], time.time() + 3600)
    assert back.status_code == 400
    assert fresh.control("GET", "state")["portal"]["ahead"] == 3600


def test_the_time_of_answers_and_documents_is_the_portals(portal: Bitrix) -> None:
    ahead(portal, 1000)
    document = portal.document(portal.deal())

    answer = portal.call(GET, id=document).json()
    later = time.time() + 1000

    assert is_about(answer["time"]["start"], later)
    assert answer["time"]["duration"] < 10
    created = datetime.fromisoformat(answer["result"]["document"]["createTime"])
    assert is_about(created.timestamp(), later)
    told = datetime.fromisoformat(portal.result("server.time"))
    assert is_about(told.timestamp(), later)


def test_a_pdf_is_ready_as_soon_as_the_clock_has_passed_it(portal: Bitrix) -> None:
    document = portal.document(portal.deal(), ready_in=1800)
    assert "pdfUrl" not in portal.result(GET, id=document)["document"]

    ahead(portal, 1801)

    assert "pdfUrl" in portal.result(GET, id=document)["document"]


def test_a_robots_call_tells_the_portals_time(portal: Bitrix, handler: Handler) -> None:
    portal.robot(handler)
    portal.stage({"code": "link"})
    ahead(portal, 5000)

    portal.move(portal.deal())

    form = handler.wait()[0]
    assert is_about(float(form["ts"]), time.time() + 5000)
    assert is_about(float(form["auth[expires]"]), time.time() + 5000 + 3600)


def test_a_waiting_step_times_out_when_the_clock_is_moved(portal: Bitrix, handler: Handler) -> None:
    portal.robot(handler)
    portal.stage({"code": "link", "timeout_duration": 7200})
    workflow = portal.move(portal.deal())
    ahead(portal, 7100)
    assert portal.workflow(workflow)["status"] == "waiting"

    ahead(portal, 7201)

    portal.until("workflow.timeout")
    assert portal.workflow(workflow)["steps"][0]["outputs"] == {"IsTimeout": 1}


def test_access_tokens_end_after_an_hour_of_the_portal(portal: Bitrix) -> None:
    ahead(portal, 3500)
    assert portal.call("profile").status_code == 200

    ahead(portal, 3601)

    assert portal.error("profile")[:2] == (401, "expired_token")
    info = portal.http.get(f"{portal.oauth}/rest/app.info", params={"auth": portal.token})
    assert info.json()["error"] == "expired_token"
    status, pair = renew(portal)
    assert status == 200
    assert portal.call("profile", _token=pair["access_token"]).status_code == 200


@pytest.mark.parametrize("days", [180, 30])
def test_refresh_tokens_live_so_many_days(fresh: Bitrix, handler: Handler, days: int) -> None:
    if days != 180:
        fresh.control("PATCH", "portal", refresh_days=days)
    fresh.install(handler)
    ahead(fresh, days * DAY - 60)
    fresh.refresh_token = renew(fresh)[1]["refresh_token"]

    ahead(fresh, 2 * days * DAY - 120)
    last = renew(fresh)
    fresh.refresh_token = last[1]["refresh_token"]
    ahead(fresh, 3 * days * DAY)

    assert last[0] == 200
    status, body = renew(fresh)
    assert (status, body["error"]) == (400, "invalid_grant")


def test_another_portals_clock_stays(portal: Bitrix, neighbour: Bitrix) -> None:
    ahead(portal, 10 * DAY)

    assert neighbour.call("profile").status_code == 200


def test_an_operating_window_passes_with_the_clock(portal: Bitrix) -> None:
    charge = {"user.admin": 500}
    portal.control("PATCH", "portal", operating_charge=charge)
    assert portal.call("user.admin").status_code == 200
    assert portal.error("user.admin")[1] == "OPERATION_TIME_LIMIT"

    ahead(portal, 601)

    assert portal.call("user.admin").status_code == 200
