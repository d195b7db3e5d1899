"""`linkrobot runs export ID...`: runs as a redacted file that the sandbox can replay."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from robot.cli.shown import looked_at
from robot.errors import SettingsError
from robot.protocol.items import MAX_ID
from robot.settings import Settings, load_settings
from robot.work.exporting.export import export_runs, portal_of_runs
from robot.work.opening import open_database

Numbers = Annotated[
    list[int],
    typer.Argument(
        metavar="ID...", min=1, max=MAX_ID, help="Their numbers, as `linkrobot runs` shows them."
    ),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", metavar="FILE", help="A new file, instead of the standard output."
    ),
]
WRITTEN = (
    "{count} to {file}, without secrets and names; the file itself says what was left out. "
    "Look at it before you give it away. Replay: linkrobot sandbox --replay {file}\n"
)


def export(numbers: Numbers, output: Output = None) -> None:
    """Write runs of one portal as a redacted JSON file that `linkrobot sandbox --replay` plays."""
    ids = list(dict.fromkeys(numbers))
    text = asyncio.run(_export(looked_at(load_settings()), ids))
    if output is None:
        sys.stdout.write(text)
        return
    try:
        with output.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise SettingsError(f"{output} is there already; nothing is overwritten.") from None
    count = "1 run was written" if len(ids) == 1 else f"{len(ids)} runs were written"
    sys.stderr.write(WRITTEN.format(count=count, file=output))


async def _export(settings: Settings, ids: list[int]) -> str:
    async with open_database(settings) as database:
        return await export_runs(database, await portal_of_runs(database, ids), ids)
