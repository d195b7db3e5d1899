"""What an administrator does with links: turns them off, gives them a new end, has them looked at.

Nothing waits for Bitrix24 here: a wish is written down, and the page looks how far it is.
"""

from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from handlers.page import link_search
from handlers.page.link_words import WORDS, mark
from handlers.page.texts import translations_of
from handlers.page.visit import Visit, administrators
from robot.errors import UnreadableError
from robot.store import browsing, bulk
from robot.store.browsing import Seen
from robot.store.links import LinkState
from robot.store.register import Link
from robot.work import bulk as wishes
from robot.work.bulk import MOST, Kind, Wish

ENDS = (7, 14, 30, 90)  # days from now on; 0 stands for no end
SHOWN = 10  # links, before they are turned off
LOOKS_UP_TO = 50  # links: so few are done in a moment, and the list is shown anew by itself
NOT_FOUND = mark("There is no such work in this Bitrix24 any more.")
# What is asked for only, its run looks after.
_CAN_END = (LinkState.PUBLIC, LinkState.UNKNOWN)


@administrators
async def ask(visit: Visit) -> Response:
    """Show what would be turned off; nothing is done yet."""
    is_all = visit.form.text("all") == "Y"
    asked = link_search.read(visit.form, visit.portal.id)

    found = await _meant(visit, most=MOST + 1)
    ids = [one.id for one in found[:SHOWN]]
    some = await visit.tools.database.read(
        lambda conn: browsing.in_full(conn, visit.portal.id, ids)
    )
    chosen = found[:MOST]
    return visit.show(
        "page/links_ask.html",
        asked=asked,
        is_all=is_all,
        ids=[] if is_all else [one.id for one in chosen],
        number=len(chosen),
        has_more=len(found) > MOST,
        some=some,
        up_to=max((one.id for one in chosen), default=0),
        **WORDS,
    )


@administrators
async def turn_off(visit: Visit) -> Response:
    """Write down that these links are to be turned off."""
    found = await _meant(visit, most=MOST)
    if not found:
        return visit.show("page/links_nothing.html")
    first, last = await wishes.turn_off(visit.errands, _wish(visit), found)
    return _told(visit, await shown_work(visit, first, last, found))


@administrators
async def extend(visit: Visit) -> Response:
    """Write down that the chosen links get a new end."""
    days = visit.form.number("days")
    if days not in (0, *ENDS):
        raise UnreadableError("days is none of the ends that can be chosen")
    found = [link for link in await _chosen(visit) if link.state in _CAN_END]
    if not found:
        return visit.show("page/links_nothing.html")
    first, last = await wishes.extend(visit.errands, _wish(visit), found, days=days)
    seen = [Seen(id=link.id, document_id=link.document_id) for link in found]
    return _told(visit, await shown_work(visit, first, last, seen))


@administrators
async def look(visit: Visit) -> Response:
    """Write down that Bitrix24 is to be asked which of the found links are public."""
    found = await _found(visit, most=MOST)
    if not found:
        return visit.show("page/links_nothing.html")
    first, last = await wishes.look(visit.errands, _wish(visit), found)
    return _told(visit, await shown_work(visit, first, last, found))


@administrators
async def work(visit: Visit) -> Response:
    """How far a wish is."""
    numbers = visit.request.path_params
    shown = await shown_work(visit, int(numbers["first"]), int(numbers["last"]))
    return _told(visit, {**shown, "link_id": visit.form.number("link")})


async def shown_work(
    visit: Visit, first: int, last: int, links: list[Seen] | None = None
) -> dict[str, Any]:
    """How far the wish of these runs is, as the templates show it."""
    portions = []
    if last - first <= wishes.REACH:
        portions = await visit.tools.database.read(
            lambda conn: bulk.between(conn, visit.portal.id, first, last)
        )
    progress = wishes.progress(portions)
    if progress is None:
        raise not_found(visit, NOT_FOUND)
    return {
        "first": first,
        "last": last,
        "progress": progress,
        "is_mine": progress.user_id == visit.session.user_id,
        "link_id": links[0].id if links and len(links) == 1 else None,
        "is_short": progress.links <= LOOKS_UP_TO,
        "is_new": links is not None,
    }


def not_found(visit: Visit, text: str) -> HTTPException:
    """The answer about what is not there, or is another portal's."""
    return HTTPException(404, translations_of(visit.session.language).gettext(text))


def _told(visit: Visit, shown: dict[str, Any]) -> Response:
    return visit.show("page/links_work.html", work=shown, kinds=Kind)


def _wish(visit: Visit) -> Wish:
    return Wish(
        portal_id=visit.portal.id,
        user_id=visit.session.user_id,
        give_up_after=visit.tools.settings.give_up_after,
    )


async def _meant(visit: Visit, *, most: int) -> list[Seen]:
    """The chosen links, or all that were found, as far as they are or may be public."""
    if visit.form.text("all") == "Y":
        return await _found(visit, most=most)
    links = await _chosen(visit)
    return [Seen(id=link.id, document_id=link.document_id) for link in links if link.is_open]


async def _chosen(visit: Visit) -> list[Link]:
    ids = link_search.numbers(visit.form, "link")
    return await visit.tools.database.read(
        lambda conn: browsing.in_full(conn, visit.portal.id, ids)
    )


async def _found(visit: Visit, *, most: int) -> list[Seen]:
    asked = link_search.read(visit.form, visit.portal.id)
    if asked.is_ended:
        return []
    return await wishes.gather(visit.tools.database, asked.search, most=most)


ROUTES = (
    Route("/bitrix24/app/links/off/ask", ask, methods=["POST"]),
    Route("/bitrix24/app/links/off", turn_off, methods=["POST"]),
    Route("/bitrix24/app/links/extend", extend, methods=["POST"]),
    Route("/bitrix24/app/links/look", look, methods=["POST"]),
    Route("/bitrix24/app/links/work/{first:number}/{last:number}", work),
)
