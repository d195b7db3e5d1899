"""Section: links."""

from starlette.responses import Response
from starlette.routing import Route

from handlers.page.visit import Visit, administrators


@administrators
async def section(visit: Visit) -> Response:
    """The section as it is opened."""
    return visit.show("page/links.html")


ROUTES = (Route("/bitrix24/app/links", section),)
