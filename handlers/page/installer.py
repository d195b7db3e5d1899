"""The installer page of an app with interface: what is added to Bitrix24, then the installation.

The page is shown first and asks for the registration itself, so that nobody looks at an empty frame
while Bitrix24 is slow. Where a person must act first the installation is not ended, so that
Bitrix24 shows the installer again.
"""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from handlers.page import rendering, session
from handlers.page.opening import refuse
from handlers.page.texts import known, locale_of
from handlers.page.trouble import for_people
from handlers.page.visit import Visit, administrators, errands_of, origin_of, shown_to
from handlers.state import State
from robot.flows.catalogue import DEFINITIONS
from robot.flows.texts import LANGUAGES
from robot.protocol.lifecycle import FrameOpening
from robot.work.installing import NEEDS_A_PERSON, register_watched
from robot.work.visiting import recognise

REGISTER = "/bitrix24/app/install"
SHOWN_WITHIN = 8.0  # seconds; the page says what is waited for


@for_people
async def show_installer(request: Request[State], opening: FrameOpening) -> Response:
    """What will be registered; whoever is no administrator is told so."""
    proven = await request.state["admission"].frame(opening)
    visitor = await recognise(errands_of(request), proven.portal, proven.user_id)
    language = known(opening.language or visitor.portal.language)
    if not visitor.is_administrator:
        return refuse(request, visitor, language=language, is_installed=False)
    tools = request.state["tools"]
    begun = session.begin(visitor, language=language, now=datetime.now(UTC))
    own = locale_of(language)
    return rendering.page(
        "page/installer.html",
        {
            **shown_to(tools.settings, begun, visitor.portal),
            "session": session.seal(tools.vault, begun),
            "session_lives": int(session.LIVES.total_seconds()),
            "action": REGISTER,
            "robots": [
                (definition.name[language], definition.description[language])
                for definition in DEFINITIONS
            ],
            "languages": [locale_of(one).get_language_name(own) or one for one in LANGUAGES],
            "in_designer": tools.settings.activities,
        },
        language=language,
        portal_origin=origin_of(visitor.portal),
    )


@administrators
async def register(visit: Visit) -> Response:
    """Register the robots and say what came of it."""
    past = await register_watched(
        visit.errands,
        visit.tools.settings,
        visit.portal,
        user_id=visit.session.user_id,
        within=SHOWN_WITHIN,
    )
    code = past.outputs.get("error_code", "") if past else ""
    return visit.show(
        "page/installer_done.html",
        error=past.outputs["error_text"] if past and past.failed else "",
        is_registered=bool(past and not past.failed),
        finish=code not in NEEDS_A_PERSON,
        action=REGISTER,
    )


ROUTES = (Route(REGISTER, register, methods=["POST"]),)
