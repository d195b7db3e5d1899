"""`linkrobot portals`, `runs`: what is stored, as tables or JSON; no secrets."""

import asyncio
import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Any, TypeVar

import typer
from sqlalchemy.engine import Connection

from robot.cli.output import AsJson, cell, moment, new_table, print_json, print_table
from robot.cli.watched import watch
from robot.errors import SettingsError
from robot.flows.catalogue import ACTIVITIES, ROBOTS
from robot.flows.register import NOT_TAKEN
from robot.settings import Settings, load_settings
from robot.store import history, robots, unverified
from robot.store import portals as stored_portals
from robot.store.history import PastRun
from robot.store.portals import Portal
from robot.work.opening import open_database
from robot.work.registering import is_registered

OfPortal = Annotated[str, typer.Option("--portal", help="Only this one: its address or member_id.")]
ENDINGS = {
    "reported": "taken by the workflow",
    "not_awaited": "nobody waits",
    "workflow_gone": "workflow had ended",
    "refused": "answer refused",
    "undelivered": "portal never reached",
    "app_removed": "app removed",
    "portal_deleted": "portal deleted",
}
WAITS = (
    "{kept} message(s) of portals that are not installed wait to be verified: the authorization "
    "server cannot be reached, or LINKROBOT_CLIENT_ID does not name their application yet. The log "
    "says which.\n"
)
Row = TypeVar("Row")


def portals(context: typer.Context, as_json: AsJson = False) -> None:
    """Which portals have installed the app."""
    if context.invoked_subcommand:
        return
    rows = _ask(_portals)
    if as_json:
        print_json(rows)
        return
    table = new_table("Portal", "Member id", "Installed", "Waiting runs", "Robots")
    for row in rows:
        state = "removed" if row["removed_at"] else moment(row["installed_at"])
        table.add_row(
            cell(row["host"]), row["member_id"], state, str(row["waiting"]), row["robots"]
        )
    (kept,) = _ask(lambda conn, _settings: [unverified.waiting(conn)])
    if rows or not kept:
        print_table(table, "No portal has installed the app yet. README says how to add it.")
    if kept:
        sys.stdout.write(WAITS.format(kept=kept))


def runs(
    context: typer.Context,
    as_json: AsJson = False,
    portal: OfPortal = "",
    limit: Annotated[int, typer.Option(help="How many, newest first.", min=1)] = 30,
    watching: Annotated[
        bool, typer.Option("--watch", help="Each busy portal's burst as it is worked off.")
    ] = False,
) -> None:
    """What ran, newest first, and what came of it."""
    if context.invoked_subcommand:
        return
    if watching and (as_json or portal):
        raise SettingsError("--watch shows all portals, for people: leave --json and --portal out.")
    if watching:
        watch(looked_at(load_settings()))
        return

    def question(conn: Connection, _settings: Settings) -> list[PastRun]:
        return history.newest(conn, limit=limit, portal_id=_portal_id(conn, portal))

    rows = _ask(question)
    if as_json:
        print_json([asdict(row) for row in rows])
        return
    table = new_table("Run", "Received", "Portal", "Item", "Robot", "Answer", "Outcome")
    for row in rows:
        table.add_row(
            str(row.id),
            moment(row.received_at),
            cell(row.host),
            cell(row.document_id or "-"),
            cell(row.code),
            ENDINGS.get(row.ending or "", "waiting"),
            cell(in_words(row)),
        )
    print_table(table, "No robot has run yet.")


def in_words(run: PastRun) -> str:
    """What came of a run, in one line."""
    if not run.outputs:
        return "not decided yet"
    found = run.outputs.get("public_url") or run.outputs.get("linked_document_id") or "done"
    text = f"{run.outputs['error_code']}: {run.outputs['error_text']}" if run.failed else found
    return f"{text} ({run.note})" if run.note else text


def _portals(conn: Connection, settings: Settings) -> list[dict[str, Any]]:
    waiting = {found.member_id: found.count for found in history.waiting(conn)}
    return [
        {
            "host": portal.host,
            **{name: value for name, value in asdict(portal).items() if name != "id"},
            "robots": "" if portal.removed_at else _robots(conn, settings, portal),
            "waiting": waiting.get(portal.member_id, 0),
        }
        for portal in stored_portals.listed(conn)
    ]


def _robots(conn: Connection, settings: Settings, portal: Portal) -> str:
    registered = robots.registered(conn, portal.id)
    if not registered:
        return "none registered: linkrobot robots sync"
    if settings.public_url and not is_registered(conn, portal, settings):
        return "differ from the code: linkrobot robots sync"
    there = ", ".join(sorted(code for code in registered if code in ROBOTS))
    if any(registered.get(code, NOT_TAKEN) != NOT_TAKEN for code in ACTIVITIES):
        return f"{there}; in the workflow designer, too"
    return there


def _portal_id(conn: Connection, name: str) -> int | None:
    return installed(conn, name).id if name else None


def installed(conn: Connection, name: str) -> Portal:
    """The installed portal of that address or member_id.

    Raises:
        SettingsError: there is none.
    """
    portal = stored_portals.find_by_name(conn, name)
    if portal is None:
        raise SettingsError(f"No installed portal is called {name}. See `linkrobot portals`.")
    return portal


def _ask(question: Callable[[Connection, Settings], list[Row]]) -> list[Row]:
    """Ask the database, also while the app runs."""
    settings = looked_at(load_settings())

    async def ask() -> list[Row]:
        async with open_database(settings) as database:
            return await database.read(lambda conn: question(conn, settings))

    return asyncio.run(ask())


def looked_at(settings: Settings) -> Settings:
    """A command that only looks makes no database."""
    path = settings.database_path
    if not settings.is_shared and not path.exists():
        raise SettingsError(
            f"There is no database at {path.absolute()}. Start this in the folder where Linkrobot "
            "runs, or set LINKROBOT_DATA_DIR as it has it. Before the first `serve` there is none."
        )
    return settings
