"""GET /metrics for Prometheus: loopback only, unless METRICS_TOKEN is sent as a bearer token."""

import hmac
from datetime import UTC, datetime

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from handlers.state import State
from robot.metrics import OLDEST, PACE, REGISTRY, WAITING
from robot.settings import is_loopback
from robot.store import history, portals


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
    waiting, known = await state["tools"].database.read(
        lambda conn: (history.waiting(conn), portals.listed(conn))
    )
    names = {portal.id: portal.member_id for portal in known}
    WAITING.clear()
    for portal in waiting:
        WAITING.labels(portal=portal.member_id).set(portal.count)
    oldest = min((portal.oldest_received_at for portal in waiting), default=None)
    OLDEST.set((datetime.now(UTC) - oldest).total_seconds() if oldest else 0)
    for portal_id, level in state["crew"].paces().items():
        PACE.labels(portal=names.get(portal_id, "removed")).set(level)
