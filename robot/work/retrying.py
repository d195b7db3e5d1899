"""A run that is over is done again, as a run of its own: `linkrobot runs retry`, and the page.

Its workflow is told only where no answer of ours was taken yet: then the new run takes over what
is needed for it, so that there is never more than one that may answer.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from sqlalchemy.engine import Connection

from robot.flows.catalogue import REGISTER
from robot.settings import Settings
from robot.store import again, history
from robot.store.again import Before
from robot.store.history import PastRun
from robot.store.portals import Portal
from robot.store.runs import Ending, Source, StoredRun
from robot.store.vault import UnopenedError, Vault
from robot.work import newrun
from robot.work.errands import GIVE_UP_AFTER, LOOKS_EVERY, Errands
from robot.work.not_retried import NotRetriedError, Why
from robot.work.opening import open_vault_of

TAKEN_WITHIN = 30.0  # seconds for which a person waits to see the answer taken


class Told(StrEnum):
    """What the workflow has of a run that was done again."""

    TAKEN = "taken"
    BEING_TOLD = "being_told"
    NOT_TAKEN = "not_taken"
    # the others: nothing, since
    GONE_ON = "gone_on"  # it took the first run's answer
    NOBODY_WAITS = "nobody_waits"
    DONE_BEFORE = "done_before"  # another run did it again before, and may have answered
    HAD_ENDED = "had_ended"
    LOST = "lost"  # what is needed for it is not kept


_TOLD_NOTHING = {
    Ending.REPORTED: Told.GONE_ON,
    Ending.NOT_AWAITED: Told.NOBODY_WAITS,
    Ending.WORKFLOW_GONE: Told.HAD_ENDED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which run is to be done again, and who asks."""

    run_id: int
    source: Source
    portal_id: int | None = None  # it must be that portal's; None: whichever
    # The last run that did it again, as far as whoever asks knows (0: none): where another one has
    # done it meanwhile, nothing is done. None: that does not matter.
    seen: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """It is being done again."""

    run_id: int  # the new one
    is_told: bool  # its outcome goes to the workflow


@dataclass(frozen=True, slots=True, kw_only=True)
class Retried:
    """What came of it."""

    first: PastRun
    run: PastRun  # the new one
    is_told: bool  # its outcome goes to the workflow

    @property
    def told(self) -> Told:
        """What its workflow has of it."""
        if self.is_told:
            if self.run.ending is None:
                return Told.BEING_TOLD
            return Told.TAKEN if self.run.ending == Ending.REPORTED else Told.NOT_TAKEN
        if any(one < self.run.id for one in again.done_again_by(self.first.note)):
            return Told.DONE_BEFORE
        ending = self.first.ending
        return _TOLD_NOTHING.get(Ending(ending), Told.LOST) if ending else Told.LOST


async def retry(
    errands: Errands, settings: Settings, run_id: int, *, begun: Callable[[int], None]
) -> Retried:
    """Do it again, and wait for what comes of it; `begun` is told the new run's number before.

    Raises:
        NotRetriedError: it is not over, or cannot be done again; nothing was done.
    """
    before = await errands.database.read(lambda conn: _over(conn, run_id))
    (first,) = await errands.database.read(lambda conn: history.by_ids(conn, [run_id]))
    vault = await open_vault_of(settings, errands.database) if before.is_awaited else None
    asked = Asked(run_id=run_id, source=Source.COMMAND)
    new = await begin(errands, settings, vault, asked)
    begun(new.run_id)
    (found,) = [run async for run in errands.outcomes([new.run_id])]
    if new.is_told:
        found = await _told(errands, found)
    return Retried(first=first, run=found, is_told=new.is_told)


async def begin(errands: Errands, settings: Settings, vault: Vault | None, asked: Asked) -> Begun:
    """Have it done again; without a vault its workflow is told nothing.

    Raises:
        NotRetriedError: nothing was done.
    """
    portal, begun = await errands.database.write(
        lambda conn: _hand_over(conn, _checked(conn, asked), settings, vault, asked.source)
    )
    errands.wake(portal.id)
    return begun


def _over(
    conn: Connection, run_id: int, portal_id: int | None = None, *, alone: bool = False
) -> Before:
    """The run, if it is one that can be done again."""
    before = again.find(conn, run_id, alone=alone)
    if before is None or portal_id not in (None, before.portal_id):
        raise NotRetriedError(Why.UNKNOWN, run_id)
    if not before.is_over:
        raise _still_waiting(before.run)
    if before.run.code == REGISTER:
        raise NotRetriedError(Why.REGISTERS, run_id)
    return before


def _checked(conn: Connection, asked: Asked) -> Before:
    """Looked at once more, and by nobody else meanwhile: it is not done twice at once."""
    before = _over(conn, asked.run_id, asked.portal_id, alone=True)
    last = again.last_done_again(conn, before)
    last_id = last.run_id if last else 0
    if (last and last.is_running) or asked.seen not in (None, last_id):
        raise NotRetriedError(Why.DONE_MEANWHILE, asked.run_id, other=last_id)
    return before


def _still_waiting(run: StoredRun) -> NotRetriedError:
    if run.outcome is None:
        until = f"{run.deadline_at:%Y-%m-%d %H:%M} UTC"
        return NotRetriedError(Why.AT_WORK, run.id, until=until)
    outputs = run.outcome.outputs
    outcome = outputs.get("public_url") or outputs.get("error_text") or "done"
    return NotRetriedError(Why.BEING_TOLD, run.id, outcome=outcome)


def _hand_over(
    conn: Connection, before: Before, settings: Settings, vault: Vault | None, source: Source
) -> tuple[Portal, Begun]:
    run, portal = before.run, before.portal
    if portal is None:
        raise NotRetriedError(Why.NO_PORTAL, run.id)
    secrets = _secrets(before, portal, vault) if vault and before.is_awaited else None
    if run.is_unproven and secrets is None:
        raise NotRetriedError(Why.UNPROVEN, run.id)
    # Where a workflow waits, what it is told is final: so it is tried for as long as any run.
    limit = settings.give_up_after if secrets else GIVE_UP_AFTER
    new = newrun.again(run, portal.id, source=source, secrets=secrets, give_up_after=limit)
    new_id = again.hand_over(conn, before, new)
    return portal, Begun(run_id=new_id, is_told=secrets is not None)


def _secrets(before: Before, portal: Portal, vault: Vault) -> bytes:
    """What is needed to answer the workflow, sealed with the key of today."""
    try:
        opened = vault.open(portal.member_id, before.run.secrets or b"")
    except UnopenedError:
        raise NotRetriedError(Why.UNOPENED, before.run.id) from None
    return vault.seal(portal.member_id, opened)


async def _told(errands: Errands, run: PastRun) -> PastRun:
    """The run once its answer was taken or refused, or as it is after a while."""
    ends_at = time.monotonic() + TAKEN_WITHIN
    while run.finished_at is None and time.monotonic() < ends_at:
        await asyncio.sleep(LOOKS_EVERY)
        (run,) = await errands.database.read(partial(history.by_ids, ids=[run.id]))
    return run
