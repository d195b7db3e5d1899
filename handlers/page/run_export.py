"""Section: runs. A redacted file of runs, which the sandbox can replay."""

from datetime import UTC, datetime

from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from handlers.page import rendering, run_search
from handlers.page.texts import mark, translations_of
from handlers.page.visit import Visit, administrators
from robot.errors import SettingsError
from robot.store import found_runs
from robot.work.exporting.export import export_runs

_ = mark
MOST = 200  # runs of a file
NOTHING = _("No run was exported: none fits, or they were forgotten meanwhile. Search anew.")


@administrators
async def export(visit: Visit) -> Response:
    """The ticked runs; with none ticked, the newest that fit what is looked for."""
    is_chosen = bool(visit.form.inner("run").values)
    ids = await (_ticked(visit) if is_chosen else _found(visit))
    if not ids:
        return _nothing(visit)
    try:
        text = await export_runs(visit.tools.database, visit.portal.id, ids)
    except SettingsError:  # forgotten just now
        return _nothing(visit)
    name = f"linkrobot-runs-{datetime.now(UTC):%Y-%m-%d-%H%M%S}.json"
    attached = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type="application/json", headers=rendering.headers() | attached)


def _nothing(visit: Visit) -> Response:
    text = translations_of(visit.session.language).gettext(NOTHING)
    return PlainTextResponse(text, status_code=404, headers=rendering.headers())


async def _ticked(visit: Visit) -> list[int]:
    ids = visit.form.inner("run").numbered()[:MOST]
    found = await visit.tools.database.read(
        lambda conn: found_runs.by_ids(conn, visit.portal.id, ids)
    )
    return [run.id for run in found]


async def _found(visit: Visit) -> list[int]:
    search = run_search.read(visit.form)
    if not search.is_readable:
        return []
    wanted = search.wanted(visit.portal.id)
    found = await visit.tools.database.read(lambda conn: found_runs.found(conn, wanted, limit=MOST))
    return [run.id for run in found]


ROUTES = (Route("/bitrix24/app/runs/export", export, methods=["POST"]),)
