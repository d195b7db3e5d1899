"""What a flow yields or ends with, as the ledger notes it."""

from collections.abc import Mapping

from robot.flows.flow import Chosen, Granted, Pause, Step
from robot.store.runs import Ending
from robot.work.job import Decided, Job
from robot.work.ledger import Ledger

# run -> what it chose, which is on disk already, and what of that is granted
Noted = Mapping[int, tuple[Chosen, Granted]]


def note(ledger: Ledger, job: Job, step: Step | Decided, noted: Noted) -> None:
    """To be written down before the flow goes on; calls are not."""
    if isinstance(step, Chosen):
        if noted.get(job.run.id, (None,))[0] != step:
            ledger.chosen(job, step)
    elif isinstance(step, Pause):
        ledger.paused(job.run, step)
    elif isinstance(step, Decided):
        ledger.decided(job, step)
        if not job.run.wants_reply:
            ledger.finished(job.run, Ending.NOT_AWAITED)
