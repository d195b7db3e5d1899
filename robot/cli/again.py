"""`linkrobot runs retry ID`: a run that is over once more."""

import asyncio
import sys
from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated

import typer

from robot.cli.output import AsJson, print_json
from robot.cli.shown import ENDINGS, in_words, looked_at
from robot.protocol.items import MAX_ID
from robot.settings import Settings, load_settings
from robot.store.again import DONE_AGAIN
from robot.store.history import PastRun
from robot.store.runs import Ending
from robot.work.errands import open_errands
from robot.work.retrying import Retried
from robot.work.retrying import retry as retry_run

Number = Annotated[
    int,
    typer.Argument(
        metavar="ID", min=1, max=MAX_ID, help="Its number, as `linkrobot runs` shows it."
    ),
]
GONE_ON = (
    "The workflow has gone on with the answer of run {first}, and is told nothing. Whoever waits "
    "for this must be told by hand."
)
LOST = (
    "The workflow cannot be told: what is needed for it is not kept for a run that ended so "
    "({ending}). If the deal still waits, end its workflow by hand in Bitrix24."
)
TOLD_NOTHING: Mapping[str, str] = {
    Ending.REPORTED: GONE_ON,
    Ending.NOT_AWAITED: "No workflow waits for it.",
    DONE_AGAIN: "The answer is that of the run which did it again before ({ending}).",
    Ending.WORKFLOW_GONE: "The workflow had ended before run {first} was answered.",
}
TAKEN = "The workflow took this answer and goes on."
BEING_TOLD = (
    "The workflow has not taken this answer yet; Linkrobot goes on trying while it runs. See "
    "`linkrobot runs`."
)
NOT_TAKEN = "The workflow did not take this answer: {ending}."


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
    first, run = done.first, done.run
    if not done.is_told:
        how = DONE_AGAIN if DONE_AGAIN in (first.note or "") else first.ending or ""
        told = TOLD_NOTHING.get(how, LOST)
        return told.format(first=first.id, ending=_ending(first))
    if run.ending is None:
        return BEING_TOLD
    return TAKEN if run.ending == Ending.REPORTED else NOT_TAKEN.format(ending=_ending(run))


def _ending(run: PastRun) -> str:
    ending = ENDINGS.get(run.ending or "", "")
    return f"{ending}: {run.note}" if run.note else ending
