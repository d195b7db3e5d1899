"""What a portal's worker begins with, read in the transaction that takes the portal.

What its runs choose before any call of theirs is noted there as well, so that a run that comes
alone has cost one commit when its first request leaves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.engine import Connection

from robot.flows.flow import Chosen, Granted
from robot.protocol.oauth import Tokens
from robot.store import backlog, portals, tokens
from robot.store.backlog import Due
from robot.store.leases import LeaseLostError
from robot.store.portals import Portal
from robot.store.vault import Vault
from robot.work.choices import put_chosen
from robot.work.job import Job


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """The portal as it was when it was taken."""

    portal: Portal
    tokens: Sequence[Tokens]  # the newest of each user
    due: Due
    # run -> what it chose, which is on disk already, and what of that is granted
    noted: Mapping[int, tuple[Chosen, Granted]]


def begin(conn: Connection, portal_id: int, *, vault: Vault, room: int) -> Beginning:
    """Read what the worker of a portal begins with, `room` runs at most; then note choices.

    Raises:
        LeaseLostError: the portal was removed.
    """
    portal = portals.find(conn, portal_id)
    if portal is None:
        raise LeaseLostError(f"portal {portal_id} was removed")
    now = datetime.now(UTC)
    due = backlog.due(conn, portal_id, now=now, room=room)
    found = tokens.of_portal(conn, vault, portal)
    choices = _first_choices(due, now)
    noted: dict[int, tuple[Chosen, Granted]] = {}
    if choices:
        chosen = [(run, choices[run.id]) for run in due.runs if run.id in choices]
        granted = put_chosen(conn, portal_id, chosen, now)
        noted = {run_id: (choices[run_id], given) for run_id, given in granted.items()}
    return Beginning(portal=portal, tokens=found, due=due, noted=noted)


def _first_choices(due: Due, now: datetime) -> dict[int, Chosen]:
    """What each fresh run's flow chooses before it calls anything: a document that was named."""
    found: dict[int, Chosen] = {}
    for run in due.runs:
        is_fresh = run.outcome is None and run.chosen is None
        if is_fresh and not run.is_unproven and now < run.deadline_at:
            step = Job(run, user_id=0, event_token="").proceed()
            if isinstance(step, Chosen):
                found[run.id] = step
    return found
