"""Section: try."""

from starlette.responses import Response
from starlette.routing import Route

from handlers.page.visit import Visit, administrators


@administrators
async def section(visit: Visit) -> Response:
    """The section as it is opened."""
    return visit.show("page/try_it.html")


ROUTES = (Route("/bitrix24/app/try", section),)
