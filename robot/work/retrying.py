"""`linkrobot runs retry`: a run that is over is done again, as a run of its own.

Its workflow is told only where no answer of ours was taken yet: then the new run takes over what
is needed for it, so that there is never more than one that may answer.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from sqlalchemy.engine import Connection

from robot.errors import SettingsError
from robot.flows.catalogue import REGISTER
from robot.settings import Settings
from robot.store import again, history
from robot.store.again import Before
from robot.store.history import PastRun
from robot.store.portals import Portal
from robot.store.runs import NewRun, StoredRun
from robot.store.vault import UnopenedError, Vault
from robot.work import newrun
from robot.work.errands import GIVE_UP_AFTER, LOOKS_EVERY, Errands
from robot.work.opening import open_vault_of

TAKEN_WITHIN = 30.0  # seconds for which a person waits to see the answer taken

UNKNOWN = (
    "There is no run {run_id}. `linkrobot runs` shows them; what is older than LINKROBOT_KEEP_RUNS "
    "is forgotten."
)
AT_WORK = (
    "Run {run_id} is being worked on, until {until} at most: there is nothing to retry yet. "
    "`linkrobot runs` shows what comes of it."
)
BEING_TOLD = (
    "Run {run_id} has its outcome ({outcome}), and its workflow is told as soon as Bitrix24 takes "
    "the answer: there is nothing to retry yet."
)
REGISTERS = "Run {run_id} registered the robots. Do that again with `linkrobot robots sync`."
NO_PORTAL = (
    "The portal of run {run_id} has removed the app. Install it there again first; then this can "
    "be done again, but the workflow cannot be answered any more."
)
UNPROVEN = (
    "On whose behalf run {run_id} was is not known: any employee could have sent it, and the "
    "access that came with it is not kept any more. Run the robot again in Bitrix24, or use "
    "`linkrobot link enable` or `linkrobot link disable`. Nothing was done."
)
UNOPENED = (
    "None of the keys opens what is needed to answer the workflow of run {run_id}. Put back the "
    "key that was in use when it came, then run this again. Without that key: turn the link on "
    "with `linkrobot link enable`, and end the workflow by hand in Bitrix24."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retried:
    """What came of it."""

    first: PastRun
    run: PastRun  # the new one
    is_told: bool  # its outcome goes to the workflow


async def retry(
    errands: Errands, settings: Settings, run_id: int, *, begun: Callable[[int], None]
) -> Retried:
    """Do it again, and wait for what comes of it; `begun` is told the new run's number before.

    Raises:
        SettingsError: it is not over, or cannot be done again; nothing was done.
    """
    before = await errands.database.read(lambda conn: _over(conn, run_id))
    (first,) = await errands.database.read(lambda conn: history.by_ids(conn, [run_id]))
    vault = await open_vault_of(settings, errands.database) if before.is_awaited else None
    portal, new_id, is_told = await errands.database.write(
        lambda conn: _hand_over(conn, run_id, settings, vault)
    )
    errands.wake(portal.id)
    begun(new_id)
    (found,) = [run async for run in errands.outcomes([new_id])]
    if is_told:
        found = await _told(errands, found)
    return Retried(first=first, run=found, is_told=is_told)


def _over(conn: Connection, run_id: int) -> Before:
    """The run, if it is one that can be done again."""
    before = again.find(conn, run_id)
    if before is None:
        raise SettingsError(UNKNOWN.format(run_id=run_id))
    if not before.is_over:
        raise SettingsError(_still_waiting(before.run))
    if before.run.code == REGISTER:
        raise SettingsError(REGISTERS.format(run_id=run_id))
    return before


def _still_waiting(run: StoredRun) -> str:
    if run.outcome is None:
        return AT_WORK.format(run_id=run.id, until=f"{run.deadline_at:%Y-%m-%d %H:%M} UTC")
    outputs = run.outcome.outputs
    outcome = outputs.get("public_url") or outputs.get("error_text") or "done"
    return BEING_TOLD.format(run_id=run.id, outcome=outcome)


def _hand_over(
    conn: Connection, run_id: int, settings: Settings, vault: Vault | None
) -> tuple[Portal, int, bool]:
    """Looked at once more: nobody else has done it meanwhile."""
    before = _over(conn, run_id)
    if before.portal is None:
        raise SettingsError(NO_PORTAL.format(run_id=run_id))
    secrets = _secrets(before, before.portal, vault) if vault and before.is_awaited else None
    if before.run.is_unproven and secrets is None:
        raise SettingsError(UNPROVEN.format(run_id=run_id))
    new = _new(before, before.portal, settings, secrets)
    return before.portal, again.hand_over(conn, before, new), secrets is not None


def _secrets(before: Before, portal: Portal, vault: Vault) -> bytes:
    """What is needed to answer the workflow, sealed with the key of today."""
    try:
        opened = vault.open(portal.member_id, before.run.secrets or b"")
    except UnopenedError:
        raise SettingsError(UNOPENED.format(run_id=before.run.id)) from None
    return vault.seal(portal.member_id, opened)


def _new(before: Before, portal: Portal, settings: Settings, secrets: bytes | None) -> NewRun:
    # Where a workflow waits, what it is told is final: so it is tried for as long as any run.
    limit = settings.give_up_after if secrets else GIVE_UP_AFTER
    return newrun.again(before.run, portal.id, secrets=secrets, give_up_after=limit)


async def _told(errands: Errands, run: PastRun) -> PastRun:
    """The run once its answer was taken or refused, or as it is after a while."""
    ends_at = time.monotonic() + TAKEN_WITHIN
    while run.finished_at is None and time.monotonic() < ends_at:
        await asyncio.sleep(LOOKS_EVERY)
        (run,) = await errands.database.read(partial(history.by_ids, ids=[run.id]))
    return run
