"""Section: runs. The list, newest first, live while a burst is worked off."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.engine import Connection
from starlette.responses import Response
from starlette.routing import Route

from handlers.page import run_details, run_export, run_search
from handlers.page.run_search import Search
from handlers.page.shown_run import Shown
from handlers.page.visit import Visit, administrators
from robot.store import bursts, found_runs
from robot.store.bursts import Burst
from robot.store.found_runs import FoundRun, Stage

AT_ONCE = 30  # runs of the list
NEW_AT_ONCE = 100  # of those that come while one looks; the others come with the next look


@administrators
async def section(visit: Visit) -> Response:
    """The section as it is opened."""
    search = run_search.nothing()
    return visit.show("page/runs.html", **await _first(visit, search), search=search)


@administrators
async def listed(visit: Visit) -> Response:
    """What was looked for: the newest, or those older than `before`."""
    search, before = run_search.read(visit.form), visit.form.number("before")
    if before is None:
        return visit.show("page/runs_found.html", **await _first(visit, search), search=search)
    runs = await _find(visit, search, before=before)
    return visit.show(
        "page/runs_rows.html", **_page(visit, search, runs), search=search, focus=True
    )


@administrators
async def progress(visit: Visit) -> Response:
    """The burst as it is now, and what of the list is new by now."""
    form, now = visit.form, datetime.now(UTC)
    search, newest = run_search.read(form), form.number("newest")
    wanted = replace(search.wanted(visit.portal.id), after=newest or 0)
    open_ids = form.inner("open").numbered()

    def look(conn: Connection) -> tuple[Burst, list[FoundRun], list[FoundRun]]:
        since = form.moment("since")
        burst = bursts.burst(conn, visit.portal.id, now=now, since=since)
        new = found_runs.found(conn, wanted, limit=NEW_AT_ONCE) if search.is_readable else []
        return burst, new, found_runs.by_ids(conn, visit.portal.id, open_ids)

    burst, new, shown = await visit.tools.database.read(look)
    return visit.show(
        "page/runs_progress.html",
        burst=burst,
        new=_shown(visit, new),
        newest=new[0].id if new else newest or 0,
        changed=_shown(visit, [run for run in shown if run.stage is not Stage.WAITING]),
    )


async def _first(visit: Visit, search: Search) -> dict[str, Any]:
    """The newest ones, and what waits."""
    now, portal_id = datetime.now(UTC), visit.portal.id
    burst = await visit.tools.database.read(
        lambda conn: bursts.burst(conn, portal_id, now=now, since=None)
    )
    runs = await _find(visit, search)
    return {"burst": burst, "newest": runs[0].id if runs else 0, **_page(visit, search, runs)}


async def _find(visit: Visit, search: Search, before: int | None = None) -> list[FoundRun]:
    """One more than are shown, where there are more."""
    if not search.is_readable:
        return []
    wanted = replace(search.wanted(visit.portal.id), before=before)
    return await visit.tools.database.read(
        lambda conn: found_runs.found(conn, wanted, limit=AT_ONCE + 1)
    )


def _page(visit: Visit, search: Search, runs: Sequence[FoundRun]) -> dict[str, Any]:
    shown = _shown(visit, runs[:AT_ONCE])
    older = ""
    if len(runs) > AT_ONCE:
        older = urlencode({**search.query, "before": shown[-1].run.id})
    return {"rows": shown, "older": older, "most_exported": run_export.MOST}


def _shown(visit: Visit, runs: Sequence[FoundRun]) -> list[Shown]:
    kept_for = visit.tools.settings.keep_runs
    return [Shown(run, visit.session.language, kept_for) for run in runs]


ROUTES = (
    Route("/bitrix24/app/runs", section),
    Route("/bitrix24/app/runs/list", listed),
    Route("/bitrix24/app/runs/progress", progress),
    *run_export.ROUTES,
    *run_details.ROUTES,
)
