"""Public links as anyone opens them: `/~xxxxx` and the page behind it. Wire facts 10.2."""

from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from sandbox.documents import Document
from sandbox.site import Site


async def short_link(site: Site, request: Request) -> Response:
    """A redirect to the document's page; a link that was turned off is not found."""
    for document in site.portal.documents.values():
        if document.link and document.link.short == request.path_params["short"]:
            page = f"/pub/document/{document.id}/{document.link.md5}/"
            return RedirectResponse(f"{site.portal.url}{page}", status_code=302)
    return PlainTextResponse("404 Not Found", status_code=404)


async def public_page(site: Site, request: Request) -> Response:
    document = site.portal.documents.get(request.path_params["id"])
    if document is None or not _opens(document, request.path_params["md5"]):
        return PlainTextResponse("404 Not Found", status_code=404)
    if document.link:
        url = document.link.url(site.portal.url)
        site.portal.journal.add("link.opened", url=url, document=document.id)
    title = escape(f"{document.title} {document.number}")
    body = f"<h1>{title}</h1><p>{_progress(document, site.portal.clock.now())}</p>"
    head = f"<head><title>{title}</title></head>"
    return HTMLResponse(f"<!DOCTYPE html><html>{head}<body>{body}</body></html>")


def _progress(document: Document, now: float) -> str:
    """The page opens before the PDF is there and shows it later; its words are made up."""
    if document.is_ready(now):
        return "The document is ready."
    if document.has_failed(now):
        return "The document could not be converted."
    return "The document is being prepared."


def _opens(document: Document, md5: str) -> bool:
    return document.link is not None and document.link.md5 == md5
