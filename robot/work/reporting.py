"""Sending an outcome to the workflow until the portal took it."""

import time
from datetime import UTC, datetime, timedelta

from robot.errors import PortalError
from robot.portal.access import Access
from robot.protocol.answers import Answer
from robot.store.portals import Portal
from robot.work.job import Job
from robot.work.ledger import Ledger
from robot.work.ready import Ready
from robot.work.verdict import Verdict, judge

# A report that waits for longer than this waits in the database, not in memory.
SHORT = 5.0  # seconds


class Reporting:
    """The reports of one portal. Any user's token will do: the event token is not bound to one."""

    def __init__(self, ledger: Ledger, access: Access, portal: Portal) -> None:
        self._ledger = ledger
        self._access = access
        self._portal = portal

    def first(self, job: Job) -> Ready:
        """The report of a decided run: with its own user's token, if that user still has one."""
        user_id = job.user_id
        if user_id not in self._access.users():
            user_id = self._other_user(set()) or user_id
        return Ready(job=job, index=0, call=job.report(), user_id=user_id, is_report=True)

    def answered(self, ready: Ready, result: Answer | PortalError) -> bool:
        """Take the answer to a report; True where it is to be sent again soon."""
        ready.tries += 1
        run = ready.job.run
        now = datetime.now(UTC)
        first_report_at = run.first_report_at or ready.job.first_report_at or now
        ready.job.first_report_at = first_report_at
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
        if verdict.other_user:
            ready.refused_users.add(ready.user_id)
            other = self._other_user(ready.refused_users)
            if other:
                ready.user_id = other
                return True
        if verdict.retry_in <= SHORT:
            ready.not_before = time.monotonic() + verdict.retry_in
            return True
        self._ledger.postponed(
            ready.job.run,
            due_at=now + timedelta(seconds=verdict.retry_in),
            reports=ready.job.run.reports + ready.tries,
            first_report_at=first_report_at,
        )
        return False

    def _other_user(self, refused: set[int]) -> int | None:
        """Another user with a token, the registering administrator first."""
        users = [user_id for user_id in self._access.users() if user_id not in refused]
        users.sort(key=lambda user_id: user_id != self._portal.user_id)
        return users[0] if users else None
