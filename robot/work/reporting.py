"""Sending an outcome to the workflow until the portal took it."""

import time
from datetime import UTC, datetime, timedelta

from robot.errors import PortalError
from robot.protocol.answers import Answer
from robot.work.job import Job
from robot.work.ledger import Ledger
from robot.work.ready import Ready
from robot.work.senders import Senders
from robot.work.verdict import PROBING, Verdict, judge

# A report that waits for longer than this waits in the database, not in memory.
SHORT = 5.0  # seconds


class Reporting:
    """The reports of one portal. Any user's token will do: the event token is not bound to one."""

    def __init__(self, ledger: Ledger, senders: Senders) -> None:
        self._ledger = ledger
        self._senders = senders

    def first(self, job: Job) -> Ready:
        """The report of a decided run."""
        user_id = self._senders.quickest(job.user_id)
        return Ready(job=job, index=0, call=job.report(), user_id=user_id, is_report=True)

    def answered(self, ready: Ready, result: Answer | PortalError) -> bool:
        """Take the answer to a report; True where it is to be sent again soon."""
        ready.tries += 1
        run = ready.job.run
        now = datetime.now(UTC)
        first_report_at = run.first_report_at or ready.job.first_report_at or now
        ready.job.first_report_at = first_report_at
        if isinstance(result, PortalError) and self._senders.instead(ready, result):
            return True
        verdict = judge(
            result,
            attempt=run.reports + ready.tries,
            waited=(now - first_report_at).total_seconds(),
            was_unanswered=ready.was_unanswered,
            is_late=now >= run.deadline_at,
        )
        if verdict.ending:
            self._ledger.finished(run, verdict.ending, verdict.note)
            return False
        return self._again(ready, verdict, now=now, first_report_at=first_report_at)

    def _again(
        self, ready: Ready, verdict: Verdict, *, now: datetime, first_report_at: datetime
    ) -> bool:
        if verdict.retry_in <= SHORT:
            ready.not_before = time.monotonic() + verdict.retry_in
            return True
        due_at = now + timedelta(seconds=verdict.retry_in)
        self._ledger.postponed(
            ready.job.run,
            due_at=_full_minute(due_at) if verdict.retry_in >= PROBING else due_at,
            reports=ready.job.run.reports + ready.tries,
            first_report_at=first_report_at,
        )
        return False


def _full_minute(at: datetime) -> datetime:
    """The next one: what waits for our access to be mended is tried together, not one by one."""
    return at.replace(second=0, microsecond=0) + timedelta(minutes=1)
