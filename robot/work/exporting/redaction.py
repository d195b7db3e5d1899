"""The one place that decides what of a run may leave this machine: what is not named here does not.

Values pass where they are one of a few, or stand-ins; texts of others never do. docs/exporting.md
describes the format.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from robot.errors import FlowError
from robot.flows import inputs
from robot.flows.catalogue import CODES
from robot.flows.inputs import EVERY, LATEST
from robot.flows.texts import LANGUAGES
from robot.store.audit import Action
from robot.store.exporting import PortalToExport, RunToExport
from robot.store.runs import Ending, Source, State
from robot.work.exporting import vocabulary
from robot.work.exporting.numbers import StandIns
from robot.work.exporting.words import LEFT_OUT, Names, note, said, scrub

FORMAT, VERSION = "linkrobot-runs", 1
ADDRESS = "https://portal.example/"
LINK = f"{ADDRESS}~{LEFT_OUT}"
UNREADABLE = "?"  # a value that the robot could not read, whatever it was
TOLD_LEFT_OUT = (
    "Tokens, keys and everything else with which somebody could act at the portal.",
    "The portal's address and member_id, the application's ids, the names of employees.",
    "Titles and numbers of documents, names of templates, public links: … stands for them.",
    "The numbers of runs, documents, CRM items, smart processes, templates and employees: small "
    "ones stand for them, the same for the same thing, in the same order.",
    "Dates and times of day: times are seconds after the first of these runs was sent.",
    "Inputs that Linkrobot does not know, and those that it could not read: ? stands for them.",
    "Of texts every word that is neither Linkrobot's own nor one of Bitrix24's known sentences.",
    "Unknown to Linkrobot, so not here: the plan, other rules, the rights of employees.",
)
_SEPARATOR = re.compile(r"[\s,;]+")
_DAY = 86_400  # seconds


def redacted(portal: PortalToExport, runs: Sequence[RunToExport]) -> dict[str, Any]:
    """The document; `runs` are in the order in which they were sent."""
    stand_ins = StandIns(portal, runs, [one for run in runs for one in _named(run)])
    told = [_Redaction(stand_ins, run, runs[0].sent_at).run() for run in runs]
    templates = {
        str(number): {"gone": portal.templates[one].gone if one in portal.templates else None}
        for one, number in stand_ins.templates.items()
    }
    return {
        "format": FORMAT,
        "version": VERSION,
        "left_out": list(TOLD_LEFT_OUT),
        "portal": {
            "address": ADDRESS,
            "language": portal.language if portal.language in LANGUAGES else "",
            "scope": sorted(vocabulary.SCOPES & set(portal.scope)),
            "has_page": portal.has_page,
            "has_renewed": portal.has_renewed,
            "plan": None,
            "templates": templates,
        },
        "runs": told,
    }


class _Redaction:
    """Of one run."""

    def __init__(self, stand_ins: StandIns, run: RunToExport, begun_at: datetime) -> None:
        self._stand_ins, self._run, self._begun_at = stand_ins, run, begun_at
        self._item = stand_ins.item(run)
        self._inputs: Mapping[str, Callable[[Any], Any]] = {
            "document_id": self._documents,
            "document_ids": self._documents,
            "which": _which,
            "template_id": self._template,
            "valid_days": _days,
            "wait_for_pdf": _waits,
        }

    def run(self) -> dict[str, Any]:
        """All of it."""
        run, item = self._run, self._item
        given = {
            name: change(run.inputs[name])
            for name, change in self._inputs.items()
            if name in run.inputs
        }
        return {
            "run": self._stand_ins.runs[run.id],
            "robot": run.code if run.code in CODES else LEFT_OUT,
            "source": _one_of(Source, run.source),
            "employee": self._stand_ins.employee(run.user_id),
            "own_tokens_only": run.own_tokens_only,
            "item": {"type": item.type, "id": item.id, "name": item.name} if item else None,
            "inputs": given,
            "use_subscription": "Y" if run.wants_reply else "N",
            "times": self._times(),
            "looks": run.looks,
            "documents": [self._document(one) for one in run.chosen],
            "links": self._links(),
            "state": _one_of(State, run.state),
            "outcome": self._outcome(),
            "reports": run.reports,
            "ending": _one_of(Ending, run.ending),
            "note": note(run.note, self._names()),
        }

    def _times(self) -> dict[str, float | None]:
        run = self._run
        moments = {
            "sent": run.sent_at,
            "received": run.received_at,
            "answer_until": run.deadline_at,
            "first_look": run.first_look_at,
            "decided": run.decided_at,
            "first_report": run.first_report_at,
            "finished": run.finished_at,
        }
        return {name: self._seconds(at) for name, at in moments.items()}

    def _links(self) -> list[dict[str, Any]]:
        return [
            {
                "document": self._document(change.document_id),
                "action": _one_of(Action, change.action),
                "at": self._seconds(change.at),
            }
            for change in self._run.changes
        ]

    def _outcome(self) -> dict[str, Any] | None:
        outputs = self._run.outputs
        if outputs is None:
            return None
        code, text = str(outputs.get("error_code", "")), str(outputs.get("error_text", ""))
        their_code, their_words = said(text)
        return {
            "succeeded": outputs.get("succeeded") == "Y",
            "error_code": code if code in vocabulary.ERROR_CODES or not code else LEFT_OUT,
            "error_text": scrub(text, self._names()),
            "bitrix24": {"code": their_code, "words": their_words},
            "outputs": self._outputs(outputs),
        }

    def _outputs(self, outputs: Mapping[str, Any]) -> dict[str, Any]:
        links, ready = outputs.get("public_urls"), outputs.get("pdf_ready", "")
        told = {
            "public_url": LINK if outputs.get("public_url") else "",
            "public_urls": [LINK for _ in links] if isinstance(links, list) else [],
            "linked_document_id": self._documents(outputs.get("linked_document_id", "")),
            "pdf_ready": ready if ready in ("Y", "N") else "",
        }
        hidden = ("document_title", "document_number", "expires_at")
        return told | {name: LEFT_OUT if outputs.get(name) else "" for name in hidden}

    def _documents(self, value: object) -> Any:
        return _each(value, lambda text: ", ".join(map(self._known, _words(text))))

    def _known(self, word: str) -> str:
        return str(self._document(int(word))) if inputs.is_id(word) else UNREADABLE

    def _document(self, document_id: int) -> int:
        return self._stand_ins.documents[document_id]

    def _template(self, value: object) -> Any:
        def one(text: str) -> str:
            if not inputs.is_id(text):
                return UNREADABLE if text else ""
            return str(self._stand_ins.template(int(text)))

        return _each(value, one)

    def _names(self) -> Names:
        return Names(
            documents=self._stand_ins.documents,
            templates=self._stand_ins.templates,
            runs=self._stand_ins.runs,
            item=self._item.name if self._item else "",
        )

    def _seconds(self, at: datetime | None) -> float | None:
        return None if at is None else round((at - self._begun_at).total_seconds(), 3)


def _named(run: RunToExport) -> list[int]:
    """The documents that its inputs and outputs name."""
    outputs = run.outputs or {}
    values = [run.inputs.get("document_id"), run.inputs.get("document_ids")]
    texts = _flat([*values, outputs.get("linked_document_id")])
    words = [word for text in texts for word in _words(text)]
    return [int(word) for word in words if inputs.is_id(word)]


def _which(value: object) -> Any:
    return _each(value, lambda text: text if text in ("", LATEST, EVERY) else UNREADABLE)


def _days(value: object) -> Any:
    return _each(value, _day)


def _day(text: str) -> str:
    try:
        seconds = inputs.valid_for({"valid_days": text})
    except FlowError:
        return UNREADABLE
    return "" if seconds is None else f"{seconds / _DAY:.6f}".rstrip("0").rstrip(".")


def _waits(value: object) -> Any:
    return _each(value, lambda text: "Y" if inputs.waits_for_pdf({"wait_for_pdf": text}) else "N")


def _each(value: object, change: Callable[[str], str]) -> Any:
    """A list stays one: robots may read it otherwise."""
    texts = [change(text) for text in _flat(value)]
    return texts if isinstance(value, list | tuple | Mapping) else "".join(texts)


def _flat(value: object) -> list[str]:
    if isinstance(value, Mapping):
        return _flat(list(value.values()))
    if isinstance(value, list | tuple):
        return [text for part in value for text in _flat(part)]
    return [] if value is None else [str(value).strip()]


def _words(text: str) -> list[str]:
    return [word for word in _SEPARATOR.split(text) if word]


def _one_of(kind: Any, value: str | None) -> str | None:
    """Only a value that this enumeration has."""
    return next((str(one) for one in kind if one == value), None)
