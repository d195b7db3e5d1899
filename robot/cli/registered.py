"""`linkrobot robots sync`: register the robots again where they differ from the code."""

import asyncio
from collections.abc import Mapping
from typing import Annotated

import typer
from sqlalchemy.engine import Connection

from robot.cli.output import AsJson, cell, new_table, print_json, print_table
from robot.cli.shown import OfPortal, installed
from robot.settings import Settings, load_settings
from robot.store import portals, robots
from robot.store.history import PastRun
from robot.store.runs import NewRun
from robot.work.errands import GIVE_UP_AFTER, Errands, open_errands
from robot.work.registering import registering

Anew = Annotated[bool, typer.Option("--all", help="Update them even where nothing differs.")]


def sync(as_json: AsJson = False, portal: OfPortal = "", anew: Anew = False) -> None:
    """Register the robots again where they differ from the code."""
    settings = load_settings()
    settings.required_public_url()
    done = asyncio.run(_sync(settings, portal, anew=anew))
    rows = [
        {
            "portal": run.host,
            "succeeded": bool(run.outputs) and not run.failed,
            "error_code": run.outputs.get("error_code", ""),
            "error_text": run.outputs.get("error_text", ""),
        }
        for run in done
    ]
    if as_json:
        print_json(rows)
    else:
        table = new_table("Portal", "Robots")
        for row in rows:
            table.add_row(cell(str(row["portal"])), cell(_words(row)))
        print_table(table, "No portal has installed the app yet. README says how to add it.")
    raise typer.Exit(0 if all(row["succeeded"] for row in rows) else 1)


async def _sync(settings: Settings, name: str, *, anew: bool) -> list[PastRun]:
    async with open_errands(settings) as errands:
        ids = await _queue(errands, settings, name, anew=anew)
        return [run async for run in errands.outcomes(ids)]


async def _queue(errands: Errands, settings: Settings, name: str, *, anew: bool) -> list[int]:
    def choose(conn: Connection) -> list[NewRun]:
        found = [installed(conn, name)] if name else portals.listed(conn)
        return [
            registering(
                portal,
                settings,
                user_id=portal.user_id,
                known={} if anew else robots.registered(conn, portal.id),
                give_up_after=GIVE_UP_AFTER,
            )
            for portal in found
            if not portal.removed_at
        ]

    return await errands.queue(await errands.database.read(choose))


def _words(row: Mapping[str, object]) -> str:
    if row["succeeded"]:
        return "registered"
    return str(row["error_text"]) or "the app was removed from this portal meanwhile"
