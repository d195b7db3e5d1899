"""Section: links. What is public now, until when and by whom; how others ended."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy.engine import Connection
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from handlers.page import link_changes, link_search, rendering
from handlers.page.link_changes import not_found, shown_work
from handlers.page.link_search import Asked
from handlers.page.link_words import WORDS, mark
from handlers.page.visit import Visit, administrators, origin_of
from robot.store import audit, browsing, bulk
from robot.store.browsing import Place, Search
from robot.store.register import Link
from robot.work import spreadsheet
from robot.work.bulk import CODES, MOST_RUNS
from robot.work.spreadsheet import COLUMNS

AT_ONCE = 50  # links of the list
HISTORY = 50  # lines of one link
NOT_FOUND = mark("There is no such link in the register of this Bitrix24.")
FILE_NAME = "linkrobot-links.csv"


@administrators
async def section(visit: Visit) -> Response:
    """The section as it is opened; what was wished before and is not done yet is shown, too."""
    asked = link_search.read(visit.form, visit.portal.id)
    wishes = await visit.tools.database.read(
        lambda conn: bulk.under_way(conn, visit.portal.id, list(CODES.values()), reach=MOST_RUNS)
    )
    works = [await shown_work(visit, first, last) for first, last in wishes]
    return visit.show("page/links.html", **await _listed(visit, asked, None), works=works)


@administrators
async def found(visit: Visit) -> Response:
    """What was looked for, from its beginning or behind a link."""
    asked = link_search.read(visit.form, visit.portal.id)
    after = link_search.place(visit.form)
    template = "page/links_rows.html" if after else "page/links_found.html"
    return visit.show(template, **await _listed(visit, asked, after))


@administrators
async def about(visit: Visit) -> Response:
    """One link: its history, and what can be done with it."""
    link = await _one(visit)
    lines = await visit.tools.database.read(
        lambda conn: audit.newest(
            conn, portal_id=visit.portal.id, document_id=link.document_id, limit=HISTORY
        )
    )
    return visit.show(
        "page/link_about.html", link=link, lines=lines, now=datetime.now(UTC), **WORDS
    )


@administrators
async def head(visit: Visit) -> Response:
    """One link as it stands in the list, after something was done with it."""
    return visit.show("page/link_head.html", link=await _one(visit), now=datetime.now(UTC), **WORDS)


@administrators
async def as_csv(visit: Visit) -> Response:
    """All that were found, as a file; it is sent while it is read."""
    asked = link_search.read(visit.form, visit.portal.id)
    headers = {
        **rendering.headers(origin_of(visit.portal)),
        "Content-Disposition": f'attachment; filename="{FILE_NAME}"',
    }
    lines = _lines(visit, asked.search)
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)


async def _lines(visit: Visit, search: Search) -> AsyncIterator[str]:
    after: Place | None = None
    is_begun = False
    while after or not is_begun:
        links, after = await visit.tools.database.read(
            partial(_page, search=search, most=spreadsheet.TOGETHER, after=after)
        )
        now = datetime.now(UTC)
        rows = (spreadsheet.row_of(link, now) for link in links)
        yield "".join(spreadsheet.lines(COLUMNS, rows, has_heading=not is_begun))
        is_begun = True


async def _listed(visit: Visit, asked: Asked, after: Place | None) -> dict[str, Any]:
    links, following = await visit.tools.database.read(
        partial(_page, search=asked.search, most=AT_ONCE, after=after)
    )
    return {
        "asked": asked,
        "links": links,
        "after": link_search.written(following),
        "is_more": after is not None,
        "now": datetime.now(UTC),
        **WORDS,
    }


def _page(
    conn: Connection, search: Search, most: int, after: Place | None
) -> tuple[list[Link], Place | None]:
    page = browsing.page(conn, search, most=most, after=after)
    ids = [one.id for one in page.links]
    return browsing.in_full(conn, search.portal_id, ids), page.next


async def _one(visit: Visit) -> Link:
    link_id = int(visit.request.path_params["link_id"])
    links = await visit.tools.database.read(
        lambda conn: browsing.in_full(conn, visit.portal.id, [link_id])
    )
    if not links:
        raise not_found(visit, NOT_FOUND)
    return links[0]


ROUTES = (
    Route("/bitrix24/app/links", section),
    Route("/bitrix24/app/links/list", found),
    Route("/bitrix24/app/links/csv", as_csv, methods=["POST"]),
    Route("/bitrix24/app/links/{link_id:number}", about),
    Route("/bitrix24/app/links/{link_id:number}/head", head),
    *link_changes.ROUTES,
)
