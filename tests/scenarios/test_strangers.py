"""Anybody can send bytes to the app: they get a plain no, and nothing is stored."""

import socket

import pytest

from tests.programs import App
from tests.scenarios.conftest import METRICS_TOKEN

PATHS = ("/bitrix24/robot", "/bitrix24/install", "/bitrix24/events", "/bitrix24/app")
MEMBER = b"auth[member_id]=" + b"0" * 32 + b"&member_id=" + b"0" * 32
RUN = b"code=linkrobot_enable&event_token=x%7Cy%7Cz&event=ONAPPINSTALL&" + MEMBER
PASSED_ON = {"X-Forwarded-For": "203.0.113.9"}

GARBAGE = {
    "nothing": (b"", 400),
    "not a form": (b'{"event": "ONAPPINSTALL"}', 400),
    "no UTF-8": (b"event=\xff\xfe&code=\xff", 400),
    "a list where one value belongs": (RUN + b"&auth[member_id][]=1&member_id[]=1", 400),
    "a control character": (RUN.replace(b"0" * 32, b"0%00" * 8), 400),
    "a member_id that is none": (RUN.replace(b"0" * 32, b"../../x"), 400),
    "over 64 KiB": (RUN + b"&x=" + b"y" * 65_536, 413),
    "over 1,000 fields": (RUN + b"&x=y" * 1_001, 413),
    "nested deeper than 8": (RUN + b"&x" + b"[a]" * 9 + b"=y", 413),
}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(("body", "status"), GARBAGE.values(), ids=GARBAGE)
def test_garbage_is_refused(shared_app: App, path: str, body: bytes, status: int) -> None:
    before = stored(shared_app)

    answer = shared_app.post(path, body)

    assert answer.status_code == status
    assert stored(shared_app) == before


@pytest.mark.parametrize("path", PATHS)
def test_a_well_formed_message_of_a_stranger_is_forbidden(shared_app: App, path: str) -> None:
    body = RUN if path != "/bitrix24/app" else MEMBER

    answer = shared_app.post(path, body)

    assert answer.status_code == 403
    assert "Linkrobot" in answer.text
    assert "authorization server" not in answer.text, "the reason is for our log only"


@pytest.mark.parametrize("path", PATHS)
def test_only_posts_are_taken(shared_app: App, path: str) -> None:
    assert shared_app.get(path).status_code == 405


def test_unknown_addresses_are_not_found(shared_app: App) -> None:
    assert shared_app.get("/").status_code == 404
    assert shared_app.get("/static/../app.py").status_code == 404


def test_a_message_that_breaks_off_harms_nobody(shared_app: App) -> None:
    head = b"POST /bitrix24/robot HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n"
    address = ("127.0.0.1", int(shared_app.url.rpartition(":")[2]))
    for _ in range(20):
        with socket.create_connection(address) as connection:
            connection.sendall(head + b"code=linkrobot_enable")

    assert shared_app.get("/readyz").status_code == 200


def test_the_app_says_that_it_is_alive_and_ready(shared_app: App) -> None:
    assert (shared_app.get("/healthz").text, shared_app.get("/readyz").text) == (
        "ok\n",
        "ready\n",
    )


def test_metrics_are_for_this_machine_only(shared_app: App) -> None:
    assert "linkrobot_" in shared_app.get("/metrics").text
    assert shared_app.get("/metrics", **PASSED_ON).status_code == 403
    assert shared_app.get("/metrics", Forwarded="for=203.0.113.9").status_code == 403


def test_metrics_are_shown_to_whoever_sends_the_token(shared_app: App) -> None:
    right = {"Authorization": f"Bearer {METRICS_TOKEN}"}
    wrong = {"Authorization": "Bearer something-else"}

    assert shared_app.get("/metrics", **PASSED_ON, **right).status_code == 200
    assert shared_app.get("/metrics", **PASSED_ON, **wrong).status_code == 403


def stored(app: App) -> list[tuple[int, ...]]:
    """How much the app remembers."""
    return app.rows(
        "SELECT (SELECT count(*) FROM portals), (SELECT count(*) FROM runs), "
        "(SELECT count(*) FROM unverified)"
    )
