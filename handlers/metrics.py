"""GET /metrics for Prometheus: loopback only, unless METRICS_TOKEN is sent as a bearer token."""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest
from sqlalchemy.engine import Connection
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from handlers.state import State
from robot.metrics import LINKS_OVERDUE, LINKS_PUBLIC, OLDEST, PACE, REGISTRY, WAITING
from robot.settings import is_loopback
from robot.store import expiry, history, portals, register
from robot.store.history import Waiting
from robot.store.portals import Portal
from robot.store.register import Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What the database holds right now; portals by our id of them."""

    waiting: Sequence[Waiting]
    portals: Sequence[Portal]
    public: Mapping[int, int]
    overdue: Mapping[int, int]


async def metrics(request: Request[State]) -> Response:
    """The counters, and what waits right now."""
    if not _may_read(request):
        return PlainTextResponse("METRICS_TOKEN is needed here.\n", status_code=403)
    await _look(request.state)
    return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)


def _may_read(request: Request[State]) -> bool:
    token = request.state["tools"].settings.metrics_token.get_secret_value()
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if token and hmac.compare_digest(given.encode(), token.encode()):
        return True
    # What a proxy on this machine passes on comes from loopback, too.
    is_passed_on = "x-forwarded-for" in request.headers or "forwarded" in request.headers
    client = request.client.host if request.client else ""
    return is_loopback(client) and not is_passed_on


async def _look(state: State) -> None:
    now = datetime.now(UTC)
    found = await state["tools"].database.read(lambda conn: _ask(conn, now=now))
    names = {portal.id: portal.member_id for portal in found.portals}
    _show(WAITING, {one.member_id: one.count for one in found.waiting})
    _show(LINKS_PUBLIC, {names[one]: number for one, number in found.public.items()})
    # An installed portal without any has a 0, so that an alarm sees that it is over.
    installed = {one.member_id: 0 for one in found.portals if not one.removed_at}
    overdue = {names[one]: number for one, number in found.overdue.items()}
    _show(LINKS_OVERDUE, installed | overdue)
    oldest = min((portal.oldest_received_at for portal in found.waiting), default=None)
    OLDEST.set((now - oldest).total_seconds() if oldest else 0)
    for portal_id, level in state["crew"].paces().items():
        PACE.labels(portal=names.get(portal_id, "removed")).set(level)


def _ask(conn: Connection, *, now: datetime) -> _Found:
    return _Found(
        waiting=history.waiting(conn),
        portals=portals.listed(conn),
        public=register.count(conn, Wanted()),
        overdue=expiry.count_overdue(conn, before=now - expiry.OVERDUE_AFTER),
    )


def _show(gauge: Gauge, numbers: Mapping[str, int]) -> None:
    gauge.clear()
    for member_id, number in numbers.items():
        gauge.labels(portal=member_id).inc(number)  # installed twice, it is one portal
