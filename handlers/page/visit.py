"""One request of the page: whose it is, what it brought, and how it is answered."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from starlette.convertors import IntegerConvertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import Response

from handlers.page import rendering, session
from handlers.page.session import HEADER, Session, SessionEndedError
from handlers.page.texts import mark, said
from handlers.state import State, read_body
from robot.protocol.fields import Fields
from robot.protocol.forms import parse_form
from robot.settings import Settings
from robot.store import portals
from robot.store.portals import Portal
from robot.work.errands import Errands
from robot.work.tools import Tools

REMOVED = mark("The app was removed from this Bitrix24.")


class _Number(IntegerConvertor):
    """In an address: no longer than a database holds, so that no other is one of ours."""

    regex = "[0-9]{1,18}"


register_url_convertor("number", _Number())


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A proven administrator of `portal` asks for something."""

    request: Request[State]
    session: Session
    portal: Portal
    form: Fields  # of a POST its body, of a GET its query

    @property
    def tools(self) -> Tools:
        """What the work is done with."""
        return self.request.state["tools"]

    @property
    def errands(self) -> Errands:
        """How the page gets runs done."""
        return errands_of(self.request)

    def show(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """A part of the page."""
        return rendering.page(
            template,
            {**shown_to(self.tools.settings, self.session, self.portal), **values},
            language=self.session.language,
            portal_origin=origin_of(self.portal),
            status=status,
        )


Handler: TypeAlias = Callable[[Visit], Awaitable[Response]]


def administrators(handle: Handler) -> Callable[[Request[State]], Awaitable[Response]]:
    """An endpoint for whoever has a living session; a change needs its own token, too.

    Raises, as its answer:
        SessionEndedError: the page has to be opened again.
        ForgedError: not our session, or not our form.
    """

    @wraps(handle)
    async def endpoint(request: Request[State]) -> Response:
        return await handle(await _visit(request))

    return endpoint


async def _visit(request: Request[State]) -> Visit:
    is_change = request.method == "POST"
    body = await read_body(request) if is_change else request.scope["query_string"]
    form = Fields(parse_form(body))
    tools = request.state["tools"]
    text = request.headers.get(HEADER) or (form.raw("session") if is_change else "")
    living = session.check(session.unseal(tools.vault, text))
    if is_change:
        session.check_token(living, request.scope["path"], form.text("token"))
    portal = await tools.database.read(lambda conn: portals.find(conn, living.portal_id))
    if portal is None:
        raise SessionEndedError(said(living.language, REMOVED))
    return Visit(request=request, session=living, portal=portal, form=form)


def errands_of(request: Request[State]) -> Errands:
    """Runs of the page, done by the portal's worker."""
    state = request.state
    return Errands(database=state["tools"].database, wake=state["crew"].wake)


def shown_to(settings: Settings, of: Session, portal: Portal) -> dict[str, Any]:
    """What every template may use."""

    def token(path: str) -> str:
        return session.token(of, path)

    return {
        "portal": portal,
        "portal_origin": origin_of(portal),
        "root": root_of(settings),
        "time_zone": of.time_zone,
        "token": token,
        "visitor": of,
    }


def root_of(settings: Settings) -> str:
    """What stands before our addresses: a proxy may have us under a path."""
    return f"{urlsplit(settings.public_url).path}/"


def origin_of(portal: Portal) -> str:
    """`https://acme.bitrix24.com`."""
    return portal.endpoint.partition("/rest/")[0]
