"""POST /bitrix24/app: somebody opens the app in Bitrix24; administrators get a session."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from handlers.page import rendering, session
from handlers.page.overview import first_look
from handlers.page.session import HEADER, Session
from handlers.page.texts import known
from handlers.page.trouble import for_people
from handlers.page.visit import errands_of, origin_of, root_of, shown_to
from handlers.state import State, read_body
from robot.errors import ForgedError
from robot.protocol.lifecycle import FrameOpening, parse_frame
from robot.work.visiting import Visitor, recognise


@for_people
async def app(request: Request[State]) -> Response:
    """The whole page, with the overview; whoever is no administrator is told whom to ask."""
    opening, visitor = await _proven(request)
    language = known(opening.language or visitor.portal.language)
    if not visitor.is_administrator:
        return refuse(request, visitor, language=language, is_installed=True)
    begun = session.begin(visitor, language=language, now=datetime.now(UTC))
    tools = request.state["tools"]
    return rendering.page(
        "page/shell.html",
        {
            **shown_to(tools.settings, begun, visitor.portal),
            **await first_look(request, visitor),
            "session": session.seal(tools.vault, begun),
            "session_lives": int(session.LIVES.total_seconds()),
        },
        language=language,
        portal_origin=origin_of(visitor.portal),
    )


def refuse(
    request: Request[State], visitor: Visitor, *, language: str, is_installed: bool
) -> Response:
    """Whoever is no administrator is told whom to ask."""
    origin = origin_of(visitor.portal)
    return rendering.page(
        "page/not_administrator.html",
        {
            "portal": visitor.portal,
            "portal_origin": origin,
            "root": root_of(request.state["tools"].settings),
            "visitor_id": visitor.user_id,
            "is_installed": is_installed,
        },
        language=language,
        portal_origin=origin,
    )


async def prolong(request: Request[State]) -> Response:
    """The same page goes on: a new session for what Bitrix24's frame gives it now."""
    old = session.unseal(request.state["tools"].vault, request.headers.get(HEADER, ""))
    _, visitor = await _proven(request)
    if not visitor.is_administrator:
        raise ForgedError("the session of the page is of no administrator any more")
    longer: Session = session.prolong(old, visitor, now=datetime.now(UTC))
    sealed = session.seal(request.state["tools"].vault, longer)
    return JSONResponse({"session": sealed}, headers=rendering.headers())


async def _proven(request: Request[State]) -> tuple[FrameOpening, Visitor]:
    body = await read_body(request)
    opening = parse_frame(request.scope["query_string"], body)
    proven = await request.state["admission"].frame(opening)
    return opening, await recognise(errands_of(request), proven.portal, proven.user_id)
