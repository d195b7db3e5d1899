"""Many connections that are slow, half open or silent: a portal's call is answered all the same."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from itertools import cycle
from pathlib import Path

import httpx2 as httpx
import pytest

from tests.programs import LINKROBOT, App
from tests.scenarios.sandbox_portal import SandboxPortal
from tests.scenarios.stages import enable

MANY = 400
SLOW = b"POST /bitrix24/robot HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\n" + b"a" * 9_000
BEGUN = (0, 1, 35, SLOW.index(b"\r\n\r\n") + 4, 5_000)  # bytes that were sent


@pytest.fixture
def few_files(tmp_path: Path) -> str:
    """The command `linkrobot` where only 256 files may be open."""
    script = tmp_path / "linkrobot"
    script.write_text(f'#!/bin/sh\nulimit -n 256\nexec {LINKROBOT} "$@"\n')
    script.chmod(0o755)
    return str(script)


class Stranger:
    """A connection with a request that is begun and never ends."""

    def __init__(self, app: App, sent: int) -> None:
        address = ("127.0.0.1", int(app.url.rpartition(":")[2]))
        self.connection = socket.create_connection(address)
        self.connection.sendall(SLOW[:sent])
        self._sent = sent

    def drip(self) -> None:
        """One byte more."""
        try:
            self._sent += self.connection.send(SLOW[self._sent : self._sent + 1])
        except OSError:
            return  # it was ended already


@contextmanager
def strangers(app: App) -> Iterator[list[Stranger]]:
    """So many of them."""
    with ExitStack() as stack:
        opened = [Stranger(app, sent) for _, sent in zip(range(MANY), cycle(BEGUN), strict=False)]
        for one in opened:
            stack.enter_context(closing(one.connection))
        yield opened


def test_slow_and_half_open_connections_hold_up_nobody(
    portal: SandboxPortal, shared_app: App
) -> None:
    portal.stage(enable())
    with strangers(shared_app) as opened:
        for _ in range(3):
            for one in opened:
                one.drip()
            deal = portal.item()
            portal.document(deal)
            workflow = portal.move(deal)
            assert portal.delivered(workflow) == [200]
            assert portal.outputs(workflow)["succeeded"] == "Y"

    assert "Traceback" not in shared_app.log


def test_where_strangers_take_every_place_a_portals_call_still_gets_one(
    own_app: App, fresh_portal: SandboxPortal, few_files: str
) -> None:
    own_app.executable = few_files
    own_app.start().install_at(fresh_portal)
    fresh_portal.stage(enable())
    deal = fresh_portal.item()
    fresh_portal.document(deal)

    with strangers(own_app) as opened:
        for one in opened:
            one.drip()
        # By a connection of its own; the portal may still have one from before.
        assert httpx.get(f"{own_app.url}/readyz", trust_env=False).status_code == 200
        workflow = fresh_portal.move(deal)
        assert fresh_portal.delivered(workflow) == [200]
        assert fresh_portal.outputs(workflow)["succeeded"] == "Y"

    assert "connections.full" in own_app.log
    assert "Traceback" not in own_app.log
