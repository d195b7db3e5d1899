"""The routes under /_sandbox/, of the portal that the Host header names."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from sandbox.control import (
    apps,
    crm,
    documents,
    frame,
    replay,
    settings,
    state,
    strangers,
    templates,
    troubles,
    workflows,
)
from sandbox.control.fields import Ask, ask
from sandbox.errors import ControlError
from sandbox.site import Site, Sites

Do = Callable[[Ask], Awaitable[Any]]

ROUTES: tuple[tuple[str, str, Do], ...] = (
    ("GET", "state", state.state),
    ("GET", "journal", state.journal),
    ("PATCH", "portal", settings.portal),
    ("PATCH", "users/{id:int}", settings.user),
    ("POST", "webhooks", settings.webhook),
    ("POST", "rename", settings.rename),
    ("POST", "delete", settings.delete),
    ("POST", "clock", settings.clock),
    ("POST", "tokens/expire", settings.expire_tokens),
    ("POST", "apps/install", apps.install),
    ("POST", "apps/finish", apps.finish),
    ("POST", "apps/open", apps.open_page),
    ("POST", "apps/update", apps.update),
    ("POST", "apps/uninstall", apps.uninstall),
    ("POST", "frame/refresh", frame.refresh),
    ("POST", "frame/seen", frame.seen),
    ("POST", "frame/finish", frame.finish),
    ("POST", "frame/option", frame.option),
    ("POST", "items", crm.add_item),
    ("DELETE", "items/{type:int}/{id:int}", crm.delete_item),
    ("POST", "items/{type:int}/{id:int}/move", crm.move_item),
    ("POST", "move", crm.move_many),
    ("POST", "documents", documents.add),
    ("PATCH", "documents/{id:int}", documents.change),
    ("DELETE", "documents/{id:int}", documents.delete),
    ("POST", "templates", templates.add),
    ("PATCH", "templates/{id:int}", templates.change),
    ("DELETE", "templates/{id:int}", templates.delete),
    ("PUT", "stages/{stage}", workflows.put_stage),
    ("GET", "workflows", workflows.all_workflows),
    ("GET", "workflows/{id}", workflows.one_workflow),
    ("POST", "deliveries", troubles.deliveries),
    ("POST", "deliveries/again", troubles.deliver_again),
    ("POST", "replay", replay.begin),
    ("POST", "faults", troubles.add_fault),
    ("DELETE", "faults", troubles.delete_faults),
    ("DELETE", "faults/{id:int}", troubles.delete_fault),
)


def create(sites: Sites) -> list[Route]:
    return [
        Route(f"/_sandbox/{path}", partial(_answer, sites, do), methods=[method])
        for method, path, do in ROUTES
    ]


async def _answer(sites: Sites, do: Do, request: Request) -> JSONResponse:
    try:
        site = _site(sites, request)
        strangers.refuse(request)
        answer = JSONResponse(await do(await ask(site, request)))
    except ControlError as error:
        return JSONResponse(error.body, status_code=error.status)
    if request.method != "GET":
        site.portal.journal.note_change()
    return answer


def _site(sites: Sites, request: Request) -> Site:
    site = sites.named_by(request)
    if site is None:
        known = [portal.domain for portal in sites.world.portals]
        raise ControlError("No portal has this Host", status=404, known=known)
    return site
