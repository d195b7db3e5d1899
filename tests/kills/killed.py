"""`linkrobot serve` that kills itself at a chosen moment: `python -m tests.kills.killed`.

Each message on stdin is one life of the app, `CALL NUMBER POINT`: after the CALL-th call of a robot
(0: from the start on) SIGKILL comes when that point is passed for the NUMBER-th time. NUMBER 0: the
points are written down instead. The life's pid goes to stdout, later its exit status. All lives are
forks of this program, which has the app's libraries loaded already.
"""

import ctypes
import os
import signal
import sys
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2 as httpx
from sqlalchemy import URL, Connection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import handlers.app
from robot.cli import main
from robot.portal import client
from robot.portal.verify import Verifier
from robot.protocol.answers import Answer
from robot.protocol.calls import Call
from robot.protocol.oauth import Tokens
from robot.store.database import Database
from robot.work import lease, verdict
from robot.work.accept import Accept, Delivery
from robot.work.keyring import Keyring
from robot.work.registering import ROBOT_PATH

LEASE = 1.2  # seconds
ALLOWS_TRACING = 0x59616D61  # PR_SET_PTRACER


class Points:
    """The points that a run passes on its way, counted from a certain call on."""

    def __init__(self, call: int, number: int, name: str) -> None:
        self._calls, self._left, self._name = call, number, name
        self._lock = threading.Lock()  # commits are another thread's than requests

    def called(self) -> None:
        """A robot's call came."""
        self._calls -= 1

    def reach(self, name: str) -> None:
        """A point of its way; the last thing that this process does, if it is the one."""
        if self._calls > 0:
            return
        with self._lock:
            if not self._name:
                os.write(2, f"passed {name}\n".encode())
            self._left -= name == self._name
            if self._name and not self._left:
                os.write(2, f"killed {name}\n".encode())
                os.kill(os.getpid(), signal.SIGKILL)


def watch(points: Points) -> None:
    """Have the app pass the points."""
    _watch_calls(points)
    _watch_commits(points)
    _watch_requests(points)
    _watch_answers(points)
    _watch_renewals(points)


def _watch_calls(points: Points) -> None:
    put = Accept.put

    async def noted(self: Accept, delivery: Delivery) -> bool:
        points.called()
        return await put(self, delivery)

    Accept.put = noted  # type: ignore[method-assign]


def _watch_commits(points: Points) -> None:
    opens = Database.__init__

    def opened(self: Database, place: Path | URL) -> None:
        opens(self, place)
        transact = self._writer._transact

        def noted(work: Any) -> Any:
            def worked(conn: Connection) -> Any:
                found = work(conn)
                points.reach("before a commit")
                return found

            found = transact(worked)
            points.reach("after a commit")
            return found

        self._writer._transact = noted  # type: ignore[method-assign]

    Database.__init__ = opened  # type: ignore[method-assign]


def _watch_requests(points: Points) -> None:
    send, post = client.send, Verifier._post

    async def noted_send(
        http: httpx.AsyncClient, endpoint: str, call: Call, *, access_token: str = ""
    ) -> Answer:
        points.reach(f"before {call.method}")
        answer = await send(http, endpoint, call, access_token=access_token)
        points.reach(f"after {call.method}")
        return answer

    async def noted_post(self: Verifier, url: str, method: str, form: Any) -> tuple[int, bytes]:
        points.reach(f"before {method}")
        answer = await post(self, url, method, form)
        points.reach(f"after {method}")
        return answer

    client.send = noted_send
    Verifier._post = noted_post  # type: ignore[method-assign]


def _watch_answers(points: Points) -> None:
    create_app = handlers.app.create_app

    def noted() -> ASGIApp:
        app = create_app()

        async def answering(scope: Scope, receive: Receive, send: Send) -> None:
            async def sent(message: Message) -> None:
                await send(message)
                if message["type"] == "http.response.body" and scope["path"] == ROBOT_PATH:
                    points.reach("after the 200")

            await app(scope, receive, sent)

        return answering

    handlers.app.create_app = noted  # type: ignore[assignment]


def _watch_renewals(points: Points) -> None:
    save = Keyring.save

    async def noted(self: Keyring, renewed: Tokens) -> None:
        points.reach("before a pair is stored")
        await save(self, renewed)
        points.reach("after a pair is stored")

    Keyring.save = noted  # type: ignore[method-assign]


def shorten() -> None:
    """Waits that are there for a real portal's sake, as short as tests need them."""
    lease.FOUND_WITHIN = timedelta(seconds=10 - LEASE)
    lease.HIDES_WAIT = 0.3
    verdict.APPEARS_WITHIN = 0.3


def _live(order: str) -> None:
    """One life, in a process of its own; does not return."""
    call, number, name = order.split(" ", 2)
    # strace may watch it also where only parents may.
    ctypes.CDLL(None).prctl(ALLOWS_TRACING, ctypes.c_ulong(-1), 0, 0, 0)
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    status = 1
    try:
        shorten()
        if int(call) or name:
            watch(Points(int(call), int(number), name))
        sys.argv = ["linkrobot", "serve"]
        main()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    finally:
        os._exit(status)


def lives() -> None:
    """One life after the other, as they are ordered."""
    while order := os.read(0, 200):
        pid = os.fork()
        if pid == 0:
            _live(order.decode())
        os.write(1, f"{pid}\n".encode())
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        os.write(1, f"{status}\n".encode())


if __name__ == "__main__":
    lives()
