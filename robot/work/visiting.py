"""Who opened the app's page: that portal's administrator, or somebody else of it.

Whoever it is was proven before (`Admission.frame`); what they are now, the portal itself says.
"""

from dataclasses import dataclass
from datetime import timedelta

from robot.errors import OutcomeUnknownError
from robot.flows import who
from robot.flows.catalogue import WHO
from robot.store.portals import Portal
from robot.store.runs import Source
from robot.work import newrun
from robot.work.errands import Errands
from robot.work.installing import decided

WITHIN = timedelta(seconds=8)  # a person waits for the page


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """A user of a portal who looks at its page."""

    portal: Portal
    user_id: int
    time_zone: str  # IANA; empty: that of the browser
    is_administrator: bool


async def recognise(errands: Errands, portal: Portal, user_id: int) -> Visitor:
    """Ask the portal who that user is, with the user's own access.

    Raises:
        OutcomeUnknownError: it did not say so in time.
        BusyError: that user opens more pages than a person does.
    """
    run = newrun.of_our_own(
        WHO, portal.id, source=Source.PAGE, user_id=user_id, inputs={}, give_up_after=WITHIN
    )
    run_id = await errands.queue_watched(run)
    past = await decided(errands.database, run_id, within=WITHIN.total_seconds())
    if past is None or past.failed:
        text = past.outputs.get("error_text", "") if past else "the portal is slow to answer"
        raise OutcomeUnknownError("profile", "", text)
    await errands.forget([run_id])
    return Visitor(
        portal=portal,
        user_id=user_id,
        time_zone=past.outputs.get(who.TIME_ZONE, ""),
        is_administrator=past.outputs.get(who.ADMIN) == who.YES,
    )
