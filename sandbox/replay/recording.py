"""An exported file, read strictly: what is wrong with it is named. See docs/exporting.md."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox.crm import is_known_type

FORMAT, VERSION = "linkrobot-runs", 1
UNKNOWN = "…"  # stands for what was left out
_MOST_RUNS = 10_000
_NUMBER, _NUMBERS = re.compile(r"[0-9]{1,9}"), 10**9  # of documents and the like
_LONGEST = 1e8  # seconds: three years


class RecordingError(Exception):
    """This is no file that can be replayed; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a run, as far as it can be compared."""

    succeeded: bool
    error_code: str
    documents: tuple[int, ...] = ()  # that were done
    has_link: bool = False
    pdf_ready: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedRun:
    """One call of a robot, and what came of it."""

    number: int
    robot: str
    source: str
    employee: int | None
    item: tuple[int, int] | None  # entityTypeId, id
    inputs: dict[str, Any]
    waits: bool
    sent: float  # seconds after the first run; a portal tells whole ones
    received: float
    answer_until: float
    first_look: float | None
    decided: float | None
    looks: int
    documents: tuple[int, ...]  # that it chose
    outcome: Outcome | None
    their_code: str  # Bitrix24's own error code
    their_words: str
    reports: int

    @property
    def is_of_a_robot(self) -> bool:
        """Else it is one of the app's own, such as registering."""
        return not self.robot.startswith("@")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A file."""

    language: str
    has_page: bool
    templates: dict[int, bool]  # whether it is gone
    runs: list[RecordedRun] = field(default_factory=list)


def read_file(path: Path) -> Recording:
    """What the file holds.

    Raises:
        RecordingError: it cannot be read, or is none.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise RecordingError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise RecordingError(f"{path}: this is no text") from None
    try:
        return read(json.loads(text))
    except RecordingError as error:
        raise RecordingError(f"{path}: {error}") from None
    except (ValueError, RecursionError) as error:
        raise RecordingError(f"{path}: this is no JSON: {error}") from None


def read(data: Any) -> Recording:
    """The same, of what JSON gave.

    Raises:
        RecordingError: it is no recording.
    """
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise RecordingError(
            f"this is no export of runs: its `format` is not «{FORMAT}». "
            "`linkrobot runs export` makes one"
        )
    top = _Part(data)
    version = top.take("version", int)
    if version != VERSION:
        raise RecordingError(f"it is of version {version}, and this sandbox reads {VERSION}")
    portal = top.part("portal")
    runs = top.take("runs", list)
    if not 0 < len(runs) <= _MOST_RUNS:
        raise RecordingError(f"runs holds {len(runs)}; 1 to {_MOST_RUNS} can be replayed")
    return Recording(
        language=portal.take("language", str),
        has_page=portal.take("has_page", bool),
        templates=_templates(portal),
        runs=[_run(_Part(about, f"runs[{n}]")) for n, about in enumerate(runs)],
    )


class _Part:
    """An object of the file, which knows where it stands."""

    def __init__(self, values: Any, place: str = "") -> None:
        if not isinstance(values, dict):
            raise RecordingError(f"{place} is no object")
        self.values: Mapping[str, Any] = values
        self._place = place

    def take(self, name: str, *kinds: type) -> Any:
        if name not in self.values:
            raise RecordingError(f"{self.at(name)} is missing")
        value = self.values[name]
        is_number = isinstance(value, int) and not isinstance(value, bool)
        if isinstance(value, bool) and bool not in kinds:
            raise RecordingError(f"{self.at(name)} has a wrong type: bool")
        if not isinstance(value, kinds) and not (is_number and float in kinds):
            raise RecordingError(f"{self.at(name)} has a wrong type: {type(value).__name__}")
        return value

    def seconds(self, name: str) -> float | None:
        value = self.take(name, float, type(None))
        if value is not None and not abs(value) <= _LONGEST:
            raise RecordingError(f"{self.at(name)} is no time: {value}")
        return value if value is None else float(value)

    def part(self, name: str) -> "_Part":
        return _Part(self.take(name, dict), self.at(name))

    def at(self, name: str) -> str:
        return f"{self._place}.{name}" if self._place else name


def _templates(portal: _Part) -> dict[int, bool]:
    given = portal.part("templates")
    found = {}
    for number in given.values:
        if not _NUMBER.fullmatch(number):
            raise RecordingError(f"{given.at(number)} is no number of a template")
        found[int(number)] = bool(given.part(number).take("gone", bool, type(None)))
    return found


def _run(about: _Part) -> RecordedRun:
    times = about.part("times")
    theirs = _Part({}, "")
    if about.take("outcome", dict, type(None)) is not None:
        theirs = about.part("outcome").part("bitrix24")
    return RecordedRun(
        number=about.take("run", int),
        robot=about.take("robot", str),
        source=about.take("source", str, type(None)) or "",
        employee=about.take("employee", int, type(None)),
        item=_item(about),
        inputs=_inputs(about.part("inputs")),
        waits=about.take("use_subscription", str) == "Y",
        sent=times.seconds("sent") or 0.0,
        received=times.seconds("received") or 0.0,
        answer_until=times.seconds("answer_until") or 0.0,
        first_look=times.seconds("first_look"),
        decided=times.seconds("decided"),
        looks=about.take("looks", int),
        documents=_numbers(about, "documents"),
        outcome=_outcome(about),
        their_code=str(theirs.values.get("code", "")),
        their_words=str(theirs.values.get("words", "")),
        reports=about.take("reports", int),
    )


def _item(about: _Part) -> tuple[int, int] | None:
    if about.take("item", dict, type(None)) is None:
        return None
    item = about.part("item")
    kind, number = item.take("type", int), item.take("id", int)
    if not is_known_type(kind):
        raise RecordingError(f"{item.at('type')}: the sandbox has no CRM items of type {kind}")
    return kind, number


def _inputs(given: _Part) -> dict[str, Any]:
    """Texts and lists of texts."""
    for name in given.values:
        value = given.take(name, str, list)
        if isinstance(value, list) and not all(isinstance(one, str) for one in value):
            raise RecordingError(f"{given.at(name)} holds something else than texts")
    return dict(given.values)


def _numbers(about: _Part, name: str) -> tuple[int, ...]:
    values = about.take(name, list)
    if not all(type(one) is int and 0 < one < _NUMBERS for one in values):
        raise RecordingError(f"{about.at(name)} holds something else than small numbers")
    return tuple(values)


def _outcome(about: _Part) -> Outcome | None:
    if about.take("outcome", dict, type(None)) is None:
        return None
    outcome = about.part("outcome")
    outputs = outcome.part("outputs").values
    return told(
        {
            **outputs,
            "succeeded": "Y" if outcome.take("succeeded", bool) else "N",
            "error_code": outcome.take("error_code", str),
        }
    )


def told(outputs: Mapping[str, Any]) -> Outcome:
    """A robot's outputs, as far as they can be compared."""
    return Outcome(
        succeeded=outputs.get("succeeded") == "Y",
        error_code=str(outputs.get("error_code") or ""),
        documents=document_numbers(outputs.get("linked_document_id")),
        has_link=bool(outputs.get("public_url")),
        pdf_ready=str(outputs.get("pdf_ready") or ""),
    )


def document_numbers(value: Any) -> tuple[int, ...]:
    """Those among texts, in a text or a list of texts."""
    texts = value if isinstance(value, list) else [value or ""]
    words = [word.strip() for text in texts for word in str(text).split(",")]
    return tuple(int(word) for word in words if _NUMBER.fullmatch(word))
