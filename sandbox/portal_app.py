"""The web server of the portals: REST, public pages, and the control plane beside them."""

import time
from collections.abc import Awaitable, Callable
from functools import partial

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from sandbox import pages
from sandbox.board import board
from sandbox.control import routes
from sandbox.frame import page
from sandbox.rest import endpoint
from sandbox.site import Site, Sites
from sandbox.troubles import Cut, Dropped, with_faults

Answer = Callable[[Site, Request], Awaitable[Response]]


def create(sites: Sites) -> Starlette:
    """One app for all portals; the Host header tells which one is meant."""
    return Starlette(
        routes=[
            Route("/rest/{path:path}", _of_portal(sites, _preflight), methods=["OPTIONS"]),
            Route("/rest/{path:path}", _of_portal(sites, _rest), methods=["GET", "POST"]),
            Route("/~{short}", _of_portal(sites, pages.short_link)),
            Route("/pub/document/{id:int}/{md5}/", _of_portal(sites, pages.public_page)),
            *(Route(path, _of_portal(sites, board.page)) for path in board.PATHS),
            Mount("/_sandbox/board", board.Static()),
            Route("/_sandbox/frame", _of_portal(sites, page.show)),
            Mount("/_sandbox/frame/static", StaticFiles(directory=page.STATIC)),
            *routes.create(sites),
        ]
    )


def _of_portal(sites: Sites, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
    return partial(_at_portal, sites, answer)


async def _at_portal(sites: Sites, answer: Answer, request: Request) -> Response:
    """Find the portal; its old addresses send on to the new one (wire facts 6.4)."""
    site = sites.named_by(request)
    if site is None:
        known = [portal.domain for portal in sites.world.portals]
        return JSONResponse({"error": "No portal has this Host", "known": known}, status_code=404)
    if request.url.hostname in site.portal.old_hosts:
        new = request.url.replace(hostname=site.portal.host)
        return RedirectResponse(str(new), status_code=302)
    try:
        return await answer(site, request)
    except ClientDisconnect:
        return Response()  # who asked has died; nobody reads it


async def _preflight(site: Site, request: Request) -> Response:
    """A browser asks whether a page of another origin may call: all may. Nothing is counted."""
    return Response(headers=endpoint.HEADERS)


async def _rest(site: Site, request: Request) -> Response:
    started = time.monotonic()
    exchange = await endpoint.read(site, request)
    answer = await with_faults(
        request,
        site.portal.faults,
        target="rest",
        names=exchange.names,
        drop=site.world.drop_connection,
        work=partial(endpoint.answer, exchange),
    )
    _, *inner = exchange.names
    site.portal.journal.add(
        "rest.request",
        method=exchange.method,
        status=None if isinstance(answer, Dropped) else answer.status_code,
        ms=round((time.monotonic() - started) * 1000, 1),
        batch=inner,
        errors=exchange.errors,
        user_id=exchange.user_id,
        broken=isinstance(answer, Dropped | Cut),
    )
    return answer
