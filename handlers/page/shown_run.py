"""A run in the page's words: how it stands, its way in time, what it waits for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from handlers.page import words
from handlers.page.causes import Cause, cause_of
from handlers.page.texts import mark
from robot.flows.catalogue import ENABLING, RULES
from robot.flows.publish import LEAVES, LONGEST_WAIT
from robot.protocol.item_paths import path_of
from robot.protocol.registration import Field
from robot.store import again
from robot.store.found_runs import TAKEN, FoundRun, Stage

_ = mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A moment of a run's way."""

    text: str
    at: datetime
    took: float | None  # seconds since the step before


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """What an unfinished run waits for."""

    text: str
    until: datetime  # at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """An input or output: its title, and its value in lines."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A run for a template; texts in its properties are ours and are to be translated there."""

    run: FoundRun
    language: str
    kept_for: timedelta

    @property
    def tag(self) -> tuple[str, str]:
        """The style and the word of how it stands."""
        if self.run.stage is Stage.WAITING:
            return "neutral", _("Waiting")
        if self.run.stage is Stage.DONE:
            return "good", _("Done")
        if self.run.succeeded:
            return "warn", _("Not delivered")
        return "bad", _("Failed")

    @property
    def item(self) -> str:
        """`Deal %(number)s`; empty where it is for no CRM item that is known."""
        if self.run.entity_type_id is None:
            return ""
        return words.ITEMS.get(self.run.entity_type_id, words.SMART_PROCESS_ITEM)

    @property
    def path(self) -> str:
        """Where Bitrix24 shows the item; empty where that is not known."""
        if self.run.entity_type_id is None or self.run.entity_id is None:
            return ""
        return path_of(self.run.entity_type_id, self.run.entity_id)

    @property
    def action(self) -> str:
        """What it is to do."""
        if self.run.code in RULES:
            return _("Turn on") if self.run.code in ENABLING else _("Turn off")
        return words.OWN_RUNS.get(self.run.code, _("Something else"))

    @property
    def text(self) -> str:
        """Why it is not done, in a line; empty where it is."""
        if self.run.stage is Stage.WAITING:
            return self.waits.text
        if self.run.succeeded is False:
            return self.cause.cause
        return "" if self.run.ending in TAKEN else self.ending

    @property
    def title(self) -> str:
        """The document as the portal calls it; a stranger's text."""
        return str(self.run.outputs.get("document_title") or "")

    @property
    def numbers(self) -> str:
        """The documents that it has changed, with commas between."""
        return str(self.run.outputs.get("linked_document_id") or "")

    @property
    def urls(self) -> list[str]:
        """The links that it turned on."""
        return _texts(self.run.outputs.get("public_urls"))

    @property
    def cause(self) -> Cause:
        """Why it failed."""
        return cause_of(self.run.error_code or "")

    @property
    def ending(self) -> str:
        """What its workflow has of it."""
        return words.ENDINGS.get(self.run.ending or "", "")

    @property
    def can_be_retried(self) -> bool:
        """It is over, and is worth another try."""
        return self.run.stage is Stage.FAILED and self.run.code in RULES

    @property
    def done_again_by(self) -> list[int]:
        """The runs that did it again."""
        return again.done_again_by(self.run.note)

    @property
    def way(self) -> list[Step]:
        """Its way in time."""
        run = self.run
        texts = {
            _("Received"): run.received_at,
            _("Began to wait for the PDF"): run.first_look_at,
            _("Looked up which documents are meant"): run.chosen_at,
            self._decided: run.decided_at,
            self.ending or _("Over"): run.finished_at,
        }
        moments = sorted((at, text) for text, at in texts.items() if at)
        earlier = [None, *(at for at, _text in moments)]
        return [
            Step(text=text, at=at, took=(at - before).total_seconds() if before else None)
            for (at, text), before in zip(moments, earlier, strict=False)
        ]

    @property
    def _decided(self) -> str:
        if self.run.succeeded is False:
            return _("Failed")
        if self.run.code not in RULES:
            return _("Done")
        return _("Link turned on") if self.run.code in ENABLING else _("Link turned off")

    @property
    def waits(self) -> Waits:
        """What it waits for now, while it is unfinished."""
        run = self.run
        if run.decided_at:
            until = run.received_at + self.kept_for
            if run.reports:
                return Waits(
                    text=_("Bitrix24 did not take the answer yet; it is sent again"), until=until
                )
            return Waits(text=_("Its answer is on its way to Bitrix24"), until=until)
        if run.own_tokens_only and run.user_id is None:
            text = _("Waits until Bitrix24 tells on whose behalf it is")
        elif run.first_look_at and run.look_at:
            ends_at = run.first_look_at + timedelta(seconds=LONGEST_WAIT)
            until = min(ends_at, run.deadline_at - timedelta(seconds=LEAVES))
            return Waits(text=_("Waits for the PDF"), until=until)
        elif run.chosen_at:
            text = _("Waits until Bitrix24 has changed the link")
        else:
            text = _("Waits for its turn at Bitrix24")
        return Waits(text=text, until=run.deadline_at)

    @property
    def inputs(self) -> list[Pair]:
        """What it was given, by the titles of the robot's fields."""
        fields = RULES[self.run.code].definition.inputs if self.run.code in RULES else ()
        return self._pairs(self.run.inputs, fields)

    @property
    def outputs(self) -> list[Pair]:
        """What the next rules of the workflow can use; what is told elsewhere is left out."""
        fields = RULES[self.run.code].definition.outputs if self.run.code in RULES else ()
        hidden = ("succeeded", "error_code", "error_text")
        told = {name: value for name, value in self.run.outputs.items() if name not in hidden}
        return self._pairs(told, fields)

    def _pairs(self, values: Mapping[str, Any], fields: tuple[Field, ...]) -> list[Pair]:
        by_name = {field.name: field for field in fields}
        return [
            Pair(
                title=by_name[name].title[self.language] if name in by_name else name,
                lines=tuple(self._in_words(by_name.get(name), text) for text in _texts(value)),
            )
            for name, value in values.items()
        ]

    def _in_words(self, field: Field | None, text: str) -> str:
        """A choice by its title."""
        title = field.options.get(text) if field else None
        if isinstance(title, Mapping):
            return title[self.language]
        return title or text


def _texts(value: object) -> list[str]:
    if isinstance(value, Mapping):
        return [text for inner in value.values() for text in _texts(inner)]
    if isinstance(value, list | tuple):
        return [text for inner in value for text in _texts(inner)]
    return [] if value in (None, "") else [str(value)]
