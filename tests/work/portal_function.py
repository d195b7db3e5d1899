"""A portal and its authorization server as functions, for working off runs without a network.

It knows just enough to answer our robots; the sandbox is the portal that behaves like Bitrix24.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import httpx2 as httpx
from sqlalchemy import select

from robot.portal.session import address_rule
from robot.protocol.forms import parse_form
from robot.settings import Settings
from robot.store.database import Database
from robot.store.portals import Portal
from robot.store.runs import NewRun
from robot.store.tables import runs
from robot.store.vault import Vault
from robot.work import lease
from robot.work.beginning import begin
from robot.work.drain import Drain
from robot.work.room import Room
from robot.work.tools import Tools
from robot.work.traffic import Traffic
from tests.portal.portal_rig import AuthServer, answered_by, app_info, sent_json, verifier
from tests.store.store_rig import CLIENT_ID, MEMBER, new_run
from tests.work.work_rig import traffic

LINK = "https://acme.bitrix24.com/~71q5j"
METHODS = "crm.documentgenerator.document"
LIST, GET, ENABLE = f"{METHODS}.list", f"{METHODS}.get", f"{METHODS}.enablepublicurl"
SEND = "bizproc.event.send"
DOCUMENT = {"id": "5", "title": "Invoice", "entityTypeId": "2", "entityId": "7"}


class Refusal(Exception):  # noqa: N818 # what a portal says, no error of ours
    """A method's error."""

    def __init__(self, code: str, text: str = "") -> None:
        super().__init__(code, text)
        self.body = {"error": code, "error_description": text}


def refuse(code: str, text: str = "") -> Callable[[dict[str, Any]], Any]:
    """A method that says no to everybody."""

    def answer(_params: dict[str, Any]) -> Any:
        raise Refusal(code, text)

    return answer


@dataclass
class PortalFunction:
    """Answers each method by a function; whole requests fail where `failing` says so."""

    auth: AuthServer = field(default_factory=AuthServer)
    methods: dict[str, Callable[[dict[str, Any]], Any]] = field(default_factory=dict)
    failing: list[Exception | httpx.Response] = field(default_factory=list)  # the next requests
    before: list[Callable[[], Any]] = field(default_factory=list)  # awaited before each request
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)  # of each request
    requests: int = 0

    def __post_init__(self) -> None:
        self.methods = {
            LIST: lambda _params: {"documents": [DOCUMENT]},
            GET: lambda _params: {"document": DOCUMENT},
            ENABLE: lambda params: {"publicUrl": LINK if str(params["status"]) == "1" else None},
            SEND: lambda _params: True,
        } | self.methods

    async def answer(self, request: httpx.Request) -> httpx.Response:
        """Take one request."""
        if request.url.host.startswith("oauth."):
            return await self.auth.answer(request)
        self.requests += 1
        for look in self.before:
            await look()
        if self.failing:
            failure = self.failing.pop(0)
            if isinstance(failure, Exception):
                raise failure
            return failure
        params = sent_json(request)
        self.tokens.append(params.pop("auth"))
        method = request.url.path.removeprefix("/rest/")
        if method == "batch":
            return httpx.Response(200, json={"result": self._batch(params["cmd"])})
        try:
            return httpx.Response(200, json={"result": self._one(method, params)})
        except Refusal as refusal:
            return httpx.Response(400, json=refusal.body)

    def _batch(self, commands: dict[str, str]) -> dict[str, Any]:
        results, errors = {}, {}
        for key, command in commands.items():
            method, _, query = command.partition("?")
            try:
                results[key] = self._one(method, parse_form(query.encode()))
            except Refusal as refusal:
                errors[key] = refusal.body
        return {"result": results or [], "result_error": errors or []}

    def _one(self, method: str, params: Any) -> Any:
        self.calls.append((method, params))
        return self.methods[method](params)

    def sent(self, method: str) -> list[dict[str, Any]]:
        """The parameters of each call of a method."""
        return [params for name, params in self.calls if name == method]


@asynccontextmanager
async def tools_for(
    function: PortalFunction, database: Database, vault: Vault
) -> AsyncIterator[Tools]:
    """What work is done with, where that function is the only thing on the network."""
    function.auth.known.setdefault("access-1", app_info())
    async with answered_by(function.answer) as http:
        yield Tools(
            settings=Settings(_env_file=None),  # type: ignore[call-arg]
            database=database,
            vault=vault,
            http=http,
            verifier=verifier(http),
            confirm=address_rule(loopback=False, private_portals=frozenset()),
            owner="test",
        )


async def drain(
    tools: Tools,
    portal: Portal,
    *,
    room: Room | None = None,
    with_traffic: Traffic | None = None,
    began: Callable[[Drain], object] = lambda _drain: None,
) -> None:
    """Take the portal and work off all that is due."""
    room = room or Room()
    taken = await lease.take(
        tools.database,
        portal.id,
        holder=lease.holder_of(tools),
        begin=partial(begin, portal_id=portal.id, vault=tools.vault, room=room.beginning()),
    )
    assert taken is not None
    held, beginning = taken
    known = with_traffic or traffic(burst=250, rate=100.0)
    at_work = Drain(tools, beginning, held, known, room=room)
    began(at_work)
    await at_work.run()


async def work(function: PortalFunction, database: Database, vault: Vault, portal: Portal) -> None:
    """Work off all that is due, with that function as the portal."""
    async with tools_for(function, database, vault) as tools:
        await drain(tools, portal)


def called(vault: Vault, portal: Portal, event: str = "event-1", **changes: Any) -> NewRun:
    """A robot's call that came just now, with its user's tokens."""
    now = datetime.now(UTC)
    secrets = {
        "event_token": event,
        "access": "access-1",
        "refresh": "refresh of access-1",
        "expires": int((now + timedelta(hours=1)).timestamp()),
    }
    values: dict[str, Any] = {
        "sent_at": now,
        "received_at": now,
        "due_at": now,
        "deadline_at": now + timedelta(hours=1),
        "secrets": vault.seal(MEMBER, secrets),
    }
    assert portal.client_id == CLIENT_ID
    return new_run(portal.id, event, **values | changes)


async def row(database: Database, run_id: int) -> Any:
    """A run as it stands in the database."""
    return await database.read(
        lambda conn: conn.execute(select(runs).where(runs.c.id == run_id)).one()
    )
