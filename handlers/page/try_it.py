"""Section: try it. One run of the robot for a CRM item, with one's own eyes on each step.

It is a run like any other, on behalf of whoever looks, that no workflow waits for.
"""

from collections.abc import Mapping
from dataclasses import replace

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from handlers.page import words
from handlers.page.causes import cause_of
from handlers.page.shown_run import Shown
from handlers.page.texts import mark, said
from handlers.page.visit import Visit, administrators
from robot.errors import UnreadableError
from robot.flows.catalogue import DEFINITIONS, DISABLE, ENABLE, ITEMS, ROBOTS
from robot.flows.items import LISTED
from robot.flows.texts import localized
from robot.protocol.fields import Fields
from robot.protocol.items import ENTITY_TYPES, MAX_ID, Item
from robot.store import found_runs
from robot.store.runs import NewRun, Source
from robot.work import newrun
from robot.work.errands import GIVE_UP_AFTER
from robot.work.installing import decided

RUN = "/bitrix24/app/try/run"
FOUND_WITHIN = 8.0  # seconds; a person waits
KINDS: Mapping[int, str] = {kind: name for name, kind in ENTITY_TYPES.items() if kind in LISTED}
NOT_AN_ITEM = mark("Choose a CRM item first.")
GONE = mark("There is no such run any more: old ones are forgotten.")


@administrators
async def section(visit: Visit) -> Response:
    """The section as it is opened: which item, and with what the robot is to be filled in."""
    language = visit.session.language
    fields = {field.name: field for field in ROBOTS[ENABLE].definition.inputs}
    return visit.show(
        "page/try_it.html",
        kinds={kind: words.KINDS[kind] for kind in KINDS},
        robots={one.code: one.name[language] for one in DEFINITIONS},
        titles={name: field.title[language] for name, field in fields.items()},
        document_help=fields["document_id"].description[language],
        choices={
            value: localized(f"input.which.{value}")[language] for value in fields["which"].options
        },
        templates=sorted(visit.portal.templates.items()),
        action=RUN,
    )


@administrators
async def items(visit: Visit) -> Response:
    """The newest items, or those that were looked for."""
    kind = _kind(visit.form)
    run = newrun.of_our_own(
        ITEMS,
        visit.portal.id,
        source=Source.PAGE,
        user_id=visit.session.user_id,
        inputs={"entity_type_id": kind, "text": visit.form.text("text")},
        give_up_after=GIVE_UP_AFTER,
    )
    run_id = await visit.errands.queue_watched(run)
    past = await decided(visit.errands.database, run_id, within=FOUND_WITHIN)
    if past and past.decided_at:
        await visit.errands.forget([run_id])
    found = [line.partition(" ") for line in past.outputs.get("items", ())] if past else []
    return visit.show(
        "page/try_items.html",
        kind=kind,
        found=[(int(number), title) for number, _space, title in found],
        cause=cause_of(past.outputs["error_code"]) if past and past.failed else None,
        is_slow=past is None,
        names=words.ITEMS,
    )


@administrators
async def run(visit: Visit) -> Response:
    """Let the robot run once; its steps are asked for then."""
    run_id = await visit.errands.queue_watched(_new(visit))
    return await _steps(visit, run_id)


@administrators
async def steps(visit: Visit) -> Response:
    """How far that run is."""
    return await _steps(visit, visit.request.path_params["run_id"])


async def _steps(visit: Visit, run_id: int) -> Response:
    found = await visit.tools.database.read(
        lambda conn: found_runs.by_ids(conn, visit.portal.id, [run_id])
    )
    if not found or found[0].source != Source.PAGE:
        raise HTTPException(404, said(visit.session.language, GONE))
    shown = Shown(found[0], visit.session.language, visit.tools.settings.keep_runs)
    return visit.show(
        "page/try_steps.html",
        shown=shown,
        is_enabling=found[0].code == ENABLE,
        disable=DISABLE,
        action=RUN,
    )


def _new(visit: Visit) -> NewRun:
    form = visit.form
    code = DISABLE if form.text("robot") == DISABLE else ENABLE
    names = [field.name for field in ROBOTS[code].definition.inputs]
    made = newrun.of_our_own(
        code,
        visit.portal.id,
        source=Source.PAGE,
        user_id=visit.session.user_id,
        inputs={name: form.text(name) for name in names if form.text(name)},
        give_up_after=GIVE_UP_AFTER,
    )
    item = _item(visit)
    return replace(made, item=item, document_id=item.document_id if item else "")


def _item(visit: Visit) -> Item | None:
    """The chosen one; without one a document must be named."""
    number = visit.form.number("item")
    if number and number <= MAX_ID:
        kind = _kind(visit.form)
        return Item(entity_type_id=kind, id=number, document_id=f"{KINDS[kind]}_{number}")
    if visit.form.text("document_id"):
        return None
    raise HTTPException(400, said(visit.session.language, NOT_AN_ITEM))


def _kind(form: Fields) -> int:
    kind = form.number("kind") or ENTITY_TYPES["DEAL"]
    if kind not in KINDS:
        raise UnreadableError("kind is not a type of CRM items that can be listed")
    return kind


ROUTES = (
    Route("/bitrix24/app/try", section),
    Route("/bitrix24/app/try/items", items),
    Route(RUN, run, methods=["POST"]),
    Route("/bitrix24/app/try/{run_id:number}", steps),
)
