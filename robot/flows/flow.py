"""What a robot does, as a generator: it yields calls, gets their answers, returns an Outcome.

A flow knows no HTTP, SQL, tokens, retries or batches. Each call that it yields is safe to repeat,
so after a crash a run starts again; what it had chosen by then is in `Run.chosen`.

A flow yields one of
- a Call: it gets the Answer; a no of the portal (RejectedError) is raised at the `yield`;
- several Calls that do not depend on each other: it gets a list of `Answer | RejectedError`;
- Chosen: the documents that it is about to change are written down; it gets what is Granted;
- Pause: it begins anew after that time, with one look more behind it; it gets nothing.
"""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from math import inf
from typing import Any

from robot.errors import RejectedError
from robot.protocol.answers import Answer
from robot.protocol.calls import Call
from robot.protocol.items import Item

Result = Answer | RejectedError


class Only(StrEnum):
    """Which of the chosen documents may still be changed."""

    ALL = "all"
    NOT_ENDED_SINCE = "not_ended_since"  # no run that was sent later turned the link off
    EXPIRED = "expired"  # whose link's end has come
    NOT_ON_SINCE = "not_on_since"  # no run that was sent later turned the link on


@dataclass(frozen=True, slots=True)
class Chosen:
    """The ids of the documents whose public link the flow is about to change."""

    document_ids: tuple[int, ...]
    public: bool = True  # it will turn the link on
    valid_for: float | None = None  # seconds from now on; None: without an end
    only: Only = Only.ALL


@dataclass(frozen=True, slots=True)
class Granted:
    """What of a choice may be changed, by the register of links."""

    document_ids: tuple[int, ...]
    expires_at: datetime | None = None  # when links that are turned on now end


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing can be done for so many seconds; an earlier end of the run's time is heeded."""

    seconds: float


Step = Call | tuple[Call, ...] | Chosen | Pause


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkChange:
    """What became of a document's public link."""

    document_id: int
    public: bool
    url: str = ""
    title: str = ""
    expires_at: datetime | None = None  # of a link that was turned on
    seen: bool = False  # so it was found; nobody of us changed it now
    ended_by: str = ""  # where it was not the run itself that ended it


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A document template of the portal."""

    name: str
    gone: bool = False  # deleted, or not active any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a run found, or why it failed. Decided once, sent unchanged."""

    succeeded: bool
    # By the names of the robot's outputs, texts or lists of texts; the others are sent empty.
    outputs: Mapping[str, Any]
    log: str  # LOG_MESSAGE: for an administrator, in the workflow's log
    links: tuple[LinkChange, ...] = ()
    registered: Mapping[str, str] = field(default_factory=dict)  # robot -> its fingerprint
    templates: Mapping[int, Template] | None = (
        None  # that robots offer; None: not told, or the same
    )
    # earlier runs of the same CRM item that still wait shall not turn a link on any more
    ends_waiting: bool = False

    @property
    def error_code(self) -> str:
        """Empty where the run succeeded."""
        return str(self.outputs.get("error_code", ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One execution of a robot for one CRM item, as far as a flow may see it."""

    item: Item | None
    inputs: Mapping[str, Any]
    chosen: tuple[int, ...] | None = None  # the documents that it chose before a crash or a pause
    looks: int = 0  # pauses so far
    waited: float = 0.0  # seconds since the first of them began
    left: float = inf  # seconds until its time is over
    can_renew: bool = False  # a renewal has succeeded with the present client id and secret
    templates: Mapping[int, Template] = field(default_factory=dict)  # that robots offer, by id


Flow = Generator[Step, Any, Outcome]


def succeeded(log: str, *links: LinkChange, **outputs: Any) -> Outcome:
    """The robot did its work."""
    return Outcome(succeeded=True, outputs={"succeeded": "Y", **outputs}, log=log, links=links)


def failed(code: str, text: str, *links: LinkChange, **outputs: Any) -> Outcome:
    """The robot could not do its work; `code` is stable, `text` is for an administrator."""
    outputs = {"succeeded": "N", "error_code": code, "error_text": text, **outputs}
    return Outcome(succeeded=False, outputs=outputs, log=text, links=links)
