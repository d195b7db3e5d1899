"""Section: runs. One run in full, and doing it again."""

from datetime import UTC, datetime

from sqlalchemy.engine import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from handlers.page import words
from handlers.page.shown_run import Shown
from handlers.page.texts import mark, said
from handlers.page.visit import Visit, administrators
from robot.flows.catalogue import RULES
from robot.store import again, bursts, found_runs, history, links_of_run
from robot.store.bursts import Burst
from robot.store.found_runs import FoundRun
from robot.store.links_of_run import LinkNow
from robot.store.runs import Source
from robot.work import retrying
from robot.work.not_retried import NotRetriedError, Why
from robot.work.retrying import Asked, Retried

MOST_LINKS = 50  # shown of a run
NOT_FOUND = mark("There is no such run any more: old ones are forgotten.")


@administrators
async def details(visit: Visit) -> Response:
    """All that is known of it."""
    run_id = visit.request.path_params["run_id"]

    def look(conn: Connection) -> tuple[FoundRun, list[LinkNow]]:
        run = _run(conn, visit, run_id)
        ids = sorted(_documents(run), reverse=True)[:MOST_LINKS]
        links = links_of_run.of_documents(conn, visit.portal.id, ids)
        return run, [links[one] for one in ids if one in links]

    run, links = await visit.tools.database.read(look)
    return visit.show(
        "page/run.html",
        shown=_shown(visit, run),
        links=links,
        sources=words.SOURCES,
        link_ended=words.LINK_ENDED,
        most_links=MOST_LINKS,
    )


@administrators
async def retry(visit: Visit) -> Response:
    """Do it again; what came of it is asked for then."""
    run_id = visit.request.path_params["run_id"]
    run = await visit.tools.database.read(lambda conn: _run(conn, visit, run_id))
    if run.code not in RULES:
        return _not_retried(visit, NotRetriedError(Why.UNKNOWN, run_id))
    asked = Asked(
        run_id=run_id,
        source=Source.PAGE,
        portal_id=visit.portal.id,
        seen=visit.form.number("seen") or 0,
    )
    tools = visit.tools
    try:
        begun = await retrying.begin(visit.errands, tools.settings, tools.vault, asked)
    except NotRetriedError as error:
        return _not_retried(visit, error)
    return await _came(visit, run_id, begun.run_id, has_begun=True)


@administrators
async def came(visit: Visit) -> Response:
    """What came of doing it again so far."""
    parameters = visit.request.path_params
    return await _came(visit, parameters["run_id"], parameters["new_id"])


async def _came(visit: Visit, run_id: int, new_id: int, *, has_begun: bool = False) -> Response:
    """With the list looking for the new run, where it has just begun."""
    now = datetime.now(UTC)

    def look(conn: Connection) -> tuple[FoundRun, Retried, Burst | None]:
        new = _run(conn, visit, new_id)
        old = _run(conn, visit, run_id)
        if new_id not in again.done_again_by(old.note):
            raise _not_found(visit)
        first, again_run = history.by_ids(conn, [run_id, new_id])
        burst = bursts.burst(conn, visit.portal.id, now=now, since=None) if has_begun else None
        return new, Retried(first=first, run=again_run, is_told=new.wants_reply), burst

    new, retried, burst = await visit.tools.database.read(look)
    return visit.show(
        "page/run_again.html",
        first=run_id,
        shown=_shown(visit, new),
        told=words.TOLD[retried.told],
        burst=burst,
    )


def _not_retried(visit: Visit, error: NotRetriedError) -> Response:
    return visit.show(
        "page/run_not_retried.html", text=words.NOT_RETRIED[error.why], other=error.other
    )


def _run(conn: Connection, visit: Visit, run_id: int) -> FoundRun:
    """That run of the visit's portal; another portal's is none."""
    found = found_runs.by_ids(conn, visit.portal.id, [run_id])
    if not found:
        raise _not_found(visit)
    return found[0]


def _not_found(visit: Visit) -> HTTPException:
    return HTTPException(404, said(visit.session.language, NOT_FOUND))


def _documents(run: FoundRun) -> set[int]:
    """Those that it changed, or was about to."""
    linked = str(run.outputs.get("linked_document_id", "")).split(",")
    return {*(run.chosen or ()), *(int(one) for one in linked if one.strip().isdigit())}


def _shown(visit: Visit, run: FoundRun) -> Shown:
    return Shown(run, visit.session.language, visit.tools.settings.keep_runs)


ROUTES = (
    Route("/bitrix24/app/runs/{run_id:number}", details),
    Route("/bitrix24/app/runs/{run_id:number}/retry", retry, methods=["POST"]),
    Route("/bitrix24/app/runs/{run_id:number}/again/{new_id:number}", came),
)
