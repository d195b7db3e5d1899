"""Public links as anyone opens them: `/~xxxxx` and the page behind it. Wire facts 10.2."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from sandbox.board import board
from sandbox.documents import Document
from sandbox.site import Site

# The page's script looks again until the document is there; that is nobody who opens the link.
LOOKS_AGAIN = "again"

_PAGES = Environment(
    loader=FileSystemLoader(Path(board.__file__).parent / "templates"),
    autoescape=select_autoescape(),
)


async def short_link(site: Site, request: Request) -> Response:
    """A redirect to the document's page; a link that was turned off is not found."""
    for document in site.portal.documents.values():
        if document.link and document.link.short == request.path_params["short"]:
            page = f"/pub/document/{document.id}/{document.link.md5}/"
            return RedirectResponse(f"{site.portal.url}{page}", status_code=302)
    return _gone()


async def public_page(site: Site, request: Request) -> Response:
    document = site.portal.documents.get(request.path_params["id"])
    if document is None or not _opens(document, request.path_params["md5"]):
        return _gone()
    if document.link and LOOKS_AGAIN not in request.query_params:
        url = document.link.url(site.portal.url)
        site.portal.journal.add("link.opened", url=url, document=document.id)
    state, words = _progress(document, site.portal.clock.now())
    template = site.portal.templates.get(document.template_id)
    return _page(
        "public.html",
        document=document,
        kind=template.name if template else "Document",
        portal=site.portal.domain,
        state=state,
        words=words,
    )


def _progress(document: Document, now: float) -> tuple[str, str]:
    """The page opens before the PDF is there and shows it later; its words are made up."""
    if document.is_ready(now):
        return "ready", "The document is ready."
    if document.has_failed(now):
        return "failed", "The document could not be converted."
    return "pending", "The document is being prepared."


def _opens(document: Document, md5: str) -> bool:
    return document.link is not None and document.link.md5 == md5


def _gone() -> Response:
    return _page("gone.html", status=404)


def _page(name: str, *, status: int = 200, **values: object) -> Response:
    html = _PAGES.get_template(name).render(**values)
    return HTMLResponse(html, status_code=status, headers=board.HEADERS)
