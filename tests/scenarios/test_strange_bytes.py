"""Bytes that no browser and no Bitrix24 sends: answered or cut off, never a fault of ours."""

import re
import socket
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.programs import App
from tests.scenarios.forged import message

HOST = b"Host: robot.example.com\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
POST = b"POST /bitrix24/install HTTP/1.1\r\n" + HOST + FORM
EMPTY = b"Content-Length: 0\r\n\r\n"
PATHS = (
    b"/bitrix24/install?DOMAIN=\xff&LANG=%ff%fe",
    b"/bitrix24/install?" + b"a=1&" * 1_001,
    b"/bitrix24/install?a" + b"[a]" * 9 + b"=1",
    b"/bitrix24/app?\x80",
    b"/bitrix24/robot/",
    b"/bitrix24/\xff/?\xff",
    b"//evil.example/bitrix24/robot",
    b"/static/%00",
    b"/static/%2e%2e/app.py",
    b"/static/..%5c..%5capp.py",
    b"/static//etc/passwd",
    b"/static/" + b"a" * 5_000,
    b"/%ff%fe%00",
    b"http://evil.example/bitrix24/robot",
    b"http://[/",
    b"*",
)
REQUESTS = {
    **{f"POST {path[:40]!r}": b"POST " + path + b" HTTP/1.1\r\n" + HOST + EMPTY for path in PATHS},
    **{f"GET {path[:40]!r}": b"GET " + path + b" HTTP/1.1\r\n" + HOST + b"\r\n" for path in PATHS},
    "no host": b"POST /bitrix24/install HTTP/1.1\r\n" + EMPTY,
    "a host that is none": b"POST /bitrix24/install HTTP/1.1\r\nHost: [::1\r\n" + EMPTY,
    "a host of bytes": b"POST /bitrix24/install HTTP/1.1\r\nHost: \xff\xfe/?#@\r\n" + EMPTY,
    "HTTP/0.9": b"GET /\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 100,
    "an upgrade": POST + b"Connection: Upgrade\r\nUpgrade: websocket\r\n" + EMPTY,
    "CONNECT": b"CONNECT evil.example:443 HTTP/1.1\r\n" + HOST + b"\r\n",
    "a method that is none": b"\xff\xfe / HTTP/1.1\r\n" + HOST + b"\r\n",
    "a length that is none": POST + b"Content-Length: x\r\n\r\n",
    "a length below nothing": POST + b"Content-Length: -1\r\n\r\n",
    "a huge length": POST + b"Content-Length: " + b"9" * 30 + b"\r\n\r\n",
    "two lengths": POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "a length and pieces": POST + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
    "pieces of no size": POST + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n",
    "another encoding": POST + b"Transfer-Encoding: gzip\r\n\r\n",
    "a compressed body": POST + b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\x1f\x8b\x08",
    "a header of bytes": POST + b"X-Forwarded-For: \xff[,::1,\r\nCookie: \x80\r\n" + EMPTY,
    "NUL in a header": POST + b"X: a\0b\r\n" + EMPTY,
    "a million ranges": b"GET /static/frame.css HTTP/1.1\r\n" + HOST + b"Range: bytes="
    + b"0-0," * 3_000 + b"\r\n\r\n",
    "a date that is none": b"GET /static/frame.css HTTP/1.1\r\n" + HOST
    + b"If-Modified-Since: \xff\r\nIf-None-Match: \xff\r\n\r\n",
    "a token of bytes": b"GET /metrics HTTP/1.1\r\n" + HOST + b"Authorization: Bearer \xff\r\n\r\n",
}  # fmt: skip
ROUNDS = 20
MOST_GROWTH = 2 * 1024  # kilobytes


def exchange(app: App, request: bytes) -> bytes:
    """What the app answers until it closes the connection, or waits for more."""
    address = ("127.0.0.1", int(app.url.rpartition(":")[2]))
    with closing(socket.create_connection(address, timeout=30)) as connection:
        answer = b""
        try:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            while part := connection.recv(65_536):
                answer += part
        except ConnectionError:
            pass  # it was cut off
        return answer


@pytest.mark.parametrize("request_bytes", REQUESTS.values(), ids=REQUESTS)
def test_a_strange_request_is_no_fault_of_ours(shared_app: App, request_bytes: bytes) -> None:
    answer = exchange(shared_app, request_bytes)

    assert not answer or b"200" <= answer.split(b" ")[1] < b"500"
    assert b"evil.example" not in answer
    assert b"Traceback" not in answer
    assert "Traceback" not in shared_app.log


@settings(max_examples=150)
@given(st.sampled_from(list(REQUESTS.values())), st.data())
def test_a_request_with_changed_bytes_is_no_fault_of_ours(
    shared_app: App, request_bytes: bytes, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, min(len(request_bytes), 200)))
    changed = data.draw(st.binary(max_size=6))

    answer = exchange(shared_app, request_bytes[:at] + changed + request_bytes[at + len(changed) :])

    assert not answer or answer.split(b" ")[1] < b"500"
    assert "Traceback" not in shared_app.log


def test_strangers_bytes_leave_nothing_behind_in_memory(shared_app: App) -> None:
    requests = [one for one in REQUESTS.values() if one.endswith(b"\r\n\r\n")]

    def send_all() -> None:
        for one in requests:
            exchange(shared_app, one)
        for _ in range(20):  # each with tokens of its own
            forged = message("run", "f" * 32, "https://evil.example", refresh_token="x" * 4_000)
            shared_app.post(forged.path, forged.body())

    for _ in range(ROUNDS // 4):
        send_all()
    before = resident(shared_app)
    for _ in range(ROUNDS):
        send_all()

    assert resident(shared_app) - before < MOST_GROWTH
    assert shared_app.get("/readyz").status_code == 200


def resident(app: App) -> int:
    """The app's memory, in kilobytes."""
    process = re.findall(r"Started server process \[(\d+)\]", app.log)[-1]
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0])
