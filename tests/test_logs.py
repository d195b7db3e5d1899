"""Logs: one event a line, and never a secret, not even where something breaks."""

import io
import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from robot.logs import configure_logs, get_logger

SECRET = "made-up-secret-value"
SECRET_FIELDS = [
    "access_token",
    "refresh_token",
    "application_token",
    "event_token",
    "client_secret",
    "AUTH_ID",
    "REFRESH_ID",
    "auth",
    "token",
    "secrets",
    "body",
]


class Terminal(io.StringIO):
    """What the operator sees, where a person looks on."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def loggers_as_before() -> Iterator[None]:
    """What these tests set up ends with them."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


@pytest.fixture(params=[io.StringIO, Terminal], ids=["to a file", "on a terminal"])
def stderr(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    stream: io.StringIO = request.param()
    monkeypatch.setattr(sys, "stderr", stream)
    configure_logs()
    return stream


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    configure_logs()
    return stream


def entries(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_is_one_line_of_json_with_its_fields(lines: io.StringIO) -> None:
    get_logger().info("run.accepted", run_id=5, item="DEAL_7\nforged line")

    (entry,) = entries(lines)
    assert (entry["event"], entry["run_id"], entry["level"]) == ("run.accepted", 5, "info")
    assert entry["item"] == "DEAL_7\nforged line"
    assert entry["timestamp"].endswith("Z")


def test_libraries_speak_in_the_same_form(lines: io.StringIO) -> None:
    logging.getLogger("uvicorn.error").info("Started server process [%d]", 7)

    assert entries(lines)[0]["event"] == "Started server process [7]"


@pytest.mark.parametrize("name", ["httpx2", "httpcore2", "uvicorn.access"])
def test_addresses_are_not_logged(lines: io.StringIO, name: str) -> None:
    logging.getLogger(name).info("POST https://acme.example/rest/1/%s/", SECRET)

    assert lines.getvalue() == ""


@pytest.mark.parametrize("field", SECRET_FIELDS)
def test_a_field_that_is_named_like_a_secret_is_struck_out(stderr: io.StringIO, field: str) -> None:
    get_logger().warning("something.happened", **{field: SECRET})

    assert "something.happened" in stderr.getvalue()
    assert SECRET not in stderr.getvalue()


def test_a_traceback_shows_where_but_not_with_what(stderr: io.StringIO) -> None:
    def break_down(access_token: str) -> None:
        params = {"auth": access_token}
        raise RuntimeError(f"broke with {len(params)} parameter")

    try:
        break_down(SECRET)
    except RuntimeError:
        get_logger().exception("drain.failed", portal=5)

    assert "broke with 1 parameter" in stderr.getvalue()
    assert "break_down" in stderr.getvalue()
    assert SECRET not in stderr.getvalue()


def test_an_exception_of_a_library_shows_no_locals_either(stderr: io.StringIO) -> None:
    def break_down(access_token: str) -> None:
        raise RuntimeError(f"broke with {len(access_token)} characters")

    try:
        break_down(SECRET)
    except RuntimeError:
        logging.getLogger("uvicorn.error").exception("in ASGI application")

    assert SECRET not in stderr.getvalue()


def test_what_others_wrote_commands_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    configure_logs()

    get_logger().warning("run.finished", note="\x1b[2J\x1b]0;owned\x07 \x9b31m\u202e\nSecond line")

    (line,) = terminal.getvalue().splitlines()
    assert "[2J" in line
    assert "\x1b[2J" not in line
    assert not set(line) & set("\x07\x9b\u202e\n")
