"""Is everything all right? What the first look at the page tells."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from handlers.page.visit import Visit, administrators
from handlers.state import State
from robot.work.installing import needs_registering
from robot.work.visiting import Visitor


async def first_look(request: Request[State], visitor: Visitor) -> dict[str, Any]:
    """The values of `page/overview.html` for whoever opens the page."""
    is_due = await needs_registering(request.state["tools"], visitor.portal)
    return {"is_registered": not is_due}


@administrators
async def overview(visit: Visit) -> Response:
    """The same, asked for again."""
    is_due = await needs_registering(visit.tools, visit.portal)
    return visit.show("page/overview.html", is_registered=not is_due)


ROUTES = (Route("/bitrix24/app/overview", overview),)
