"""One run as it is worked on: its flow, fed with answers, then its report. No I/O.

Whatever a flow does, it ends in an Outcome: the workflow waits for one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from robot.errors import FlowError, OutcomeUnknownError, PortalError, RejectedError
from robot.flows import catalogue
from robot.flows.failures import Tried, explain, gave_up, internal_error
from robot.flows.flow import Flow, Granted, Outcome, Run, Step, Template, failed
from robot.logs import get_logger
from robot.protocol.answers import Answer
from robot.protocol.calls import Call
from robot.protocol.oauth import Tokens, aware
from robot.store.portals import Portal
from robot.store.runs import StoredRun
from robot.store.vault import Vault

NOBODY = 0  # whose tokens an unproven run brought is not known

log = get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A flow's end."""

    outcome: Outcome
    is_known: bool = True  # False: whether its last calls ran was never answered


class Job:
    """A run in the hands of its portal's worker."""

    def __init__(
        self,
        run: StoredRun,
        *,
        user_id: int,
        event_token: str,
        can_renew: bool = False,
        templates: Mapping[int, Template] | None = None,
    ) -> None:
        self.run = run
        self.user_id = user_id  # on whose behalf its documents are looked up and changed
        self.outcome = run.outcome
        self.first_report_at: datetime | None = None
        self.under_way: list[str] = []  # methods of the calls that are being sent
        # It may be done with any employee's token.
        self.takes_any_user = catalogue.only_hides(run.code) and not run.own_tokens_only
        self.has_chosen = run.chosen is not None  # a changing call may have been sent
        self._event_token = event_token
        seen = _as_seen(run, can_renew=can_renew, templates=templates or {})
        self._flow: Flow = catalogue.start(run.code, seen)
        self._results: list[Answer | RejectedError | None] = []
        self._is_single = False
        self._tried: Tried | None = None  # the call that came to nothing last

    @property
    def order(self) -> tuple[datetime, int]:
        """Bitrix24's own order: when it was sent, then when it arrived."""
        return self.run.sent_at, self.run.id

    def report(self) -> Call:
        """The answer to the waiting workflow; only a decided run has one."""
        outcome = self.outcome or failed("", "")
        return catalogue.report(self.run.code, self._event_token, outcome)

    def proceed(self, granted: Granted | None = None) -> Step | Decided:
        """The flow's first step, or the one after what it chose was written down."""
        return self._step(lambda: self._flow.send(granted))

    def came_to_nothing(self, method: str, error: PortalError) -> None:
        """A call was not answered, or refused for now; told where the time is over before it is."""
        again = self._tried.times if self._tried and self._tried.method == method else 0
        self._tried = Tried(method, again + 1, error)

    def too_late(self) -> Decided:
        """The run's time is over, whatever its calls may still do."""
        for method in self.under_way:
            self.came_to_nothing(method, OutcomeUnknownError(method, "", "no answer yet"))
        return Decided(outcome=told(gave_up(self._tried)), is_known=not self.has_chosen)

    def expect(self, step: Call | tuple[Call, ...]) -> tuple[Call, ...]:
        """The calls of a step; their answers are waited for from now on."""
        self._is_single = isinstance(step, Call)
        calls = (step,) if isinstance(step, Call) else step
        self._results = [None] * len(calls)
        return calls

    def take_answer(self, index: int, result: Answer | RejectedError) -> Step | Decided | None:
        """One call's answer; the next step once each call of this one has its own."""
        self._results[index] = result
        known = [found for found in self._results if found is not None]
        if len(known) < len(self._results):
            return None
        first = known[0]
        if not self._is_single:
            return self._step(lambda: self._flow.send(known))
        if isinstance(first, RejectedError):
            return self._step(lambda: self._flow.throw(first))
        return self._step(lambda: self._flow.send(first))

    def _step(self, go_on: Callable[[], Step]) -> Step | Decided:
        try:
            return go_on()
        except StopIteration as end:
            return Decided(outcome=end.value)
        except FlowError as error:
            return Decided(outcome=told(error))
        except RejectedError as error:
            return Decided(outcome=told(explain(error)))
        except Exception:
            # Our own bug must not leave a workflow waiting: it is answered, and loud in the log.
            log.exception("flow.failed", run_id=self.run.id, robot=self.run.code)
            return Decided(outcome=told(internal_error(self.run.id)))


def _as_seen(run: StoredRun, *, can_renew: bool, templates: Mapping[int, Template]) -> Run:
    """The run as its flow sees it, now."""
    now = datetime.now(UTC)
    return Run(
        item=run.item,
        inputs=run.inputs,
        chosen=run.chosen,
        looks=run.looks,
        waited=(now - run.first_look_at).total_seconds() if run.first_look_at else 0.0,
        left=(run.deadline_at - now).total_seconds(),
        can_renew=can_renew,
        templates=templates,
    )


def taken_up(
    run: StoredRun, portal: Portal, vault: Vault, *, can_renew: bool
) -> tuple[Job, Tokens | None]:
    """A run as its portal's worker takes it in hand, and the tokens that its event brought.

    Raises:
        UnopenedError: its secrets do not open, so nobody can answer it.
    """
    secrets = vault.open(portal.member_id, run.secrets) if run.secrets else {}
    job = Job(
        run,
        user_id=run.user_id or portal.user_id,
        event_token=secrets.get("event_token", ""),
        can_renew=can_renew,
        templates=portal.templates,
    )
    if not (secrets.get("access") and (run.user_id or run.is_unproven)):
        return job, None
    return job, Tokens(
        user_id=run.user_id or NOBODY,
        access_token=secrets["access"],
        refresh_token=secrets["refresh"],
        expires_at=aware(secrets["expires"]),
    )


def told(error: FlowError) -> Outcome:
    """What the workflow is told."""
    return failed(error.code, error.text)
