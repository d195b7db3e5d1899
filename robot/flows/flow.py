"""What a robot does, as a generator: it yields calls, gets their answers, returns an Outcome.

A flow knows no HTTP, SQL, tokens, retries or batches. Each call that it yields is safe to repeat,
so after a crash a run starts again; what it had chosen by then is in `Run.chosen`.

A flow yields one of
- a Call: it gets the Answer; a no of the portal (RejectedError) is raised at the `yield`;
- several Calls that do not depend on each other: it gets a list of `Answer | RejectedError`;
- Chosen: the documents that it is about to change are written down; it gets None.
"""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any

from robot.errors import RejectedError
from robot.protocol.answers import Answer
from robot.protocol.calls import Call
from robot.protocol.items import Item

Result = Answer | RejectedError


@dataclass(frozen=True, slots=True)
class Chosen:
    """The ids of the documents whose public link the flow is about to change."""

    document_ids: tuple[int, ...]
    public: bool = True  # it will turn the link on


Step = Call | tuple[Call, ...] | Chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkChange:
    """What became of a document's public link."""

    document_id: int
    public: bool
    url: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a run found, or why it failed. Decided once, sent unchanged."""

    succeeded: bool
    outputs: Mapping[str, str]  # by the names of the robot's outputs; the others are sent empty
    log: str  # LOG_MESSAGE: for an administrator, in the workflow's log
    links: tuple[LinkChange, ...] = ()
    registered: Mapping[str, str] = field(default_factory=dict)  # robot -> its fingerprint

    @property
    def error_code(self) -> str:
        """Empty where the run succeeded."""
        return self.outputs.get("error_code", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One execution of a robot for one CRM item, as far as a flow may see it."""

    item: Item | None
    inputs: Mapping[str, Any]
    chosen: tuple[int, ...] | None = None  # the documents that it chose before a crash


Flow = Generator[Step, Any, Outcome]


def succeeded(log: str, *links: LinkChange, **outputs: str) -> Outcome:
    """The robot did its work."""
    return Outcome(succeeded=True, outputs={"succeeded": "Y", **outputs}, log=log, links=links)


def failed(code: str, text: str, *links: LinkChange, **outputs: str) -> Outcome:
    """The robot could not do its work; `code` is stable, `text` is for an administrator."""
    outputs = {"succeeded": "N", "error_code": code, "error_text": text, **outputs}
    return Outcome(succeeded=False, outputs=outputs, log=text, links=links)
