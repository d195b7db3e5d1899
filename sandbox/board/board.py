"""The board's page and its files; what it shows and does comes from the control plane."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from sandbox.site import Site

_HERE = Path(__file__).parent
# A deal's page has the address that it has in Bitrix24, so that an app can lead there.
PATHS = ("/", "/crm/{kind}/details/{id:int}/", "/crm/type/{kind:int}/details/{id:int}/")
# Only files of ours; the frame of the app is a page of this portal, too.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


async def page(_site: Site, _request: Request) -> Response:
    """The same page for all portals and deals: its scripts ask what is there."""
    text = (_HERE / "templates" / "board.html").read_text(encoding="utf-8")
    return HTMLResponse(text, headers=HEADERS)


class Static(StaticFiles):
    """Scripts and styles, asked for anew each time: an upgrade must not meet old ones."""

    def __init__(self) -> None:
        super().__init__(directory=_HERE / "static")

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A file with its headers."""
        answer = await super().get_response(path, scope)
        answer.headers["Cache-Control"] = "no-cache"
        answer.headers["X-Content-Type-Options"] = "nosniff"
        return answer
