"""The process: how it starts and stops, what it imports, what its README promises."""

import ast
import json
import os
import re
import signal
import socket
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import httpx2 as httpx
import pytest

from sandbox.control.routes import ROUTES
from sandbox.portal import PortalSettings
from sandbox.rest.methods import TABLE
from tests.sandbox.sandbox_rig import PATIENCE, Process

SANDBOX = Path(__file__).parents[2] / "sandbox"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_stop_it_cleanly_and_a_closed_stdin_does_not(number: signal.Signals) -> None:
    command = [sys.executable, "-m", "sandbox", "--quiet", "--port", "0", "--oauth-port", "0"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        portal = re.findall(r'"portal": "([^"]+)"', process.stdout.readline())[0]
        process.stdin.close()

        assert httpx.get(f"{portal}/_sandbox/state", trust_env=False).status_code == 200

        os.kill(process.pid, number)
        assert process.wait(PATIENCE) == 0
        assert (process.stdout.read(), process.stderr.read()) == ("", "")


def test_it_stops_without_a_word_while_a_board_waits_for_news() -> None:
    command = [sys.executable, "-m", "sandbox", "--quiet", "--port", "0", "--oauth-port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stderr
        portal = re.findall(r'"portal": "([^"]+)"', process.stdout.readline())[0]
        host, _, port = portal.removeprefix("http://").rpartition(":")
        with socket.create_connection((host, int(port))) as waiting:
            request = f"GET /_sandbox/journal?wait=60 HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n"
            waiting.sendall(request.encode())
            assert httpx.get(f"{portal}/_sandbox/state", trust_env=False).status_code == 200

            process.terminate()
            assert process.wait(PATIENCE) == 0
            answer = waiting.recv(65536)
        assert process.stderr.read() == ""
        assert b'{"events":[],"last":0}' in answer


def test_it_says_where_the_board_is_beside_the_line_for_programs() -> None:
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--oauth-port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stderr
        portal = json.loads(process.stdout.readline())["portal"]

        assert process.stderr.readline() == f"The board, for your browser: {portal}/\n"
        process.terminate()
        assert process.wait(PATIENCE) == 0
        assert process.stdout.read() == ""


def test_an_app_that_dies_in_the_middle_of_a_request_is_no_fault_of_the_sandbox() -> None:
    command = [sys.executable, "-m", "sandbox", "--quiet", "--port", "0", "--oauth-port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stderr
        portal = re.findall(r'"portal": "([^"]+)"', process.stdout.readline())[0]
        host, _, port = portal.removeprefix("http://").rpartition(":")
        with socket.create_connection((host, int(port))) as dying:
            head = (
                f"POST /rest/profile HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Length: 9\r\n\r\n"
            )
            dying.sendall(head.encode())
            assert httpx.get(f"{portal}/_sandbox/state", trust_env=False).status_code == 200

        assert httpx.get(f"{portal}/_sandbox/state", trust_env=False).status_code == 200
        process.terminate()
        assert process.wait(PATIENCE) == 0
        assert process.stderr.read() == ""


def test_portals_have_addresses_of_their_own_at_one_port() -> None:
    process = Process("--portals", "3", "--host", "127.0.9.1")

    urls = process.ready["portals"]
    port = urls[0].rpartition(":")[2]

    assert urls == [f"http://127.0.9.{k}:{port}" for k in (1, 2, 3)]
    assert len(set(process.ready["member_ids"])) == 3
    assert process.ready["portal"] == urls[0]
    assert process.ready["certificate"] is None
    assert process.stop() == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [(["--host", "0.0.0.0"], "invalid"), (["--port", "{taken}"], "cannot listen")],  # noqa: S104
    ids=["an address that others reach", "a taken port"],
)
def test_a_start_that_cannot_be_says_why(arguments: list[str], told: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        words = [word.replace("{taken}", port) for word in arguments]

        ended = subprocess.run(
            [sys.executable, "-m", "sandbox", "--oauth-port", "0", *words],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    assert ended.returncode != 0
    assert told in ended.stderr
    assert "Traceback" not in ended.stderr


def test_it_shares_no_code_with_the_app() -> None:
    for path in SANDBOX.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names.append(node.module or "")
            assert not {name.partition(".")[0] for name in names} & {"robot", "handlers"}, path


def test_the_readme_names_every_method_route_setting_and_event() -> None:
    readme = (SANDBOX / "README.md").read_text()
    sources = "".join(path.read_text() for path in SANDBOX.rglob("*.py"))

    kinds = set(
        re.findall(
            r'"((?:item|robot|rest|token|document|workflow|mail|link|replay)\.[a-z]+)"', sources
        )
    )
    settings = {field.name for field in fields(PortalSettings)}
    routes = {f"{method} {path.partition('/{')[0]}" for method, path, _ in ROUTES}
    verbs = {name.rpartition(".")[2] for name in TABLE}

    for name in kinds | settings | verbs:
        assert name in readme, name
    for route in routes:
        assert f"`{route}" in readme, route
