"""Our pages inside Bitrix24's frame: who opened them is verified before anything is shown."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from handlers.state import State
from robot.protocol.lifecycle import FrameOpening
from robot.store.history import PastRun
from robot.store.portals import Portal
from robot.work.installing import NEEDS_A_PERSON, register_watched

SHOWN_WITHIN = 8.0  # seconds; a person waits for the page
# Bitrix24's own script, which ends the installation and fits the frame to the page.
BITRIX24_SCRIPT = "https://api.bitrix24.com"

_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=select_autoescape()
)


async def show_installer(request: Request[State], opening: FrameOpening) -> Response:
    """Register the robots and say what came of it; the page then ends the installation.

    Where a person must act first it is not ended, so that the installer is shown again.
    """
    proven = await request.state["admission"].frame(opening)
    past = await _register(request.state, proven.portal, proven.user_id)
    is_final = bool(past and past.failed and past.outputs["error_code"] in NEEDS_A_PERSON)
    return _page(proven.portal, past, finish=not is_final)


async def _register(state: State, portal: Portal, user_id: int) -> PastRun | None:
    return await register_watched(
        state["tools"], state["crew"].wake, portal, user_id=user_id, within=SHOWN_WITHIN
    )


def _page(
    portal: Portal, past: PastRun | None, *, finish: bool, is_registered: bool = False
) -> Response:
    html = _PAGES.get_template("frame.html").render(
        error=past.outputs["error_text"] if past and past.failed else "",
        is_registered=is_registered or bool(past and not past.failed),
        finish=finish,
    )
    scheme = portal.endpoint.partition("/rest/")[0]
    policy = (
        f"default-src 'none'; script-src 'self' {BITRIX24_SCRIPT}; style-src 'self'; "
        f"img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self' {scheme}"
    )
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store"}
    return HTMLResponse(html, headers=headers)
