"""Plays a flow with answers prepared beforehand, as the worker of a portal would feed it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from robot.errors import FlowError, RejectedError
from robot.flows.failures import explain
from robot.flows.flow import Chosen, Flow, Granted, Outcome, Pause, Result, Run, Step, failed
from robot.protocol.answers import Answer
from robot.protocol.calls import Call
from robot.protocol.items import Item

DOCUMENT = "crm.documentgenerator.document"
DEAL = Item(entity_type_id=2, id=7, document_id="DEAL_7")
LINK = "https://acme.bitrix24.com/~71q5j"


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What a flow did, and how it ended."""

    steps: list[Step]
    outcome: Outcome

    @property
    def calls(self) -> list[Call]:
        """Every call in the order in which it was asked for."""
        calls: list[Call] = []
        for step in self.steps:
            if not isinstance(step, Chosen | Pause):
                calls.extend([step] if isinstance(step, Call) else step)
        return calls

    @property
    def chosen(self) -> list[Chosen]:
        """What was to be written down."""
        return [step for step in self.steps if isinstance(step, Chosen)]

    @property
    def changed(self) -> list[tuple[int | None, bool]]:
        """The document of each changing call, and whether it hides it."""
        return [(call.changes, call.hides) for call in self.calls if call.changes]


def play(flow: Flow, *answers: Result | Sequence[Result], granted: Granted | None = None) -> Played:
    """Run the flow to its end; it must ask for exactly so many steps."""
    steps: list[Step] = []
    waiting = list(answers)
    try:
        step = next(flow)
        while True:
            steps.append(step)
            if isinstance(step, Chosen):
                step = flow.send(granted or Granted(step.document_ids))
                continue
            if isinstance(step, Pause):
                return Played(steps=steps, outcome=failed("", "it waits"))
            step = _answered(flow, step, waiting.pop(0))
    except StopIteration as end:
        outcome: Outcome = end.value
    except FlowError as error:
        outcome = failed(error.code, error.text)
    except RejectedError as error:
        told = explain(error)
        outcome = failed(told.code, told.text)
    assert not waiting, f"never asked for: {waiting}"
    return Played(steps=steps, outcome=outcome)


def _answered(flow: Flow, step: Step, answer: Result | Sequence[Result]) -> Step:
    if isinstance(answer, Answer | RejectedError) and isinstance(step, tuple):
        answer = [answer]
    if isinstance(answer, RejectedError):
        return flow.throw(answer)
    return flow.send(answer if isinstance(answer, Answer) else list(answer))


def run(item: Item | None = DEAL, chosen: tuple[int, ...] | None = None, **inputs: Any) -> Run:
    """A run of a robot for a deal."""
    return Run(item=item, inputs=inputs, chosen=chosen, can_renew=True)


def row(document_id: object, **fields: Any) -> dict[str, Any]:
    """A document of the deal as Bitrix24 lists it: ids are strings."""
    return {
        "id": document_id,
        "title": f"Invoice {document_id}",
        "number": f"A-{document_id}",
        "templateId": "3",
        "entityTypeId": "2",
        "entityId": "7",
        **fields,
    }


def page(*rows: Mapping[str, Any], next: int | None = None) -> Answer:
    """One page of document.list."""
    return Answer(result={"documents": list(rows)}, next=next)


def document(document_id: object, **fields: Any) -> Answer:
    """What document.get answers."""
    return Answer(result={"document": row(document_id, **{"publicUrl": None, **fields})})


def link(url: object = LINK) -> Answer:
    """What enablepublicurl answers."""
    return Answer(result={"publicUrl": url})


def refusal(code: str = "", text: str = "", *, method: str = f"{DOCUMENT}.get") -> RejectedError:
    """A no of the portal."""
    return RejectedError(method, code.upper(), text)
