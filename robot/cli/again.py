"""`linkrobot runs retry ID`: a run that is over once more."""

import asyncio
import sys
from dataclasses import asdict
from typing import Annotated

import typer

from robot.cli.output import AsJson, print_json
from robot.cli.shown import ENDINGS, in_words, looked_at
from robot.protocol.items import MAX_ID
from robot.settings import Settings, load_settings
from robot.store.history import PastRun
from robot.work.errands import open_errands
from robot.work.retrying import Retried, Told
from robot.work.retrying import retry as retry_run

Number = Annotated[
    int,
    typer.Argument(
        metavar="ID", min=1, max=MAX_ID, help="Its number, as `linkrobot runs` shows it."
    ),
]
WORKFLOW = {
    Told.TAKEN: "The workflow took this answer and goes on.",
    Told.BEING_TOLD: (
        "The workflow has not taken this answer yet; Linkrobot goes on trying while it runs. See "
        "`linkrobot runs`."
    ),
    Told.NOT_TAKEN: "The workflow did not take this answer: {ending}.",
    Told.GONE_ON: (
        "The workflow has gone on with the answer of run {first}, and is told nothing. Whoever "
        "waits for this must be told by hand."
    ),
    Told.NOBODY_WAITS: "No workflow waits for it.",
    Told.DONE_BEFORE: "The answer is that of the run which did it again before ({ending}).",
    Told.HAD_ENDED: "The workflow had ended before run {first} was answered.",
    Told.LOST: (
        "The workflow cannot be told: what is needed for it is not kept for a run that ended so "
        "({ending}). If the deal still waits, end its workflow by hand in Bitrix24."
    ),
}


def retry(number: Number, as_json: AsJson = False) -> None:
    """Do a run that is over again, on behalf of the same employee.

    Its workflow is told only where no answer was taken yet. Status 0: it worked, 1: it failed,
    2: nothing was done.
    """
    done = asyncio.run(_retry(looked_at(load_settings()), number))
    succeeded = bool(done.run.outputs) and not done.run.failed
    told = workflow_in_words(done)
    if as_json:
        print_json([{**asdict(done.run), "retry_of": number, "workflow": told}])
    else:
        sys.stdout.write(
            f"Run {done.run.id} did run {number} again: {in_words(done.run)}\n{told}\n"
        )
    raise typer.Exit(0 if succeeded else 1)


async def _retry(settings: Settings, number: int) -> Retried:
    async with open_errands(settings) as errands:
        return await retry_run(errands, settings, number, begun=_say_begun)


def _say_begun(number: int) -> None:
    """Standard output is for what came of it."""
    sys.stderr.write(f"Run {number} does it again. Ctrl+C ends only the waiting for it.\n")


def workflow_in_words(done: Retried) -> str:
    """What its workflow has of it."""
    which = done.run if done.is_told else done.first
    return WORKFLOW[done.told].format(first=done.first.id, ending=_ending(which))


def _ending(run: PastRun) -> str:
    ending = ENDINGS.get(run.ending or "", "")
    return f"{ending}: {run.note}" if run.note else ending
