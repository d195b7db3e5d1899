"""Section: runs."""

from starlette.responses import Response
from starlette.routing import Route

from handlers.page.visit import Visit, administrators


@administrators
async def section(visit: Visit) -> Response:
    """The section as it is opened."""
    return visit.show("page/runs.html")


ROUTES = (Route("/bitrix24/app/runs", section),)
