"""All addresses of the page."""

from starlette.routing import Route

from handlers.page import installer, links, overview, runs, try_it
from handlers.page.opening import app, prolong

ROUTES = (
    Route("/bitrix24/app", app, methods=["POST"]),
    Route("/bitrix24/app/session", prolong, methods=["POST"]),
    *installer.ROUTES,
    *overview.ROUTES,
    *runs.ROUTES,
    *links.ROUTES,
    *try_it.ROUTES,
)
