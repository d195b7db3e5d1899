"""Is everything all right? The first look at the page, and what Bitrix24 itself tells after it.

The first page waits for nobody: it shows what the database tells, and asks for the rest.
"""

from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from handlers.page import rendering
from handlers.page.health import current
from handlers.page.visit import Visit, administrators, errands_of
from handlers.state import State
from robot.work import days
from robot.work.installing import register_again
from robot.work.visiting import Visitor

COUNTS_FOR = 0.5  # seconds; what is not counted then is asked for again
NO_CONTENT = 204  # htmx leaves the page as it is


async def first_look(request: Request[State], visitor: Visitor) -> dict[str, Any]:
    """The values of `page/overview.html` for whoever opens the page.

    Robots that are missing are registered by that: the administrator's access is at hand.
    """
    run_id = await register_again(
        errands_of(request),
        request.state["tools"].settings,
        visitor.portal,
        user_id=visitor.user_id,
        is_asked=False,
    )
    shown = await current(request, visitor.portal, registering=run_id, begins=False)
    return {"health": shown}


@administrators
async def overview(visit: Visit) -> Response:
    """The same, asked for again."""
    shown = await current(visit.request, visit.portal, begins=False)
    return visit.show("page/overview.html", health=shown)


@administrators
async def health(visit: Visit) -> Response:
    """What came of it by now: asked for until there is nothing more to see."""
    shown = await current(
        visit.request,
        visit.portal,
        registering=visit.form.number("registering"),
        asking=visit.form.number("asking"),
    )
    if shown.query.encode() == visit.request.scope["query_string"]:
        return Response(status_code=NO_CONTENT, headers=rendering.headers())
    return visit.show("page/overview_health.html", health=shown)


@administrators
async def register(visit: Visit) -> Response:
    """Register the robots again, on behalf of whoever asks for it."""
    run_id = await register_again(
        visit.errands,
        visit.tools.settings,
        visit.portal,
        user_id=visit.session.user_id,
        is_asked=True,
    )
    shown = await current(visit.request, visit.portal, registering=run_id)
    return visit.show("page/overview_health.html", health=shown)


@administrators
async def look(visit: Visit) -> Response:
    """Ask Bitrix24 again."""
    visit.request.state["looks"].forget(visit.portal.id)
    shown = await current(visit.request, visit.portal)
    return visit.show("page/overview_health.html", health=shown)


@administrators
async def charts(visit: Visit) -> Response:
    """The last days, as far as they are counted by now."""
    now = datetime.now(UTC)
    database = visit.tools.database
    recent = await days.recent(database, visit.portal.id, now=now, within=COUNTS_FOR)
    return visit.show("page/overview_charts.html", recent=recent)


ROUTES = (
    Route("/bitrix24/app/overview", overview),
    Route("/bitrix24/app/overview/health", health),
    Route("/bitrix24/app/overview/register", register, methods=["POST"]),
    Route("/bitrix24/app/overview/look", look, methods=["POST"]),
    Route("/bitrix24/app/overview/charts", charts),
)
