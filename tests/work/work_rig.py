"""Runs in hand, made by hand."""

from dataclasses import replace
from typing import Any

from robot.errors import OutcomeUnknownError
from robot.flows.catalogue import ENABLE
from robot.flows.documents import disable_public_url, enable_public_url
from robot.flows.flow import Outcome
from robot.protocol.calls import Call
from robot.protocol.pacing import Bucket
from robot.store.runs import Source, StoredRun
from robot.work.job import Job
from robot.work.ready import Ready, ReadyCalls
from robot.work.traffic import Load, Traffic
from tests.store.store_rig import DEAL, NOW, later

GET = Call("crm.documentgenerator.document.get", {"id": 5})


def stored_run(run_id: int = 1, **changes: Any) -> StoredRun:
    """A run as the database gives it."""
    run = StoredRun(
        id=run_id,
        code=ENABLE,
        source=Source.ROBOT,
        user_id=1,
        item=DEAL,
        document_id="DEAL_7",
        inputs={},
        wants_reply=True,
        sent_at=NOW,
        received_at=NOW,
        deadline_at=later(3600),
        secrets=None,
        chosen=None,
        outcome=None,
        reports=0,
        first_report_at=None,
    )
    return replace(run, **changes)


def job(run_id: int = 1, *, sent: float = 0, **changes: Any) -> Job:
    """A run in hand, sent so many seconds after NOW."""
    run = stored_run(run_id, sent_at=later(sent), **changes)
    return Job(run, user_id=run.user_id or 1, event_token="made-up-event-token")


def ready(run_id: int, call: Call = GET, *, sent: float = 0, **changes: Any) -> Ready:
    """A call of a run, ready to be sent."""
    values: dict[str, Any] = {"index": 0, "user_id": 1}
    return Ready(job=job(run_id, sent=sent), call=call, **values | changes)


def enables(document_id: int) -> Call:
    """A call that turns a link on."""
    return enable_public_url(document_id)


def hides(document_id: int) -> Call:
    """A call that turns a link off."""
    return disable_public_url(document_id)


def waiting(*calls: Ready) -> ReadyCalls:
    """These calls, all of them waiting."""
    found = ReadyCalls()
    for one in calls:
        found.add(one)
    return found


def traffic(*, rate: float = 2.0, burst: int = 50, parallel: int = 4) -> Traffic:
    """The requests to a portal with which nothing happened yet."""
    return Traffic(Bucket(rate=rate, burst=burst), parallel=parallel)


def load(limit_by_failures: int = 0) -> Load:
    """An empty request, after so many failures in a row."""
    made = traffic()
    for _ in range(limit_by_failures):
        made.departed(0.0)
        made.failed(unanswered(), 0.0, sent_at=0.0)
    return made.next_load(0.0)


def unanswered(method: str = "batch") -> OutcomeUnknownError:
    """No answer came."""
    return OutcomeUnknownError(method, "", "no answer (ReadTimeout)")


def numbers(found: list[Ready]) -> list[int]:
    """Whose calls these are."""
    return [one.job.run.id for one in found]


def outcome_of(found: object) -> Outcome:
    """The outcome of a flow that has ended."""
    outcome = getattr(found, "outcome", None)
    assert isinstance(outcome, Outcome), found
    return outcome
